"""Telling people outside the product: which channels there are, what a message looks like, and the one safe way out."""
