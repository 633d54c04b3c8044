"""The outside world as separate programs with books of their own: a bank and an SMS provider.

Nothing here knows Zhida: no contracts, no chassis, no services. What a program answered is in its
book, and what is in its book it never does twice; so its book can judge ours.
"""
