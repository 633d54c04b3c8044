"""Making this checkout runnable: `.venv` and what is in it.

It runs before anything is installed and uses the standard library only.
"""
