"""The JSON API, version 1: one module per audience, each with its `routes`; the application finds them."""
