import "../islands/viewer.js";
import { startStudio } from "../js/studio.js";
import { startWatching } from "../js/watch.js";

startWatching();
startStudio();
