import "../js/phone.js";
