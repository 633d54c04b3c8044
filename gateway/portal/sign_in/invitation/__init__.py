"""The link that leads to an account: password, second factor, recovery codes."""
