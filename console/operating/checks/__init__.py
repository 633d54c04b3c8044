"""The invariants A–F of a running house: who is paid, to the fen; what is late, stuck or altered.

Each module looks at one kind of book and says what is wrong with it. They know the services' tables and none
of their code: the judge must not err together with the judged.
"""
