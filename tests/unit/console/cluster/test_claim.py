"""One `demo` or `up` at a time; the second is told about the first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.testing.waiting import eventually
from console.cluster.claim import HomeClaim, dismiss_launcher
from console.refusal import CommandRefusal

HOLD = (
    "import sys, time; from pathlib import Path; from console.cluster.claim import HomeClaim\n"
    "with HomeClaim(Path(sys.argv[1]), 'demo') as claim:\n"
    "    claim.announce('http://127.0.0.1:8700'); print('held', flush=True); time.sleep(600)\n"
)


def hold(home: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_one_is_told_the_url_of_the_first(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        try:
            with pytest.raises(CommandRefusal) as refused, HomeClaim(tmp_path, "demo"):
                pass
            assert "http://127.0.0.1:8700" in refused.value.zh
            assert str(holder.pid) in refused.value.zh
        finally:
            holder.kill()


def test_a_claim_ends_with_kill_9_of_its_holder(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with HomeClaim(tmp_path, "up"):
        assert (tmp_path / "run" / "launcher.json").exists()
    assert not (tmp_path / "run" / "launcher.json").exists()


def test_the_launcher_can_be_dismissed_by_whoever_takes_the_cluster_down(tmp_path: Path) -> None:
    with hold(tmp_path) as holder:
        assert dismiss_launcher(tmp_path) == "demo"
        eventually(lambda: holder.poll() is not None)
    assert dismiss_launcher(tmp_path) is None


def test_nobody_dismisses_himself(tmp_path: Path) -> None:
    with HomeClaim(tmp_path, "test"):
        assert dismiss_launcher(tmp_path) is None
        assert os.getpid()
