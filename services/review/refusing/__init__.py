"""What a case can be refused for, and how the refusal would read: questions of whoever is about to decide.

Owns: these two questions.
Refuses to own: which grounds there are (grounds), and the decision (cases).
"""
