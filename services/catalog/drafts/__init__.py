"""Items before they are published, and the documents that they rest on."""
