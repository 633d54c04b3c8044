"""Owns the way in, step by step: attempts and their delays, password, code, notice, capacity, step-up, and out again.

Refuses to own what it puts together: accounts, issuers, certificates, notices and sessions are rooms of their own.
"""
