"""Stands in for the process that reads a workbook: says what it knows and may do, then does what it is told."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from chassis.files.confinement import confine

LIMITS = ("AS", "FSIZE", "CPU", "NOFILE", "CORE")


def main(workbook: str, target: str, *_: str) -> int:
    confine()
    what = Path(workbook).read_text()
    if what == "look around":
        seen = {
            "environment": dict(os.environ),
            "group": os.getpgid(0) == os.getpid(),
            "limits": [resource.getrlimit(getattr(resource, f"RLIMIT_{each}")) for each in LIMITS],
            "open": sorted(os.listdir("/proc/self/fd")),
            "umask": os.umask(0),
        }
        Path(target).write_text(json.dumps(seen))
    elif what == "write without end":
        with open(target, "wb") as file:
            while True:
                file.write(b"x" * 1024 * 1024)
    elif what == "think without end":
        while True:
            pass
    elif what == "leave a child":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(target).write_text(str(child.pid))
    elif what == "sleep":
        time.sleep(600)
    elif what == "talk":
        sys.stderr.write("话" * 3_000_000)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
