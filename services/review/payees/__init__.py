"""Payees: who gets what of a case, and with which account.

Owns: naming the holders of the parts that are not the applicant's, and that open cases follow confirmed accounts.
Refuses to own: whose account is right (catalog), what each part comes to (the rule), and the approval (cases).
"""
