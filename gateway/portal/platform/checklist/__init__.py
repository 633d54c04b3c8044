"""What a place still lacks."""
