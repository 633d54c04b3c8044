"""Consents, and who has looked."""
