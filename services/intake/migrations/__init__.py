"""The history of intake's own tables."""
