"""Money: budget lines, the ledger, disbursements, and what the bank says of them.

Owns: what finance appropriated, what is reserved, paid and returned, and every attempt to pay one payer's
share of one approval. Refuses to own: whether a claim is granted and how much it is worth (review decides,
`CaseApproved` says so), whose account is right (catalog's `PayeeAccount`), and telling the firm (notify).
"""
