"""The accounts that money goes to: named by one person, confirmed by another, replaced by a later one.

Owns: every registration of an account, and which one is paid.
Refuses to own: any payment (treasury).
"""
