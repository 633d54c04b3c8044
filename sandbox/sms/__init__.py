"""The SMS provider: takes messages by message id, delivers each once, and remembers them.

It owns its own book; it refuses numbers, texts and signatures that no mainland carrier would take.
"""
