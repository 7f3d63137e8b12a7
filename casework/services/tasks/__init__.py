"""Tasks: made by their templates, done on the ground, sent from the desk. The only writers of their tables."""
