import "../islands/editor.js";
