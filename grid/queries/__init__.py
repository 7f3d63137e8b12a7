"""What the other packages ask about posts, people and places."""
