"""For everybody, without signing in: what is on offer, where a case is, all of it as open data."""
