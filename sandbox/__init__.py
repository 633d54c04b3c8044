"""The outside world as separate programs with books of their own: bank, SMS, data exchange, department system, sign-in.

Nothing here knows Zhida: no contracts, no chassis, no services. What a program answered is in its
book, and what is in its book it never does twice; so its book can judge ours.
"""
