"""To an identity provider and back."""
