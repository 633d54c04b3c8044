"""For the security administrator: people and their duties, accounts, credentials."""
