"""Messages to enterprises.

Owns: how an enterprise is reached (its mobile number, sealed), the messages made for it, what became of each, who has
read it.
Refuses to own: what a message is about (review, treasury), and what people of authorities are asked to do (staff).
"""
