"""A process that reads what a stranger has sent: it may take so much and no more, and knows nothing of ours.

It gets named variables instead of our environment (which holds the data key), a folder of its own for temporary files,
and a process group of its own, which is ended with it. Its limits it sets itself, before it has read a byte: `confine()`.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from chassis.files import limits

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 600.0
"""On the clock: far more than its processor time, on a machine that is busy with other things."""

SAID = 2000
"""Bytes of its last words that are listened to."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: its exit code (a negative one is the signal that ended it), and the last line that it said.

    `in_time` is false if it was ended because its time was over.
    """

    code: int
    said: str
    in_time: bool = True

    @property
    def took_too_long(self) -> bool:
        return not self.in_time or self.code in (-signal.SIGXCPU, -signal.SIGKILL)

    @property
    def ran_out_of_memory(self) -> bool:
        return self.code == -signal.SIGABRT


def run_confined(module: str, arguments: list[str], folder: Path) -> Ended:
    """`python -m module arguments`, with `folder` for its temporary files. Waits, and lets green threads go on."""
    with tempfile.TemporaryFile(dir=folder) as words:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            cwd=ROOT,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder)},
            start_new_session=True,
            umask=0o077,
        )
        try:
            ends = time.monotonic() + LONGEST_SECONDS
            while not (in_time := _has_ended(process)) and time.monotonic() < ends:
                time.sleep(0.05)
        finally:
            _end(process)
        words.seek(0, os.SEEK_END)
        words.seek(max(0, words.tell() - SAID))
        said = words.read().decode(errors="replace").strip().splitlines()
    return Ended(process.returncode, said[-1] if said else "", in_time)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Without taking note of it: until then nobody else is given its number, nor its group's."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end(process: subprocess.Popen[bytes]) -> None:
    """It, and whatever it may have started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def confine() -> None:
    """Take on the limits; called by the process itself, first of all."""
    for what, most in (
        (resource.RLIMIT_AS, limits.MEMORY),
        (resource.RLIMIT_FSIZE, limits.LARGEST_FILE),
        (resource.RLIMIT_CPU, limits.PROCESSOR_SECONDS),
        (resource.RLIMIT_NOFILE, limits.OPEN_FILES),
        (resource.RLIMIT_CORE, 0),  # the reader ends at once where there is no more memory
    ):
        resource.setrlimit(what, (most, most))
