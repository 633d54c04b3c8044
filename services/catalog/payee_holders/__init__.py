"""The receivers of public money that are no applicants (收款人): firms, persons and organisations, and the accounts that they are paid to.

Owns: who a holder is (one for each credit code or resident id of a place), who has named it, and which account of it is paid.
Refuses to own: an enterprise's own account (payee_accounts), and who gets what of a case (review).
"""
