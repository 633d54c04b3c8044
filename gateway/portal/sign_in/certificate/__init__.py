"""Signing in by a certificate: the challenge and its answer."""
