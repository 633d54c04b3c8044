"""What keeps the processor for long is done beside the green threads, as the service's process sets it up."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chassis.foundation.aside import aside
from console.place import CHECKOUT

IN_A_GREEN_PROCESS = """
import eventlet
eventlet.monkey_patch()
import time
from eventlet import tpool
from datetime import UTC, date, datetime
from chassis.foundation.aside import aside, go_aside_by
from chassis.papers.paper import Paper, DataTable
from chassis.papers.rendering import render

def long_one(kind):
    rows = tuple((str(number), f"{kind}{number}") for number in range(2000))
    return Paper(title="名册", issuer="局", on=date(2026, 12, 1), blocks=(DataTable(("序号", "事项"), rows),))

ticks = []
def tick():
    while True:
        ticks.append(time.monotonic())
        time.sleep(0.005)

eventlet.spawn(tick)
time.sleep(0.02)

def ticks_while(kind):
    before = len(ticks)
    aside(render, long_one(kind), datetime(2026, 12, 1, tzinfo=UTC))
    return len(ticks) - before

here = ticks_while("甲")
go_aside_by(tpool.execute)
print(here, ticks_while("乙"))
"""


def test_green_threads_go_on_while_a_long_paper_is_set() -> None:
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IN_A_GREEN_PROCESS],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert said.returncode == 0, said.stderr
    here, beside = map(int, said.stdout.split())
    assert here == 0
    assert beside > 5


def test_what_goes_wrong_there_is_heard_here() -> None:
    with pytest.raises(ZeroDivisionError):
        aside(divmod, 1, 0)
    assert aside(sorted, [2, 1], reverse=True) == [2, 1]
