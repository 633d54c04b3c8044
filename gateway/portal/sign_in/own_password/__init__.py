"""Another password of one's own."""
