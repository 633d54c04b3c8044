"""A consumer of oversight's queue as a process of its own, which a test may kill; its database is a gateway's."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from bus_kit import consumer_on
from frame_kit import inbox_on

from chassis.edge.frame import Frame
from chassis.foundation.settings import Settings

if __name__ == "__main__":
    frame = Frame(Settings.from_env("gateway"))
    consumer_on(frame, inbox_on(frame))[0].run()
