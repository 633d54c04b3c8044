"""The enterprises that one person acts for."""
