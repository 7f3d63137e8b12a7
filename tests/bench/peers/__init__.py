"""Other engines on the same eight steps, each in an environment of its own that the bench makes."""
