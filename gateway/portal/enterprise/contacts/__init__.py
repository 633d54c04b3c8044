"""Whom to reach in the enterprise."""
