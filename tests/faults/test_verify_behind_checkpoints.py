"""What was verified stays verified; in a full look all of it is broken on purpose once more, and noticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from system_kit import House
from verify_kit import changed, credited_again, credits, look, lying_bank, only, texts

from console.operating.checks import bank_pass, messages

FIRST = "WHERE position = (SELECT min(position) FROM audit_fact)"


@pytest.fixture(scope="module")
def verified(still: House) -> Iterator[House]:
    """Everything that there is was verified, and counts as closed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bank_pass, "CLOSED_AFTER", timedelta(days=-2))
        patch.setattr(messages, "QUIET_FOR", timedelta(days=-1))
        assert look(still).holds
        yield still
    for name in still.addresses.databases:
        # Whoever looks after this has not verified anything yet.
        with psycopg.connect(still.cluster.postgres.admin().dsn_of(f"zhida_{name}")) as connection:
            connection.execute("DELETE FROM verify_checkpoint")


def books(house: House, database: str) -> set[str]:
    with psycopg.connect(house.cluster.postgres.admin().dsn_of(f"zhida_{database}")) as connection:
        return {
            row[0] for row in connection.execute("SELECT book FROM verify_checkpoint WHERE position > 0").fetchall()
        }


def test_every_database_remembers_its_chain_and_its_outbox(verified: House) -> None:
    for name in ("gateway", "catalog", "intake", "review", "treasury", "notify"):
        assert "audit chain" in books(verified, name)
    assert "outbox heard by all" in books(verified, "review")
    assert look(verified).holds
    assert look(verified, full=True).holds


def test_a_closed_day_whose_totals_stand_is_not_read_again_but_in_a_full_look(verified: House) -> None:
    book = credits(verified)
    with lying_bank(verified, credits={"credits": [*book[:-1], {**book[-1], "creditor_name": "别人"}]}) as url:
        assert look(verified, bank_url=url).holds
        report = look(verified, full=True, bank_url=url)
    assert report.verdicts() == only("B")
    assert "户名不符" in texts(report)


def test_a_closed_day_whose_totals_are_others_is_read_again(verified: House) -> None:
    with lying_bank(verified, **credited_again(verified)) as url:
        report = look(verified, bank_url=url)
    assert not report.verdicts()["A"]


def test_a_in_a_full_look_an_instruction_credited_twice_is_noticed(verified: House) -> None:
    with lying_bank(verified, **credited_again(verified)) as url:
        report = look(verified, full=True, bank_url=url)
    assert report.verdicts() == only("A")
    assert "在银行有 2 笔入账" in texts(report)


def test_b_a_payment_of_ours_that_was_changed_since_is_noticed_in_a_full_look(verified: House) -> None:
    one = "WHERE (tenant, id) = (SELECT tenant, id FROM disbursement WHERE state = 'settled' ORDER BY id LIMIT 1)"
    turned = "payee = payee || jsonb_build_object('account_name', reverse(payee ->> 'account_name'))"
    statement = f"UPDATE disbursement SET {turned} {one}"
    with changed(verified, "treasury", statement, statement):
        unseen = look(verified)
        report = look(verified, full=True)
    assert unseen.holds
    assert report.verdicts() == only("B")
    assert "户名不符" in texts(report)


def test_b_a_payment_of_ours_that_the_bank_never_made_is_noticed_by_the_totals(verified: House) -> None:
    one = "WHERE (tenant, id) = (SELECT tenant, id FROM disbursement WHERE state = 'settled' ORDER BY id LIMIT 1)"
    with changed(
        verified,
        "treasury",
        f"UPDATE disbursement SET instruction_id = instruction_id || '-x' {one}",
        "UPDATE disbursement SET instruction_id = left(instruction_id, -2) WHERE instruction_id LIKE '%-x'",
    ):
        full = look(verified, full=True)
    assert full.verdicts() == only("B")
    assert "银行没有这笔入账" in texts(full)


@pytest.mark.parametrize("full", [False, True])
def test_c_a_line_that_says_a_fen_more_than_was_paid_is_noticed_in_every_look(verified: House, full: bool) -> None:
    one = "WHERE (tenant, id) = (SELECT tenant, id FROM budget_line WHERE settled_fen > 0 ORDER BY id LIMIT 1)"
    with changed(
        verified,
        "treasury",
        f"UPDATE budget_line SET settled_fen = settled_fen + 1 {one}",
        f"UPDATE budget_line SET settled_fen = settled_fen - 1 {one}",
    ):
        assert look(verified, full=full).verdicts() == only("C")


@pytest.mark.parametrize("full", [False, True])
def test_d_a_timer_that_should_have_fired_is_noticed_in_every_look(verified: House, full: bool) -> None:
    with changed(
        verified,
        "catalog",
        "INSERT INTO job (tenant, kind, subject, due_at) VALUES ('xingguo', 'remind', 'x', now() - interval '1 hour')",
        "DELETE FROM job WHERE kind = 'remind'",
    ):
        assert look(verified, full=full).verdicts() == only("D")


def test_e_an_event_that_was_unheard_afterwards_is_noticed_in_a_full_look(verified: House) -> None:
    one = (
        "WHERE aggregate_type = 'case' AND aggregate_id ="
        " (SELECT max(aggregate_id) FROM position WHERE aggregate_type = 'case')"
    )
    with changed(
        verified,
        "oversight",
        f"UPDATE position SET sequence = sequence - 1 {one}",
        f"UPDATE position SET sequence = sequence + 1 {one}",
    ):
        unseen = look(verified)
        report = look(verified, full=True)
    assert unseen.holds
    assert report.verdicts() == only("E")
    assert "oversight 只收到第" in texts(report)


def test_f_a_fact_that_was_altered_behind_the_checkpoint_is_noticed_in_a_full_look(verified: House) -> None:
    with changed(
        verified,
        "review",
        f"UPDATE audit_fact SET actor = actor || '?' {FIRST}",
        f"UPDATE audit_fact SET actor = rtrim(actor, '?') {FIRST}",
    ):
        unseen = look(verified)
        report = look(verified, full=True)
    assert unseen.holds
    assert report.verdicts() == only("F")
    assert "审计记录被改动" in texts(report)


def test_f_a_chain_that_was_forged_from_its_beginning_is_noticed_at_the_checkpoint(verified: House) -> None:
    one = "WHERE number = (SELECT max(number) FROM audit_block)"
    with changed(
        verified,
        "review",
        f"UPDATE audit_block SET hash = hash || '\\x00' {one}",
        f"UPDATE audit_block SET hash = substr(hash, 1, 32) {one}",
    ):
        report = look(verified)
    assert report.verdicts() == only("F")
    assert "与核验时不同" in texts(report)


def test_everything_was_put_back(verified: House) -> None:
    assert look(verified, full=True).holds
