"""Acceptance (受理): a filing becomes a case under review, or is refused, or is taken back.

Owns: what an officer decides of a filing, that silence accepts it, and how an enterprise takes its claim back.
Refuses to own: what is to be mended before (supplements), and what the plan asks for afterwards (cases).
"""
