"""`./zhida bench growth [--json FILE]`: every list and every read of a house that has grown, beside the same of a small one.

Both stand in one server, and each call is timed in both by turns. Cases are decided years ago, six of ten in one tenant,
which is asked; as many are open in either house, and pages are as long. Calls go to the services' own entrypoints, on their own
databases and roles; what the bus and the gateway add is the same in both and is measured by `bench api`.
"""

from __future__ import annotations

import argparse
import base64
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.grown.calls import CALLS, Answerers, Call
from bench.grown.house import fill, frames
from bench.grown.size import Size
from bench.surroundings import ROOT, percentile, report
from chassis.foundation.keyring import KeyRing
from chassis.foundation.migrate import migrate
from console.place import database_names
from console.servers.postgres import Postgres, PostgresAdmin
from console.servers.provision import Dsns, clone, drop, provision
from contracts.keys import KEYS

CASES, TENANTS = 100_000, 200
SMALL = Size(cases=1_200, tenants=3)
ROUNDS = 25
QUIET = 25
"""The percentile of a call's times that counts: what else the machine does makes the others."""
CIPHER = KeyRing({name: base64.b64encode(os.urandom(32)).decode() for name in KEYS})
AIM = 1.5
SLOW_S = 20.0
"""A call is not asked all its rounds once it has taken so long."""


def main(argv: list[str]) -> int:
    """Returns 0."""
    options = _parser().parse_args(argv)
    grown = Size(options.cases, options.tenants)
    with _houses({"grown": grown, "small": SMALL}) as (houses, seeded):
        figures: dict[str, Any] = {"cases": grown.cases, "tenants": grown.tenants, "seeded_s": round(seeded, 1)}
        timed = {call.label: _timed(call, houses) for call in CALLS}
    for label, (large, small) in timed.items():
        figures |= {f"{label}_ms": round(large, 2), f"{label}_small_ms": round(small, 2)}
        figures[f"{label}_ratio"] = round(large / small, 2)
    ratios = [value for name, value in figures.items() if name.endswith("_ratio")]
    figures |= {"worst_ratio": max(ratios), "median_ratio": percentile(ratios, 50)}
    figures["above_aim"] = sum(ratio > AIM for ratio in ratios)
    report("增长 growth", _rows(timed, figures), figures, options.json)
    return 0


@contextmanager
def _houses(sizes: Mapping[str, Size]) -> Iterator[tuple[dict[str, Answerers], float]]:
    """Those who answer in each, and how many seconds it took to fill them."""
    home = Path(os.environ.get("ZHIDA_HOME", ROOT / ".zhida")) / "bench"
    home.mkdir(parents=True, exist_ok=True)
    postgres = Postgres(home)
    admin = postgres.start()
    began = time.perf_counter()
    try:
        with ExitStack() as open_houses:
            answerers = {}
            for name, size in sizes.items():
                dsns = {service: _database(admin, service, name, size) for service in database_names()}
                answerers[name] = Answerers(open_houses.enter_context(frames(dsns, CIPHER)))
            yield answerers, time.perf_counter() - began
    finally:
        for service in database_names():
            for name in sizes:
                drop(admin, f"growth_{service}_{name}")
        postgres.stop()


def _database(admin: PostgresAdmin, service: str, name: str, size: Size) -> Dsns:
    dsns = provision(admin, service).at_database(f"growth_{service}_{name}")
    drop(admin, f"growth_{service}_{name}")
    clone(admin, f"zhida_{service}", f"growth_{service}_{name}")
    migrate(service, dsns.owner)
    fill(service, dsns, size, CIPHER)
    return dsns


def _timed(call: Call, houses: Mapping[str, Answerers]) -> tuple[float, float]:
    """In milliseconds, by turns: what else the machine does falls on both."""
    cursors = {name: house.page(call) for name, house in houses.items()}
    took: dict[str, list[float]] = {name: [] for name in houses}
    for round_ in range(ROUNDS + 2):
        for name, house in houses.items():
            began = time.perf_counter()
            answer = house.ask(call, cursors[name])
            spent = time.perf_counter() - began
            said = answer["refused"]["code"] if "refused" in answer else None
            assert "fault" not in answer and said == call.refused, f"{call.label} in the {name} house: {answer}"
            if round_ >= 2 or spent > SLOW_S / ROUNDS:  # the first two connect, and read what is kept
                took[name].append(spent * 1000)
        if sum(took["grown"]) > SLOW_S * 1000:
            break
    return percentile(took["grown"], QUIET), percentile(took["small"], QUIET)


def _rows(timed: Mapping[str, tuple[float, float]], figures: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    worst = sorted(timed.items(), key=lambda each: -each[1][0] / each[1][1])
    return [
        (
            "案件 cases",
            f"{figures['cases']:,}",
            f"{figures['tenants']} 个地区，六成在一地；入库 {figures['seeded_s']} s",
        ),
        (
            "倍数中位 median",
            f"{figures['median_ratio']}",
            f"{len(timed)} 个调用；目标 ≤ {AIM}，超过的 {figures['above_aim']} 个",
        ),
        *(
            (label, f"{large / small:.2f}", f"{large:.1f} ms，小库 {small:.1f} ms")
            for label, (large, small) in worst[:40]
        ),
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./zhida bench growth", description="数据增长 · reads of a house that has grown"
    )
    parser.add_argument("--json", metavar="FILE", help="把结果写成 JSON · write the figures")
    parser.add_argument("--cases", type=int, default=CASES, help="已决案件数 · decided cases")
    parser.add_argument("--tenants", type=int, default=TENANTS, help="地区数 · tenants")
    return parser
