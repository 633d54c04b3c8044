"""Many enterprises at once."""
