"""The only HTTP door: the JSON API, the pages, and who may come in.

It owns tenants and credentials (`identity`). Everything else it passes on: commands and queries to their
owners over the bus. It never imports a service and never opens another's database.
"""
