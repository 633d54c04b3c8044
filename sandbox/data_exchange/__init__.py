"""The data exchange of a city: gives out what departments have said of enterprises, page by page, signed.

It owns its own book of records; it neither knows nor cares who reads them, and forgets none.
"""
