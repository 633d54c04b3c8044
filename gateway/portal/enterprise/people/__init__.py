"""Who acts for the enterprise."""
