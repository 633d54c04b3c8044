"""`./zhida bench match [--json FILE]`: a province's items against a city's enterprises, in one run.

(a) everything counted on one core, (b) every match listed, (c) one enterprise against all items with reasons,
(d) one new item against all enterprises, (e) memory, (f) PostgreSQL asked the same on a sample and extrapolated,
(g) the floor: the same ANDs and ORs in a bare NumPy loop over the same bitmaps, each distinct item by itself.
"""

from __future__ import annotations

import argparse
import gc
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bench.match_sql import seconds_by_sql
from bench.surroundings import percentile, report
from console.policy.sample_city.columns import matcher_of
from console.policy.sample_city.enterprises import draw
from console.policy.sample_city.facts import SampleFacts
from console.policy.sample_city.items import PROVINCE, sample_items
from contracts.rule import ItemRules
from services.catalog.matching.engine.matcher import Matcher
from services.catalog.matching.engine.wiring import ALL, ANY, COUNT, NOT_MET, CountingPlan

ENTERPRISES = 300_000
TODAY = date(2026, 11, 23)
NEW_ITEMS = 200
ROUNDS = 7


def main(argv: list[str]) -> int:
    """Returns 0."""
    options = _parser().parse_args(argv)
    matcher, newcomers = _city(options.enterprises, options.items)
    figures: dict[str, Any] = {
        "items": options.items,
        "enterprises": options.enterprises,
        "pairs": options.items * options.enterprises,
        "conditions": matcher.conditions,
    }
    figures |= _counted(matcher) | _listed(matcher) | _by_enterprise(matcher) | _by_item(matcher, newcomers)
    figures |= _memory()
    sql = seconds_by_sql(options.enterprises, options.items, TODAY)
    figures |= sql | {"speedup_vs_sql": round(sql["sql_s_estimated"] / figures["count_s"])}
    report("匹配 match", _rows(figures), figures, options.json)
    return 0


def _city(enterprises: int, items: int) -> tuple[Matcher, dict[str, ItemRules]]:
    """The matcher with everything in it, and some items that it has not seen."""
    every = list(sample_items(items + NEW_ITEMS))
    used = {declared.name: declared for _, rules in every for declared in rules.fact_types}
    matcher = matcher_of(enterprises, SampleFacts(draw(enterprises)).columns(used.values()), TODAY)
    for item, rules in every[:items]:
        matcher.put_item(item, rules)
    newcomers = dict(every[items:])
    del every
    gc.collect()
    return matcher, newcomers


def _counted(matcher: Matcher) -> dict[str, Any]:
    """Ours and the floor by turns, the best of each: what else the machine does falls on both."""
    floor = _Floor(matcher)
    ours, bare = [], []
    matcher.count_all()  # lays its plan once, as after any change of an item
    for _ in range(ROUNDS):
        began = time.perf_counter()
        counts = matcher.count_all()
        between = time.perf_counter()
        floor_total = floor.run()
        ours.append(between - began)
        bare.append(time.perf_counter() - between)
    distinct = {compiled.root: int(count) for compiled, count in zip(matcher.items.values(), counts, strict=True)}
    assert sum(distinct.values()) == floor_total, "the floor counts the same"
    return {
        "matches": int(counts.sum()),
        "distinct_items": len(distinct),
        "count_s": round(min(ours), 4),
        "count_s_median": round(percentile(ours, 50), 4),
        "floor_s": round(min(bare), 4),
        "ratio_to_floor": round(min(ours) / min(bare), 2),
    }


class _Floor:
    """Every distinct item by itself: its ANDs and ORs into one buffer, the bits counted."""

    def __init__(self, matcher: Matcher) -> None:
        rows = matcher.leaves.bits.rows() + list(np.empty((16, matcher.facts.words), np.uint64))[::-1]
        combine = {ALL: np.bitwise_and, ANY: np.bitwise_or, NOT_MET: np.bitwise_xor}
        pairs = matcher.leaves.row_pairs()
        self._items = []
        for root in sorted({compiled.root for compiled in matcher.items.values()}):
            steps = CountingPlan(matcher.programs, pairs, [root]).steps
            last = next(rows[step[1]] for step in steps if step[0] == COUNT)
            work = [(combine[step[0]], rows[step[1]], rows[step[2]], rows[step[3]]) for step in steps[:-1]]
            self._items.append((work, last))

    def run(self) -> int:
        total = 0
        for work, last in self._items:
            for operation, left, right, out in work:
                operation(left, right, out)
            total += int(np.bitwise_count(last).sum())
        return total


def _listed(matcher: Matcher) -> dict[str, Any]:
    began = time.perf_counter()
    total = sum(len(rows) for _, rows in matcher.enumerate_all())
    took = time.perf_counter() - began
    assert total == int(matcher.count_all().sum()), "as many are listed as counted"
    return {"enumerate_s": round(took, 3)}


def _by_enterprise(matcher: Matcher) -> dict[str, Any]:
    """Each of some hundred enterprises, once: states of all items, and the reasons of those it meets."""
    matcher.with_reasons(0)
    took, met = [], []
    for row in np.linspace(1, matcher.facts.count - 1, 400).astype(int).tolist():
        began = time.perf_counter()
        found = matcher.with_reasons(row)
        took.append((time.perf_counter() - began) * 1000)
        met.append(float(len(found)))
    return {
        "one_enterprise_ms": round(percentile(took, 50), 2),
        "one_enterprise_ms_p99": round(percentile(took, 99), 2),
        "one_enterprise_meets": round(sum(met) / len(met)),
    }


def _by_item(matcher: Matcher, newcomers: dict[str, ItemRules]) -> dict[str, Any]:
    """Items nobody has seen: compiled, their new conditions evaluated, counted in three states and listed."""
    took = []
    for item, rules in newcomers.items():
        began = time.perf_counter()
        matcher.put_item(item, rules)
        matcher.reach(item)
        matcher.entitled(item)
        took.append((time.perf_counter() - began) * 1000)
    for item in newcomers:
        matcher.drop_item(item)
    return {"one_item_ms": round(percentile(took, 50), 2), "one_item_ms_p99": round(percentile(took, 99), 2)}


def _memory() -> dict[str, Any]:
    """This process as it stands, and the most it ever was; the generator of the city is part of it."""
    status = dict(
        line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("Vm")
    )
    return {
        "rss_mb": round(int(status["VmRSS"].split()[0]) / 1024),
        "rss_peak_mb": round(int(status["VmHWM"].split()[0]) / 1024),
    }


def _rows(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    of = figures.__getitem__
    return [
        ("配对 pairs", f"{of('pairs'):,}", f"{of('items'):,} 项 × {of('enterprises'):,} 户，{of('conditions'):,} 个不同条件"),
        ("(a) 全量计数 count", f"{of('count_s')} s", f"单核；符合 {of('matches'):,}；目标 ≤ 1 s"),
        ("(g) 位运算下限 floor", f"{of('floor_s')} s", f"为其 {of('ratio_to_floor')} 倍；目标 ≤ 2"),
        ("(b) 全量列出 enumerate", f"{of('enumerate_s')} s", "目标 ≤ 10 s"),
        ("(c) 一户对全部事项", f"{of('one_enterprise_ms')} ms",
         f"含理由，平均符合 {of('one_enterprise_meets')} 项；p99 {of('one_enterprise_ms_p99')}；目标 ≤ 5 ms"),
        ("(d) 一个新事项对全部企业", f"{of('one_item_ms')} ms", f"p99 {of('one_item_ms_p99')}；目标 ≤ 20 ms"),
        ("(e) 内存 RSS", f"{of('rss_mb')} MB", f"峰值 {of('rss_peak_mb')}；目标 ≤ 1,536"),
        ("(f) PostgreSQL", f"{of('sql_s_estimated'):,} s", f"抽样外推，非实测：{of('sql_sample')}"),
        ("    提速 speedup", f"{of('speedup_vs_sql'):,} 倍", "目标 ≥ 300"),
    ]  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./zhida bench match", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="写入结果 · write the figures")
    parser.add_argument("--items", type=int, default=PROVINCE)
    parser.add_argument("--enterprises", type=int, default=ENTERPRISES)
    return parser
