"""The register of departments."""
