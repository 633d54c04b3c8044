"""The history of catalog's own tables."""
