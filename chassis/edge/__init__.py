"""Where nameko and the process are: entrypoints, the frame that serves them, the runner."""

import os

# Read when eventlet is imported: its own resolver costs 150 modules, and `chassis.edge.runner` has names looked up
# by the operating system, in threads.
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
