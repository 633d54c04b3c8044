"""What this machine lends: ports on loopback, processes that outlive a command, an account to run as, locks.

`locks` runs before anything is installed and uses the standard library only.
"""
