"""Security events: read, narrowed, taken away."""
