"""A case's whole file, opened by discipline and audit under a document of their own."""
