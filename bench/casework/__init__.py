"""What `bench cases` measures: commands on cases, work lists, and lists of lines, each by a module of that name.

`office` is who answers: departments, their people with a token each, and the item that they decide.
"""
