import { startActs } from "../js/acts.js";
import { startBell } from "../js/bell.js";
import { startChoices } from "../js/choices.js";
import { startConditions } from "../js/conditions.js";
import { startDistance } from "../js/distance.js";
import { startOutbox } from "../js/outbox-page.js";
import { startReport } from "../js/report.js";
import { startSmall } from "../js/small.js";
import { startSteps } from "../js/steps.js";

startBell();
startChoices();
startConditions();
startDistance();
startOutbox();
startActs();
startReport();
startSteps();
startSmall();
