"""Where the enterprise's cases are."""
