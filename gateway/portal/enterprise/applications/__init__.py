"""Applying with one form."""
