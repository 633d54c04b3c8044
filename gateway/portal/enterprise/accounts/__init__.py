"""Accounts that money goes to."""
