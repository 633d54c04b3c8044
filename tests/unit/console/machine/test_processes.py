"""Processes that outlive their launcher and are never mistaken for others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chassis.testing.waiting import eventually
from console.machine.processes import Identity, PidFile, kill, spawn, tail, terminate

SLEEPER = "import time; print('here', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Identity]]:
    """Starts a Python program of one line; ends it with the test."""
    started: list[Identity] = []

    def run(program: str) -> Identity:
        process = spawn(
            [sys.executable, "-c", program],
            pid_file=PidFile(tmp_path / "it.pid"),
            log=tmp_path / "it.log",
            env=dict(os.environ),
            cwd=tmp_path,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        kill(process)


def test_a_started_process_is_found_again_by_its_pid_file(start: Callable[[str], Identity], tmp_path: Path) -> None:
    process = start(SLEEPER)
    assert PidFile(tmp_path / "it.pid").running() == process


def test_a_started_process_has_a_session_of_its_own_and_its_output_in_the_log(
    start: Callable[[str], Identity], tmp_path: Path
) -> None:
    process = start(SLEEPER)
    assert os.getsid(process.pid) == process.pid
    eventually(lambda: tail(tmp_path / "it.log") == "here")


def test_a_process_survives_kill_9_of_its_launcher(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from console.machine.processes import PidFile, spawn\n"
        f"home = Path({str(tmp_path)!r})\n"
        f"spawn([sys.executable, '-c', {SLEEPER!r}], pid_file=PidFile(home / 'it.pid'), log=home / 'it.log',"
        " env=dict(os.environ), cwd=home)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    launcher = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert launcher.returncode == -signal.SIGKILL
    process = PidFile(tmp_path / "it.pid").running()
    assert process is not None
    kill(process)


def test_a_pid_that_now_belongs_to_another_program_is_not_ours(tmp_path: Path) -> None:
    pid_file = PidFile(tmp_path / "it.pid")
    own = Path(f"/proc/{os.getpid()}/stat").read_text()
    head, _, rest = own.rpartition(")")
    fields = rest.split()
    fields[19] = str(int(fields[19]) - 1)  # the same pid, started a hundredth of a second earlier
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    pid_file.path.write_text(f"{head}) {' '.join(fields)}\n{boot}")
    assert pid_file.running() is None
    pid_file.path.write_text(own + boot)
    assert pid_file.running() == Identity.of(os.getpid())


@pytest.mark.parametrize("text", ["", "4711", "4711 (sh) S 1\n", "not a pid\nboot\n"])
def test_a_pid_file_cut_short_by_a_crash_names_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "it.pid").write_text(text)
    assert PidFile(tmp_path / "it.pid").running() is None


def test_a_process_that_heeds_sigterm_goes_by_itself(start: Callable[[str], Identity]) -> None:
    process = start(SLEEPER)
    assert terminate(process, limit_s=10)
    assert not process.alive()


def test_a_process_that_ignores_sigterm_is_killed_after_the_limit(
    start: Callable[[str], Identity], tmp_path: Path
) -> None:
    process = start(STUBBORN)
    eventually(lambda: tail(tmp_path / "it.log") == "deaf")
    assert not terminate(process, limit_s=0.2)
    assert not process.alive()


def test_kill_takes_the_children_along(start: Callable[[str], Identity], tmp_path: Path) -> None:
    process = start(
        "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        " print(child.pid, flush=True); time.sleep(600)"
    )
    child = eventually(lambda: Identity.of(int(tail(tmp_path / "it.log"))))
    kill(process)
    eventually(lambda: not child.alive())


def test_killing_what_is_gone_already_does_nothing(start: Callable[[str], Identity]) -> None:
    process = start("pass")
    eventually(lambda: not process.alive())
    kill(process)


def test_a_program_that_does_not_exist_leaves_its_complaint_in_the_log(tmp_path: Path) -> None:
    process = spawn(
        [tmp_path / "nothing"],
        pid_file=PidFile(tmp_path / "it.pid"),
        log=tmp_path / "it.log",
        env=dict(os.environ),
        cwd=tmp_path,
    )
    eventually(lambda: not process.alive())
    assert "nothing" in tail(tmp_path / "it.log")
