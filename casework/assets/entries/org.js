import { startFilters } from "../js/org/filter.js";
import { startRuleGrid } from "../js/org/rulegrid.js";
import { startTree } from "../js/org/tree.js";
import { startYear } from "../js/org/year.js";

startTree();
startFilters();
startRuleGrid();
startYear();
