"""`./zhida sample-city --enterprises N --out FILE`: the sample city's enterprises as a table to import (docs/imports.md)."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.policy.items import sample_item
from console.policy.sample_city.table import write_table

MOST = 1_000_000


def main(argv: list[str]) -> int:
    """0: written."""
    parser = argparse.ArgumentParser(
        prog="./zhida sample-city", description="示例城市的企业表 · a table of enterprises"
    )
    parser.add_argument(
        "--enterprises", type=_count, default=300_000, metavar="N", help="多少家,默认 300000 · how many"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="写到哪里(CSV)")
    parser.add_argument(
        "--items",
        nargs="+",
        default=[],
        metavar="CODE",
        help="再加上这些示例事项所用的数据 · and what these items ask for",
    )
    options = parser.parse_args(argv)
    items = [sample_item(code) for code in options.items]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_table(options.out, options.enterprises, items=items)
    print(f"已写入 {options.out}({options.enterprises:,} 家示例企业)。导入方法见 docs/imports.md。")
    return 0


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MOST:
        raise argparse.ArgumentTypeError(f"应在 1 与 {MOST} 之间")
    return count
