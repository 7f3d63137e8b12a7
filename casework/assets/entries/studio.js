import "../islands/viewer.js";
import { startStudio } from "../js/studio.js";

startStudio();
