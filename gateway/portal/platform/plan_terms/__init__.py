"""What plans' words mean here."""
