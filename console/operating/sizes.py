"""`./zhida sizes`: how large the databases are, what the frame keeps of that, and how much a case takes."""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.table import Table

from chassis.foundation.database import connect_engine
from chassis.keeping.sizes import Size, heard, sizes
from console.cluster.cluster import Cluster
from console.operating.checks.addresses import Addresses

HEARS_EVERY_CASE = "oversight"


def main(argv: list[str]) -> int:
    """Returns 0. Refuses where nothing was ever started."""
    argparse.ArgumentParser(
        prog="./zhida sizes", description="各数据库的大小 · bytes by table and per case"
    ).parse_args(argv)
    measured, cases = measure(Addresses.of(Cluster()))
    console = Console()
    table = Table("数据库", "表", "MB", "行数(估计)", title="大小 · sizes")
    for service, found in measured.items():
        for size in found:
            table.add_row(service, size.table, f"{size.bytes / 1e6:,.1f}", f"{size.rows:,}")
    console.print(table)
    total = sum(size.bytes for found in measured.values() for size in found)
    each = f",办件 {cases:,} 笔,平均每笔 {total / cases / 1e3:,.1f} kB" if cases else ",还没有办件"
    console.print(f"合计 {total / 1e6:,.1f} MB{each}。", markup=False)
    return 0


def measure(addresses: Addresses) -> tuple[dict[str, list[Size]], int]:
    """(sizes by database, number of cases)."""
    measured, cases = {}, 0
    for service, dsns in addresses.databases.items():
        engine = connect_engine(dsns.frame, size=1, name="zhida-sizes")
        try:
            measured[service] = sizes(engine)
            if service == HEARS_EVERY_CASE:
                cases = heard(engine).get("case", 0)
        finally:
            engine.dispose()
    return measured, cases
