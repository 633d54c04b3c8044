"""Fakes for unit tests of use cases, and waiting that asks instead of sleeping."""
