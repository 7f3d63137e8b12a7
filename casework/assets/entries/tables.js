import "../islands/tables.js";
