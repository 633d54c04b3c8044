"""Decisions taken back: undone before anybody outside has heard of them, or looked at again afterwards."""
