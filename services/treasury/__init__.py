"""treasury: money, from an approval to the enterprise's account.

Rooms: budget (lines, ledger), disbursements, rails (the bank), payee_accounts; each uses those before it.
Refuses to own: whether a claim is granted and how much it is worth (review decides, `CaseApproved` says so), whose
account is right (catalog's `PayeeAccount`), and telling the enterprise (notify).
"""
