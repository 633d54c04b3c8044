"""People: found by name, registered, one of them."""
