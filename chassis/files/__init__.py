"""Uploaded files in the object store, and tables that are read out of them."""
