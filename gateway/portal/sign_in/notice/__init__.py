"""The personal-data notice before the first sign-in."""
