"""Places on board: all of them, one, and a new one."""
