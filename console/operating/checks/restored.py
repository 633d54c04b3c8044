"""Whether restored books still wait for their comparison with the bank's: until then nothing is paid."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from chassis.time.clock import CHINA
from console.operating.checks.findings import Notice

UNDER_WAY = text("SELECT begun_at, after FROM bank_comparison WHERE ended_at IS NULL")


def not_compared(treasury: Connection) -> Iterator[Notice]:
    """What an operator wonders about: released payments wait, and nobody has done anything wrong."""
    for row in treasury.execute(UNDER_WAY):
        since = f"{row.begun_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
        said = f"系统自备份恢复后（{since}）尚未与银行核对完，已核对到银行第 {row.after} 笔；核对完之前不付款"
        yield Notice(None, f"{said}，银行应答后自动继续")
