"""What the enterprise was told."""
