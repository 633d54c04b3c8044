"""归档: packages of what is kept of each claim, frozen at the decision and at the settlement.

It owns the lists and the vouchers. The files themselves lie in the object stores of those who made them; it never changes one.
"""
