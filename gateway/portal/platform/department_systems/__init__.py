"""The register of departments' own systems."""
