"""Working days, by year."""
