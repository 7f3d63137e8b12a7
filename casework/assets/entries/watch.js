import "../islands/viewer.js";
import { startStudio } from "../js/studio.js";
import { startTravel } from "../js/travel.js";
import { startWatching } from "../js/watch.js";

startTravel();
startWatching();
startStudio();
