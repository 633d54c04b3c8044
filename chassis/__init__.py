"""What every service stands on: the write path, the event path, the time path, tenancy, and sight of it all.

A service adds rows to the frame's tables through these modules; it never opens a connection, commits,
publishes or acknowledges by itself. nameko and eventlet are known only to `entrypoints` and `runner`.
"""
