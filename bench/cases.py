"""`./zhida bench cases [--json FILE] [--cases N]`: cases decided, work lists, and a list decided, each beside what it is measured against.

(a) Cases of a three-step plan with two joint checks decided through the API, three answers of persons a case, each command beside a
minimal program that writes one row; (b) work lists at 1,000 and at 100,000 open cases, by turns; (c) a no-application list decided
by review, beside the bare evaluation of the same lines. All figures are ratios within one run: the machine has other things to do.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bench.casework import deciding, lines, work_lists
from bench.casework.deciding import Deciding
from bench.grown.calls import Answerers
from bench.grown.house import fill, frames
from bench.grown.size import Size
from bench.growth import CIPHER
from bench.house import house
from bench.surroundings import Surroundings, report, surroundings
from chassis.edge.frame import Frame
from chassis.foundation.migrate import migrate
from chassis.foundation.settings import Settings
from console.progress import LiveProgress
from console.servers.postgres import PostgresAdmin
from console.servers.provision import Dsns, clone, drop, provision

CASES, LINES = 1_000, 10_000
SMALL, LARGE = 1_000, 100_000
LIST_ROUNDS = 300
PLACES = 3
"""Tenants among which open work is divided: six cases of ten are the first one's, which is asked."""


def main(argv: list[str]) -> int:
    """0 when everything that was sent was answered with success, whatever the figures; else 1."""
    options = _parser().parse_args(argv)
    figures: dict[str, Any] = {}
    failures: dict[str, dict[int, int]] = {}
    with LiveProgress() as progress, surroundings() as place:
        with progress.step("工作清单"):
            figures |= worklist_figures(place.admin, options.few, options.open, options.rounds)
        with progress.step("免申即享名单"):
            figures |= list_figures(place.admin, options.lines)
        figures = _decided(place, progress, options.cases, failures) | figures
    report("案件 cases", _rows(figures), figures, options.json)
    if failures:
        print(f"有请求没有成功，以上数字不可用 (some requests failed, do not use these figures): {failures}")
    return 1 if failures else 0


def worklist_figures(admin: PostgresAdmin, few: int, many: int, rounds: int) -> dict[str, Any]:
    """Lists among few and among many open cases."""
    with _review(admin, "few") as small, _review(admin, "many") as large:
        return lists_among({few: small, many: large}, rounds)


def lists_among(databases: Mapping[int, Dsns], rounds: int) -> dict[str, Any]:
    """The databases by how many open cases are put into them, the smaller one first."""
    for count, dsns in databases.items():
        fill("review", dsns, Size(cases=0, tenants=PLACES, open=count), CIPHER)
    (few, small), (many, large) = databases.items()
    with frames({"review": small}, CIPHER) as one, frames({"review": large}, CIPHER) as other:
        timed = work_lists.timed_lists(Answerers(one), Answerers(other), rounds)
    return {"worklist_small": few, "worklist_large": many} | timed


def list_figures(admin: PostgresAdmin, count: int) -> dict[str, Any]:
    """A list of so many lines."""
    with _review(admin, "list") as dsns:
        frame = Frame(Settings("review", dsns.app, dsns.frame, "amqp://nowhere", CIPHER))
        try:
            return lines.decided_lines(frame, count)
        finally:
            frame.stop()


def _decided(
    place: Surroundings, progress: LiveProgress, cases: int, failures: dict[str, dict[int, int]]
) -> dict[str, Any]:
    with house(place, progress) as where:
        contest = Deciding(where, cases)
        with progress.step("登记部门与事项"):
            contest.prepare()
        with progress.step("逐件办理"):
            contest.rounds()
    failures |= contest.failures
    return contest.figures()


@contextmanager
def _review(admin: PostgresAdmin, name: str) -> Iterator[Dsns]:
    """A database of review's own, migrated and empty; dropped at the end."""
    database = f"cases_review_{name}"
    drop(admin, "zhida_review")  # what an earlier measurement has left there would be copied
    dsns = provision(admin, "review").at_database(database)
    drop(admin, database)
    clone(admin, "zhida_review", database)
    try:
        migrate("review", dsns.owner)
        yield dsns
    finally:
        drop(admin, database)


def _rows(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    of = figures.__getitem__
    commands = "；".join(f"{name} {of(f'{name}_ratio')}" for name in ("first_check", "second_check", "approve"))
    return [
        ("办结 decided", f"{of('cases_per_s')} 件/s", f"{of('cases')} 件，每件两次联审答复、一次审批；每件事件 {of('events_per_case')}"),
        ("每条命令 per command", f"{of('ratio_per_command')}", f"为最小程序之比，取最低；{commands}；目标 ≥ {deciding.AIM}"),
        ("清单 work list", f"{of('worklist_p99_large_ms')} ms",
         f"p99；{of('worklist_small'):,} 件时 {of('worklist_p99_small_ms')} ms，{of('worklist_large'):,} 件时如左"),
        ("    增长 growth", f"{of('growth')}", f"最差者 {of('worklist')}；中位数之比 {of('growth_p50')}；目标 ≤ {work_lists.AIM}"),
        ("名单 list", f"{of('list_lines_per_s'):,} 行/s", f"{of('list_lines'):,} 行；仅计算 {of('list_evaluated_per_s'):,} 行/s"),
        ("    倍数 ratio", f"{of('list_ratio')}", f"为仅计算的倍数；目标 ≤ {lines.AIM}；本进程处理器时间 {of('list_cpu_ratio')} 倍"),
    ]  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./zhida bench cases", description="办件 · cases decided, listed, pushed")
    parser.add_argument("--json", metavar="FILE", help="把结果写成 JSON · write the figures")
    parser.add_argument("--cases", type=int, default=CASES, help="逐件办理的件数 · cases decided through the API")
    parser.add_argument("--lines", type=int, default=LINES, help="名单行数 · lines of the list")
    parser.add_argument("--few", type=int, default=SMALL, help="小库在办件数 · open cases of the small database")
    parser.add_argument("--open", type=int, default=LARGE, help="大库在办件数 · open cases of the large database")
    parser.add_argument(
        "--rounds", type=int, default=LIST_ROUNDS, help="每个清单询问次数 · how often each list is asked"
    )
    return parser
