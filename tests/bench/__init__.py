"""How much a step costs, in ratios taken in one run: `make bench`. Not part of the suite, for it measures time."""
