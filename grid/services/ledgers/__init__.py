"""Ledgers: what the fields are, who keeps them, and the only writers of them."""
