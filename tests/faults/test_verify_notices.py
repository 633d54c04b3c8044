"""The judge is judged: A, B and C are broken on purpose, and it must notice, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from system_kit import House
from verify_kit import EVERYTHING_HOLDS, changed, credited_again, credits, look, lying_bank, only, texts

from console.operating import verify as verify_program


def test_a_sound_house_is_found_sound(
    still: House, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIDA_HOME", str(still.cluster.home))
    assert verify_program.main(["--settle", "0", "--full", "--json", str(tmp_path / "out.json")]) == 0
    assert json.loads((tmp_path / "out.json").read_text()) == EVERYTHING_HOLDS
    said = capsys.readouterr().out
    assert "不重付" in said
    assert "zhanggong" in said


# A and B


def test_a_an_instruction_credited_twice_is_noticed(still: House) -> None:
    book = credits(still)
    with lying_bank(still, **credited_again(still)) as url:
        report = look(still, bank_url=url)
    assert report.verdicts() == only("A")
    assert f"{book[-1]['instruction_id']} 在银行有 2 笔入账" in texts(report)
    assert report.verdicts("zhanggong") == only("A")
    assert report.verdicts("xingguo") == EVERYTHING_HOLDS


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ({"amount_fen": 1}, "金额不符"),
        ({"creditor_name": "别人"}, "户名不符"),
        ({"creditor_account": "999"}, "账号不符"),
        ({"bank_reference": "SBK0"}, "银行流水号不符"),
        ({"status": "returned"}, "银行为已退汇，资金账为“已到账”"),
        ({"instruction_id": "nobody-ordered-this"}, "资金账中没有"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, Mapping) else "",
)
def test_b_a_payment_unlike_the_banks_is_noticed(still: House, lie: dict[str, Any], said: str) -> None:
    book = credits(still)
    with lying_bank(still, credits={"credits": [*book[:-1], {**book[-1], **lie}]}) as url:
        report = look(still, bank_url=url)
    assert report.verdicts() == only("B")
    assert said in texts(report)


def test_b_a_payment_that_the_bank_never_made_is_noticed(still: House) -> None:
    with lying_bank(still, credits={"credits": credits(still)[:-1]}) as url:
        report = look(still, bank_url=url)
    assert report.verdicts() == only("B")
    assert "银行没有这笔入账" in texts(report)


def test_a_bank_that_does_not_answer_proves_nothing(still: House) -> None:
    report = look(still, bank_url="http://127.0.0.1:9")
    assert report.verdicts() == {**EVERYTHING_HOLDS, "A": False, "B": False}


# C


def test_c_a_line_that_says_a_fen_more_than_was_paid_is_noticed(still: House) -> None:
    one = "WHERE (tenant, id) = (SELECT tenant, id FROM budget_line WHERE settled_fen > 0 ORDER BY id LIMIT 1)"
    with changed(
        still,
        "treasury",
        f"UPDATE budget_line SET settled_fen = settled_fen + 1 {one}",
        f"UPDATE budget_line SET settled_fen = settled_fen - 1 {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("C")
    assert "按逐笔支付应为" in texts(report)
    assert "按分录应为" in texts(report)


def test_c_a_posting_changed_by_a_fen_is_noticed(still: House) -> None:
    one = (
        "WHERE ctid = (SELECT ctid FROM ledger_posting WHERE account = 'paid' AND amount_fen {}"
        " ORDER BY entry_id LIMIT 1)"
    )
    with changed(
        still,
        "treasury",
        f"UPDATE ledger_posting SET amount_fen = -7 {one.format('> 0')}",
        "UPDATE ledger_posting p SET amount_fen = d.amount_fen FROM ledger_entry e JOIN disbursement d"
        " ON (d.tenant, d.id) = (e.tenant, e.disbursement_id) WHERE (p.tenant, p.entry_id) = (e.tenant, e.id)"
        " AND p.account = 'paid' AND p.amount_fen = -7",
    ):
        report = look(still)
    assert report.verdicts() == {**only("C"), "F": False}, "and it is not what was sealed"
    assert "不平衡" in texts(report)
    assert look(still).holds


@contextmanager
def without_constraint(house: House, name: str, definition: str) -> Iterator[None]:
    """What the database itself would have refused."""
    admin = house.cluster.postgres.admin().dsn_of("zhida_treasury")
    with psycopg.connect(admin) as connection:
        connection.execute(f"ALTER TABLE budget_line DROP CONSTRAINT IF EXISTS {name}")
    try:
        yield
    finally:
        with psycopg.connect(admin) as connection:
            connection.execute(f"ALTER TABLE budget_line ADD CONSTRAINT {name} {definition}")


def test_c_a_line_below_zero_is_noticed(still: House) -> None:
    one = "WHERE (tenant, id) = (SELECT tenant, id FROM budget_line ORDER BY id LIMIT 1)"
    with (
        without_constraint(
            still,
            "budget_line_never_below_zero",
            "CHECK (appropriated_fen - reserved_fen - (settled_fen - returned_fen) - swept_fen >= 0)",
        ),
        changed(
            still,
            "treasury",
            f"UPDATE budget_line SET reserved_fen = reserved_fen + 1000000000000 {one}",
            f"UPDATE budget_line SET reserved_fen = reserved_fen - 1000000000000 {one}",
        ),
    ):
        report = look(still)
    assert report.verdicts() == only("C")
    assert "可用余额为负" in texts(report)
