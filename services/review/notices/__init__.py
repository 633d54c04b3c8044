"""Official papers (文书): what leaves the house as a decision leaves it as a paper with a number, too.

Owns: the numbers of each department and year, and what each paper says, frozen when it is issued.
Refuses to own: when something leaves (cases), the file and how it is served (serving).
"""
