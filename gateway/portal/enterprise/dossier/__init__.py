"""What is kept of the enterprise."""
