"""notify: who is told.

Rooms: staff (what duties are asked to do), messages (to enterprises); the second uses the first. It tells what has been
decided elsewhere, and decides nothing.
Refuses to own: what a message is about (review, treasury), and who may see where a case is (oversight).
"""
