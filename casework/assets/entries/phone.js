import { startChoices } from "../js/choices.js";
import { startConditions } from "../js/conditions.js";
import { startReport } from "../js/report.js";
import { startSmall } from "../js/small.js";
import { startSteps } from "../js/steps.js";

startChoices();
startConditions();
startReport();
startSteps();
startSmall();
