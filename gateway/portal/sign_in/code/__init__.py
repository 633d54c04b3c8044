"""The code of the second factor."""
