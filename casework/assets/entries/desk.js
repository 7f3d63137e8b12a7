import "htmx.org";

import { startChoices } from "../js/choices.js";
import { startConditions } from "../js/conditions.js";
import { startDesk } from "../js/desk/index.js";
import { startKeys } from "../js/keys.js";
import { startSmall } from "../js/small.js";
import { startSteps } from "../js/steps.js";

startChoices();
startConditions();
startKeys();
startSteps();
startDesk();
startSmall();
document.addEventListener("htmx:load", (event) => startConditions(event.target));
