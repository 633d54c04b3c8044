"""Who is entitled to what: advice before caps."""
