"""Enterprises (企业): found by credit code, entered, and one with its contact, its accounts and who acts for it."""
