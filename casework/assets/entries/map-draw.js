import "../islands/map/draw.js";
