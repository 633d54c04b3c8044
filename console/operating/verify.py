"""`./zhida verify`: the invariants A–F of a running installation, per tenant and overall."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from console.cluster.cluster import Cluster
from console.operating.checks.addresses import Addresses, OpenBooks
from console.operating.checks.findings import Finding, Notice
from console.operating.checks.invariants import INVARIANTS
from console.operating.checks.look import Look
from console.operating.checks.report import OVERALL, Report, together
from console.refusal import CommandRefusal

SETTLE_S = 10.0
"""How long what is still under way may take before a difference counts as one."""

LOOK_AGAIN_S = 0.5

MOST_SHOWN = 40
"""How many tenants are listed. Those with something wrong always are."""


def main(argv: list[str]) -> int:
    """Returns 0 when every invariant holds, 1 when one does not. Refuses where nothing was ever started."""
    parser = argparse.ArgumentParser(
        prog="./zhida verify", description="对账核验：不变式 A–F · check the invariants A–F"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help='写入 {"A": true, …} · write the verdicts')
    parser.add_argument("--tenant", help="只看一个地区 · one tenant only")
    parser.add_argument(
        "--settle",
        type=float,
        default=SETTLE_S,
        metavar="SECONDS",
        help=f"等待在途业务落定的时间（默认 {SETTLE_S:g}）· how long what is under way may take",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="从头核验全部账目，不以此前核验过的为准 · verify all of it again, from the beginning",
    )
    options = parser.parse_args(argv)
    report = verify(Addresses.of(Cluster()), settle_s=options.settle, full=options.full)
    if options.tenant:
        if options.tenant not in report.tenants:
            known = "、".join(report.tenants) or "无"
            raise CommandRefusal(
                f"没有地区 {options.tenant}；已开通：{known}。", f"No tenant is called {options.tenant}."
            )
        report = report.about(options.tenant)
    show(report, Console())
    if options.json:
        options.json.write_text(json.dumps(report.verdicts()) + "\n", encoding="utf-8")
    return 0 if report.holds else 1


def verify(addresses: Addresses, *, settle_s: float = SETTLE_S, full: bool = False) -> Report:
    """Look until everything holds or `settle_s` seconds have passed; the last look counts.

    What an earlier look has verified stays verified, unless it is to be `full`.

    Refuses when a database does not answer: then nothing can be said at all. A bank that does not answer
    breaks A and B.
    """
    deadline = time.monotonic() + settle_s
    with OpenBooks(addresses) as books:
        while True:
            try:
                report = _look(books, full)
            except SQLAlchemyError as error:
                if time.monotonic() > deadline:
                    reason = str(error).splitlines()[0]
                    raise CommandRefusal(
                        f"数据库无法读取，不能核验：{reason}", f"A database cannot be read: {reason}"
                    ) from error
            else:
                if report.holds or time.monotonic() > deadline:
                    return report
            time.sleep(LOOK_AGAIN_S)


def show(report: Report, console: Console) -> None:
    """The verdicts as a table, then every difference on a line of its own, then what an operator may want to
    do."""
    overall = report.verdicts()
    table = Table("", "不变式 invariant", OVERALL, title="核验 verify")
    for letter, what in INVARIANTS.items():
        table.add_row(letter, f"{what.chinese}\n[dim]{what.english}[/]", _mark(overall[letter]))
    console.print(table)
    console.print(_by_tenant(report))
    for finding in report.findings:
        console.print(f"✗ {finding.invariant} {finding.tenant or OVERALL}：{finding.text}", style="red", markup=False)
    for notice in report.notices:
        console.print(f"· {notice.tenant or OVERALL}：{notice.text}", markup=False)
        if notice.command:
            console.print(f"    {notice.command}", style="cyan", markup=False)


def _by_tenant(report: Report) -> Table:
    """A row for each tenant: those with something wrong first, and of the others so many that the eye still finds them."""
    verdicts = {tenant: report.verdicts(tenant) for tenant in report.tenants}
    ordered = sorted(report.tenants, key=lambda tenant: all(verdicts[tenant].values()))
    wrong = sum(not all(each.values()) for each in verdicts.values())
    shown = ordered[: max(wrong, MOST_SHOWN)]
    table = Table("地区 tenant", *INVARIANTS)
    for tenant in shown:
        table.add_row(tenant, *(_mark(verdicts[tenant][letter]) for letter in INVARIANTS))
    if left := len(ordered) - len(shown):
        table.caption = f"另有 {left} 个地区无异常 ({left} more are sound)"
    return table


def _mark(holds: bool) -> str:
    return "[green]✓[/]" if holds else "[red]✗[/]"


def _look(books: OpenBooks, full: bool) -> Report:
    """One look at everything, invariant by invariant."""
    look = Look(books, books.tenants(), datetime.now(UTC), full)
    findings: list[Finding] = []
    notices: list[Notice] = []
    for invariant in INVARIANTS.values():
        for said in invariant.look(look):
            if isinstance(said, Finding):
                findings.append(said)
            else:
                notices.append(said)
    return together(look.tenants, findings, notices)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
