"""A house that has grown: years of decided cases of many tenants, most of them in one, put down by SQL in the services' own
migrated databases. Beside it stands a small one, with as much open work and as long pages.

Numbers are the same in both: case 1, the open cases, the enterprise that is asked about. What is not asked about is left out.
"""
