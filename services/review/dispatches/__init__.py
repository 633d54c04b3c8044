"""Joint checks that go to a department's own system (前店后厂): sent, asked about, answered, or handed to a person.

Owns: the register of departments' systems, each dispatch with its two legs, and what a system's answer must be to count.
Refuses to own: the task, which a person of the department may answer at any time, and what an answer means for the case
(joint checks): it is told by `answers.py` and by nothing else.
"""
