"""What treasury and review have kept before an upgrade goes on after it, and what the former version writes beside it too."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from frame_kit import broken_chain, psycopg_url, up_to
from sqlalchemy import create_engine

from chassis.foundation.migrate import migrate
from chassis.testing.fakes import NOON
from chassis.write.audit import seal
from console.operating.checks.ledger_facts import unsealed_entries
from console.servers.provision import Dsns

LINE = (
    "INSERT INTO budget_line (tenant, id, version, sequence, year, department, mode, appropriated_fen, reserved_fen,"
    " settled_fen, returned_fen, swept_fen) VALUES ('zhanggong', 'line', 1, 1, 2026, '科技局', 'quota', 500, 0, 0, 0, 0)"
)
DISBURSEMENT = (
    "INSERT INTO disbursement (tenant, id, version, sequence, case_id, claim, department, item_id, amount_fen, payee,"
    " revision, instalment, attempt, approved_by, approved_at, received_at, year, payout_days, clock_started_at, alarmed,"
    " state, reason, line_id, authorised_by, authorised_at, instruction_id, sent_at, unheard)"
    " VALUES (%s, %s, 1, 1, %s, '{}', '科技局', 'item', 5, '{}', 1, 1, 1, 'maker', now(), now(), 2026, 1, now(), 0,"
    " %s, %s, 'line', 'checker', now(), %s, now(), 0)"
)
ENTRY = (
    "INSERT INTO ledger_entry (tenant, id, line_id, kind, document, at)"
    " VALUES ('zhanggong', %s, 'line', 'appropriate', '虔财〔2026〕1号', %s)"
)
POSTINGS = (
    "INSERT INTO ledger_posting (tenant, entry_id, account, amount_fen)"
    " VALUES ('zhanggong', %s, 'available', 500), ('zhanggong', %s, 'appropriation', -500)"
)
GIVEN_UP = "银行连续 12 次答复未收到该指令，已停止查询；资金已释放，须人工与银行核实"


@pytest.fixture
def treasury(empty_database: Callable[[str], Dsns]) -> Dsns:
    """Treasury's database of the former version with a line, two entries, readings of three tenants, and payments."""
    dsns = empty_database("treasury")
    up_to("treasury", "treasury_0004", dsns)
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute(LINE)
        for id, at in (("first", "2026-03-10 04:00:00.123456Z"), ("second", "2026-03-10 04:00:00Z")):
            connection.execute(ENTRY, (id, at))
            connection.execute(POSTINGS, (id, id))
        for tenant, after in (("zhanggong", 7), ("ganzhou", 3), ("xingguo", 9)):
            connection.execute("INSERT INTO return_cursor VALUES (%s, %s)", (tenant, after))
        connection.execute(DISBURSEMENT, ("zhanggong", "sent", "case-1", "sent", None, "sent-1"))
        connection.execute(DISBURSEMENT, ("zhanggong", "gone", "case-2", "failed", GIVEN_UP, "gone-1"))
        connection.execute(DISBURSEMENT, ("zhanggong", "refused", "case-3", "failed", "账户已销户", "refused-1"))
    migrate("treasury", dsns.owner)
    return dsns


def test_returns_are_read_on_from_the_smallest_position_by_one_job_for_all(treasury: Dsns) -> None:
    with psycopg.connect(psycopg_url(treasury.owner)) as connection:
        assert connection.execute("SELECT bank, after FROM bank_cursor").fetchall() == [("bank", 3)]
        jobs = connection.execute("SELECT tenant, kind, subject FROM job").fetchall()
        assert jobs == [("ganzhou", "fetch_returns", "bank")]
        known = connection.execute("SELECT instruction_id, tenant, disbursement_id FROM bank_instruction ORDER BY 1")
        assert known.fetchall() == [(f"{id}-1", "zhanggong", id) for id in ("gone", "refused", "sent")]


def test_payments_of_before_are_the_first_receivers_and_a_former_version_writes_such_ones_beside(
    treasury: Dsns,
) -> None:
    with psycopg.connect(psycopg_url(treasury.owner)) as connection:
        connection.execute(DISBURSEMENT, ("zhanggong", "beside", "case-4", "sent", None, "beside-1"))
        found = connection.execute("SELECT DISTINCT part, payout_unit, terms, holder_id FROM disbursement").fetchall()
        assert found == [(1, "working_days", None, None)]
        with pytest.raises(psycopg.errors.UniqueViolation, match="disbursement_attempt_of_part"):
            connection.execute(DISBURSEMENT, ("zhanggong", "again", "case-4", "failed", None, "again-1"))


def test_what_broke_off_while_indexes_were_made_is_done_again_and_changes_nothing_twice(treasury: Dsns) -> None:
    with psycopg.connect(psycopg_url(treasury.owner)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'treasury_0009'")
        connection.execute("DROP INDEX disbursement_one_paid")
    migrate("treasury", treasury.owner)
    with psycopg.connect(psycopg_url(treasury.owner)) as connection:
        kept = connection.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'disbursement'").fetchall()
        assert {"disbursement_one_paid", "disbursement_one_under_way", "disbursement_attempt_of_part"} <= {
            name for (name,) in kept
        }


def test_what_was_given_up_as_never_heard_of_is_waited_for_from_now_on_and_nothing_else_is(treasury: Dsns) -> None:
    with psycopg.connect(psycopg_url(treasury.owner)) as connection:
        waited = "SELECT id FROM disbursement WHERE quiet_since IS NOT NULL"
        assert connection.execute(waited).fetchall() == [("gone",)]


def test_entries_of_before_and_those_of_a_former_version_beside_are_sealed_and_say_so(treasury: Dsns) -> None:
    with psycopg.connect(psycopg_url(treasury.owner)) as connection:
        # The former version goes on beside this one: it sends, and enters what it does not seal.
        connection.execute(DISBURSEMENT, ("zhanggong", "beside", "case-4", "sent", None, "beside-1"))
        connection.execute(ENTRY, ("third", "2026-03-11 04:00:00Z"))
        connection.execute(POSTINGS, ("third", "third"))
    with psycopg.connect(psycopg_url(treasury.owner)) as connection:
        known = "SELECT disbursement_id FROM bank_instruction WHERE instruction_id = 'beside-1'"
        assert connection.execute(known).fetchall() == [("beside",)]
        facts = "SELECT aggregate_id, version, actor, action FROM audit_fact ORDER BY aggregate_id"
        assert connection.execute(facts).fetchall() == [
            (id, 1, "not_recorded", "treasury_0005") for id in ("first", "second", "third")
        ]
    frame, app = create_engine(treasury.frame), create_engine(treasury.app)
    assert seal(frame, NOON) == 3
    assert broken_chain(frame) == []
    with app.connect() as connection:
        connection.exec_driver_sql("SELECT set_config('zhida.tenants', 'zhanggong', true)")
        assert unsealed_entries(connection) == []
    frame.dispose()
    app.dispose()


CASE = (
    "INSERT INTO review_case (tenant, id, version, sequence, claim, department, facts, payee, assessment, remarks, obstacles,"
    " inspection_required, award_period, accepted_at, state, note, cites, how_to_object, commitments, materials)"
    " VALUES ('ganzhou', %s, 1, 1, jsonb_build_object('item_id', 'item', 'filed_in', 'zhanggong', 'enterprise_id', %s::text, 'uscc', %s::text),"
    " '科技局', '[]', '{}', '{}', '[]', '[]', false, 'once', now(), 'accepted', '', '[]', '', '[]', '{}')"
)


def test_merges_that_review_heard_before_are_looked_back_on_by_the_codes_that_were_filed(
    empty_database: Callable[[str], Dsns],
) -> None:
    dsns = empty_database("review")
    up_to("review", "review_0007", dsns)
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute("INSERT INTO merged_enterprise VALUES ('zhanggong', 'old', 'new')")
        for case, enterprise, code in (
            ("case-1", "old", "code-old"),
            ("case-2", "new", "code-new"),
            ("case-3", "x", "c"),
        ):
            connection.execute(CASE, (case, enterprise, code))
    migrate("review", dsns.owner)
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        codes = connection.execute("SELECT tenant, enterprise_id, uscc FROM dossier_code ORDER BY 2").fetchall()
        assert codes == [("zhanggong", "new", "code-new"), ("zhanggong", "old", "code-old")]
        jobs = connection.execute("SELECT tenant, kind, subject FROM job WHERE kind LIKE 'look_back%'").fetchall()
        assert jobs == [("zhanggong", "look_back", "old")]
