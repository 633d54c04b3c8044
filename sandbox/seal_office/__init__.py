"""A seal office: keeps the seals of departments and puts them on papers, each paper once.

It owns its own book, keys and certificates, which it makes itself. It answers whom it shares a secret with, and signs
what it answers.
"""
