"""Migrations of the frame's own tables. Every database has them, beside its service's."""
