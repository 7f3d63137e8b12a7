import { startPlace } from "../js/public.js";
import { startSmall } from "../js/small.js";

startPlace();
startSmall();
