"""What a published item is found by: its words, cut and weighed; the most that it can pay.

Owns: the table of what can be found, its vocabulary, and the revision by which copies of it are brought up to date.
Refuses to own: what is asked of it (`search`), and when it is written: `policies` does so in its own transaction.
"""
