"""The register of windows."""
