"""Search for people: full text, filters with counts, names with a slip in them."""
