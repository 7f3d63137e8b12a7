import { startFilters } from "../js/org/filter.js";
import { startTree } from "../js/org/tree.js";

startTree();
startFilters();
