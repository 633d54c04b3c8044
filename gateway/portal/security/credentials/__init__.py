"""Tokens of machines and programs."""
