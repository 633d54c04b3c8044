"""The archive (归档): what is kept of claims for good, for departments, the bureau and inspectors."""
