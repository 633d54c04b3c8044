"""How questions are answered: straight from SQL, a page at a time."""
