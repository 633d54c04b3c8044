"""What the enterprise mends in its own claim."""
