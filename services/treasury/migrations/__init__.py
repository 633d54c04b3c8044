"""The history of treasury's own tables."""
