"""C: every budget line to the fen, from three sides: its own columns, its disbursements, its ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from console.operating.checks.findings import Finding
from console.operating.checks.look import Invariant, Look
from contracts.money import Money

KINDS: Mapping[str, str] = {
    "appropriate": "下达",
    "reserve": "预留",
    "release": "释放",
    "settle": "支付",
    "return": "退汇",
    "sweep": "清算",
}
"""What each kind of entry is called."""

LINES = text(
    "SELECT tenant, id, year, department, item_id, appropriated_fen, reserved_fen, settled_fen, returned_fen,"
    " swept_fen FROM budget_line ORDER BY tenant, year, department, item_id"
)

BY_DISBURSEMENTS = text(
    "SELECT tenant, line_id,"
    " coalesce(sum(amount_fen) FILTER (WHERE state IN ('ready', 'authorised', 'sent', 'unknown')), 0)"
    " AS reserved_fen,"
    " coalesce(sum(amount_fen) FILTER (WHERE state IN ('settled', 'returned')), 0) AS settled_fen,"
    " coalesce(sum(amount_fen) FILTER (WHERE state = 'returned'), 0) AS returned_fen"
    " FROM disbursement WHERE line_id IS NOT NULL GROUP BY tenant, line_id"
)

BY_LEDGER = text(
    "SELECT e.tenant, e.line_id, p.account, sum(p.amount_fen) AS fen FROM ledger_posting p"
    " JOIN ledger_entry e ON (e.tenant, e.id) = (p.tenant, p.entry_id)"
    " GROUP BY e.tenant, e.line_id, p.account"
)

UNBALANCED = text(
    "SELECT e.tenant, e.id, e.kind, coalesce(sum(p.amount_fen), 0) AS fen, count(p.account) AS postings"
    " FROM ledger_entry e LEFT JOIN ledger_posting p ON (p.tenant, p.entry_id) = (e.tenant, e.id)"
    " GROUP BY e.tenant, e.id, e.kind HAVING coalesce(sum(p.amount_fen), 0) <> 0 OR count(p.account) < 2"
)

ORPHANS = text(
    "SELECT p.tenant, p.entry_id FROM ledger_posting p WHERE NOT EXISTS"
    " (SELECT FROM ledger_entry e WHERE (e.tenant, e.id) = (p.tenant, p.entry_id))"
)

WORDS = {
    "reserved_fen": "预留",
    "settled_fen": "已付",
    "returned_fen": "已退",
    "available": "可用",
    "reserved": "预留",
    "paid": "净支出",
    "swept": "上收",
    "appropriation": "下达",
}

LineKey = tuple[str, str]


def out_of_balance(treasury: Connection) -> list[Finding]:
    """What does not add up in the books of the tenants that the connection shows."""
    lines = {(row["tenant"], row["id"]): row for row in treasury.execute(LINES).mappings()}
    spent = {(row["tenant"], row["line_id"]): row for row in treasury.execute(BY_DISBURSEMENTS).mappings()}
    ledger: dict[LineKey, dict[str, int]] = {}
    for row in treasury.execute(BY_LEDGER):
        ledger.setdefault((row.tenant, row.line_id), {})[row.account] = int(row.fen)
    findings = list(_entries(treasury))
    for key, line in lines.items():
        findings += [
            Finding("C", line["tenant"], f"{_name(line)}：{text}")
            for text in (
                *_below_zero(line),
                *_against_disbursements(line, spent.get(key)),
                *_against_ledger(line, ledger.get(key, {})),
            )
        ]
    findings += [
        Finding("C", tenant, f"支付或分录所属的预算指标 {line} 不存在")
        for tenant, line in (spent.keys() | ledger.keys()) - lines.keys()
    ]
    return findings


def _available(line: RowMapping) -> int:
    kept: int = line["settled_fen"] - line["returned_fen"]
    available: int = line["appropriated_fen"] - line["reserved_fen"] - kept - line["swept_fen"]
    return available


def _below_zero(line: RowMapping) -> Iterable[str]:
    if _available(line) < 0:
        yield f"可用余额为负：{Money(_available(line)).yuan_text()} 元"


def _against_disbursements(line: RowMapping, spent: RowMapping | None) -> Iterable[str]:
    for column in ("reserved_fen", "settled_fen", "returned_fen"):
        recomputed = int(spent[column]) if spent is not None else 0
        if line[column] != recomputed:
            yield _unequal(column, line[column], "按逐笔支付", recomputed)


def _against_ledger(line: RowMapping, balances: Mapping[str, int]) -> Iterable[str]:
    columns: Mapping[str, int] = {
        "appropriation": -line["appropriated_fen"],
        "available": _available(line),
        "reserved": line["reserved_fen"],
        "paid": line["settled_fen"] - line["returned_fen"],
        "swept": line["swept_fen"],
    }
    for account, fen in columns.items():
        if balances.get(account, 0) != fen:
            yield _unequal(account, fen, "按分录", balances.get(account, 0))
    if sum(balances.values()) != 0:
        yield f"分录合计不为零：{Money(sum(balances.values())).yuan_text()} 元"


def _entries(treasury: Connection) -> Iterable[Finding]:
    for row in treasury.execute(UNBALANCED):
        yield Finding(
            "C",
            row.tenant,
            f"分录 {row.id}（{KINDS.get(row.kind, row.kind)}）不平衡：差 {Money(int(row.fen)).yuan_text()} 元，{row.postings} 行",
        )
    for row in treasury.execute(ORPHANS):
        yield Finding("C", row.tenant, f"分录行没有所属分录：{row.entry_id}")


def _unequal(what: str, ours: int, source: str, theirs: int) -> str:
    return f"{WORDS[what]} {Money(ours).yuan_text()} 元，{source}应为 {Money(theirs).yuan_text()} 元"


def _name(line: Mapping[str, Any] | RowMapping) -> str:
    return f"预算指标 {line['year']} 年 {line['department']} {line['item_id'] or '（部门全部事项）'}"


def budgets_to_the_fen(look: Look) -> Iterator[Finding]:
    """The server adds up; what comes here is a row for each line, and what does not balance."""
    with look.books.snapshot("treasury", look.tenants) as treasury:
        yield from out_of_balance(treasury)


INVARIANT = Invariant("C", "预算到分：每条指标平衡，不为负", "every budget line, to the fen", budgets_to_the_fen)
