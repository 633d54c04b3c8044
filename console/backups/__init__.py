"""Backups: taking one, and making a system from one again."""
