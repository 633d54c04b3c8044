"""What every service stands on: the write path, the event path, the time path, tenancy, and sight of it all.

A service adds rows to the frame's tables through these modules; it never opens a connection, commits,
publishes or acknowledges by itself. nameko and eventlet are known only to `entrypoints` and `runner`.
"""

import atexit
import gc
import warnings

# What is imported lives as long as the process. The collector would go through all of it some thirty times while
# a service is imported, and four times more at the exit, for nothing: half of the time that both take.
gc.set_threshold(50_000, 20, 50)
atexit.register(gc.freeze)

# eventlet says at its import that it is only being maintained: known (docs/decisions/0007), and said before any log has its form.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
