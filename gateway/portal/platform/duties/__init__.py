"""The register of duties."""
