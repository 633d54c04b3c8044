"""What a service knows of the tenants."""
