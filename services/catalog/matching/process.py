"""`python -m services.catalog.matching.process SOCKET`: the matching process.

A process of its own, because NumPy would hold the hub of catalog's: it is started by catalog's process (`line`),
answers on a socket in a folder that only that account may enter, and ends when its standard input is closed.
"""

from __future__ import annotations

import os
import signal
import socketserver
import sys
import threading
import time
from pathlib import Path
from typing import Any

import orjson

from chassis.edge.frame import Frame
from chassis.foundation.database import is_infrastructure_fault
from chassis.foundation.settings import Settings
from chassis.observability import telemetry
from services.catalog.matching.desk import MatchingDesk

log = telemetry.get_logger(__name__)

TURN_SECONDS = 0.3
"""Between two looks at what has changed."""

LONGEST_REST = 20.0
AWAY_SECONDS = 1.0


class Answers(socketserver.StreamRequestHandler):
    """One question and its answer, each one line of JSON."""

    def handle(self) -> None:
        line = self.rfile.readline()
        if not line:
            return
        assert isinstance(self.server, Server)
        try:
            answer: dict[str, Any] = {"ok": self.server.desk.answer(orjson.loads(line))}
        except Exception:
            log.exception("question failed")
            answer = {"fault": True}
        self.wfile.write(orjson.dumps(answer) + b"\n")


class Server(socketserver.ThreadingUnixStreamServer):
    """Everybody's questions, each in a thread of its own, to one desk."""

    daemon_threads = True

    def __init__(self, path: Path, desk: MatchingDesk) -> None:
        super().__init__(str(path), Answers)
        self.desk = desk


def rest_after(took: float) -> float:
    """How long to let changes gather after a turn that found some: as long as the turn took.

    While a city is imported everything is read anew again and again; it takes half of the time for that at most.
    """
    return min(took, LONGEST_REST)


def follow(desk: MatchingDesk) -> None:
    """Turn after turn, for as long as the process lives. While the database is away, the last answers stand."""
    while True:
        try:
            began = time.monotonic()
            changed = desk.turn()
            time.sleep(rest_after(time.monotonic() - began) if changed else TURN_SECONDS)
        except Exception as error:
            if is_infrastructure_fault(error):
                log.warning("matching has to wait", error=str(error)[:200])
            else:
                log.exception("matching begins again")
                desk.begin_again()
            time.sleep(AWAY_SECONDS)


def main(argv: list[str]) -> int:
    """Ends when standard input does, which is when catalog's process is gone."""
    # An interrupt at the terminal is for catalog's process; this one ends with it, also while it waits for a database
    # that will never come back.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    path = Path(argv[0])
    threading.Thread(target=end_with_input, args=(path,), daemon=True).start()
    settings = Settings.from_env("catalog")
    telemetry.configure("catalog-matching", settings.otlp_endpoint)
    frame = Frame(settings)
    frame.wait_for_database()
    desk = MatchingDesk(frame)
    with Server(path, desk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        follow(desk)
    return 0


def end_with_input(path: Path) -> None:
    """End the process when its standard input is closed."""
    # Not by `sys.stdin`, whose lock a thread that is still there at the end would hold.
    while os.read(0, 1):
        pass
    path.unlink(missing_ok=True)
    # Whatever a thread is in the middle of is either one transaction or can be done again.
    os._exit(0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
