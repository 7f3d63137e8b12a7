import "../islands/viewer.js";
