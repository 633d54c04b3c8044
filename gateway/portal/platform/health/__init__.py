"""How the platform is, and what is stuck."""
