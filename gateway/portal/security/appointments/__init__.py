"""Who holds which duty."""
