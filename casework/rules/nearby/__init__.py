"""The two-nearby rules (两就近): services done nearby, disputes settled nearby. Pure functions over frozen facts.

`wanted` asks the tables which seats to look for, the caller looks them up, `decide_place` chooses. `decide_climb` and
`decide_down` say what follows for a matter that is somewhere already. Each answer names the rules it comes from.
"""

from casework.rules.nearby.asking import ANSWERS, ASKED, Answer, Ruler, Table
from casework.rules.nearby.climbing import decide_climb, decide_down
from casework.rules.nearby.facts import (
    BARS,
    CLIMBS,
    DESCENDS,
    KINDS,
    LEVEL_WORDS,
    LEVELS,
    Candidate,
    ClimbFacts,
    Moved,
    Passed,
    Placed,
    PlaceFacts,
    Ruled,
    Seat,
)
from casework.rules.nearby.limits import Limits, Units, limits_for, units_for
from casework.rules.nearby.places import USUAL, Wanted, decide_place, wanted
from casework.rules.nearby.shipped import shipped_tables

__all__ = [
    "ANSWERS",
    "ASKED",
    "BARS",
    "CLIMBS",
    "DESCENDS",
    "KINDS",
    "LEVELS",
    "LEVEL_WORDS",
    "USUAL",
    "Answer",
    "Candidate",
    "ClimbFacts",
    "Limits",
    "Moved",
    "Passed",
    "Placed",
    "PlaceFacts",
    "Ruled",
    "Ruler",
    "Seat",
    "Table",
    "Units",
    "Wanted",
    "decide_climb",
    "decide_down",
    "decide_place",
    "limits_for",
    "shipped_tables",
    "units_for",
    "wanted",
]
