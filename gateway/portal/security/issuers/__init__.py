"""Identity providers that people of a place may sign in with."""
