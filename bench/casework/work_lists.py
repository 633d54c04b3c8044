"""Work lists at few and at many open cases: the same pages, asked by turns of two databases of review."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from bench.grown.calls import BUREAU, OFFICER, Answerers, Call
from bench.surroundings import percentile

AIM = 1.5
WARM_UP = 5
LISTS = (
    *(Call("ListTasks", OFFICER, more) for more in ({}, {"task": "approval"})),
    *(
        Call("ListCases", who, {"order": order, "state": "accepted"})
        for who in (OFFICER, BUREAU)
        for order in ("due", "accepted")
    ),
)


def timed_lists(small: Answerers, large: Answerers, rounds: int) -> dict[str, Any]:
    """The slowest list's 99th percentile in either, and how many times slower the worst is where there is much work."""
    took: dict[str, dict[str, list[float]]] = {call.label: {"small": [], "large": []} for call in LISTS}
    for round_ in range(WARM_UP + rounds):
        for call in LISTS:
            for size, answerers in (("small", small), ("large", large)):
                began = time.perf_counter()
                answer = answerers.ask(call)
                spent = (time.perf_counter() - began) * 1000
                assert "ok" in answer and answer["ok"]["items"], f"{call.label} among {size} work: {answer}"
                if round_ >= WARM_UP:  # the first ones connect, and read what is kept
                    took[call.label][size].append(spent)
    return _figures(took)


def _figures(took: Mapping[str, Mapping[str, list[float]]]) -> dict[str, Any]:
    high = {label: {size: percentile(each, 99) for size, each in sizes.items()} for label, sizes in took.items()}
    middle = {label: {size: percentile(each, 50) for size, each in sizes.items()} for label, sizes in took.items()}
    worst = max(high, key=lambda label: high[label]["large"] / high[label]["small"])
    growth = {
        name: max(each["large"] / each["small"] for each in of.values())
        for name, of in (("p99", high), ("p50", middle))
    }
    return {
        "worklist": worst,
        "worklist_p99_small_ms": round(max(each["small"] for each in high.values()), 2),
        "worklist_p99_large_ms": round(max(each["large"] for each in high.values()), 2),
        "growth": round(growth["p99"], 2),
        "growth_p50": round(growth["p50"], 2),
    }
