import "../js/desk.js";
