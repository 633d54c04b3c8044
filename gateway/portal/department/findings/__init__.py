"""Findings of the award register (重复享受线索): what one person in law was granted twice, and what was done about it."""
