"""What the enterprise is entitled to, and why."""
