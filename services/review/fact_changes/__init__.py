"""Facts move under open cases: what is heard of a firm is taken up by its cases, which are judged again.

Owns: what was heard of enterprises' facts, as long as a case may still need it; which cases rest on which firm; and how a
case's facts have changed since it was filed.
Refuses to own: the facts (catalog), and what becomes of a case that is worth something else now (cases).
"""
