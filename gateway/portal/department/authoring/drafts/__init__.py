"""Drafts: begun, looked at whole, consulted on, published, given up."""
