"""Damaged diagrams, read, judged and walked until something breaks that should have been refused: `make fuzz`."""
