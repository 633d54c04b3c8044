"""Receivers other than the enterprise itself, and their accounts."""
