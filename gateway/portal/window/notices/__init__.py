"""Papers that wait to be served, at the window."""
