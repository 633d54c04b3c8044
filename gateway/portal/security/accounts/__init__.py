"""How people sign in: accounts, invitations, recovery."""
