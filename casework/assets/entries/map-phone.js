import "../islands/map/phone.js";
