import "../islands/map/desk.js";

export { gcj02, wgs84 } from "../islands/map/crs.js";
