"""The history of review's own tables."""
