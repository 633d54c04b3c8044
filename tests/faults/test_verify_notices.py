"""The judge is judged: each invariant is broken on purpose, and must be reported, and only it.

The services are stopped, so that nobody repairs or worsens what is broken here.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from scene_kit import INSTANT, NOMINATED, small_scene
from system_kit import House

from chassis.testing import eventually
from console import verify as verify_program
from console.checks.report import INVARIANTS, Report
from console.demo.actors import Applicants
from console.demo.board import Board
from console.verify import verify

EVERYTHING_HOLDS = dict.fromkeys(INVARIANTS, True)


@pytest.fixture(scope="module")
def still(standing_house: House) -> House:
    """Three firms are paid, a fourth waits for its department; then the services stop."""
    house = standing_house
    house.stand_up()
    house.play(house.prepare(small_scene("judged", [NOMINATED, INSTANT, INSTANT])))
    stage = house.prepare(small_scene("waiting", [INSTANT]))
    Applicants(stage, Board(stage.scene, print), threading.Event()).step()
    eventually(lambda: house.count("review", "SELECT count(*) FROM review_case WHERE state = 'accepted'") > 0)
    house.must_hold()
    house.stop(*(name for name in house.cluster.crew().names if name not in ("bank", "sms")))
    return house


def look(house: House, **changed: Any) -> Report:
    """One look, without waiting for anything to settle."""
    return verify(replace(house.addresses, **changed), settle_s=0)


def only(letter: str) -> dict[str, bool]:
    return {**EVERYTHING_HOLDS, letter: False}


def texts(report: Report) -> str:
    return "\n".join(finding.text for finding in report.findings)


@contextmanager
def changed(house: House, database: str, statement: str, undo: str) -> Iterator[None]:
    """Does to a database what no service and no role of its could, and undoes it afterwards."""

    def run(text: str) -> None:
        with psycopg.connect(house.cluster.postgres.admin().dsn_of(f"zhida_{database}")) as connection:
            connection.execute("SET session_replication_role = replica")  # past triggers and foreign keys
            assert connection.execute(text).rowcount > 0, text  # type: ignore[arg-type]

    run(statement)
    try:
        yield
    finally:
        run(undo)


@contextmanager
def lying_bank(house: House, **lies: Any) -> Iterator[str]:
    """The bank's book as a bank shows it that was tampered with: `lies` are paths without slash, and what they say."""
    with httpx.Client(base_url=house.addresses.bank_url, trust_env=False) as bank:
        book = {path: bank.get(f"/{path}").json() for path in ("credits", "totals", "returns")}
        book["payments"] = bank.get("/payments", params={"status": "pending"}).json()
    book.update(lies)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(book[self.path.strip("/").split("?")[0]]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def credits(house: House) -> list[dict[str, Any]]:
    answer = httpx.get(f"{house.addresses.bank_url}/credits", trust_env=False)
    found: list[dict[str, Any]] = answer.json()["credits"]
    return found


def test_a_sound_house_is_found_sound(still: House, capsys: pytest.CaptureFixture[str], tmp_path: Path,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIDA_HOME", str(still.cluster.home))
    assert verify_program.main(["--settle", "0", "--json", str(tmp_path / "out.json")]) == 0
    assert json.loads((tmp_path / "out.json").read_text()) == EVERYTHING_HOLDS
    said = capsys.readouterr().out
    assert "不重付" in said
    assert "zhanggong" in said


# A and B


def test_a_an_instruction_credited_twice_is_noticed(still: House) -> None:
    book = credits(still)
    totals = {**httpx.get(f"{still.addresses.bank_url}/totals", trust_env=False).json()}
    totals["settled_fen"] += book[-1]["amount_fen"]
    with lying_bank(still, credits={"credits": [*book, book[-1]]}, totals=totals) as url:
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
        ({"status": "returned"}, "银行为已退汇，资金账为 settled"),
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
        still, "treasury",
        f"UPDATE budget_line SET settled_fen = settled_fen + 1 {one}",
        f"UPDATE budget_line SET settled_fen = settled_fen - 1 {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("C")
    assert "按逐笔支付应为" in texts(report)
    assert "按分录应为" in texts(report)


def test_c_a_posting_changed_by_a_fen_is_noticed(still: House) -> None:
    one = "WHERE ctid = (SELECT ctid FROM ledger_posting WHERE account = 'paid' AND amount_fen {} ORDER BY entry_id LIMIT 1)"
    with changed(
        still, "treasury",
        f"UPDATE ledger_posting SET amount_fen = -7 {one.format('> 0')}",
        "UPDATE ledger_posting p SET amount_fen = d.amount_fen FROM ledger_entry e JOIN disbursement d"
        " ON (d.tenant, d.id) = (e.tenant, e.disbursement_id) WHERE (p.tenant, p.entry_id) = (e.tenant, e.id)"
        " AND p.account = 'paid' AND p.amount_fen = -7",
    ):
        report = look(still)
    assert report.verdicts() == only("C")
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
    with without_constraint(
        still, "budget_line_never_below_zero",
        "CHECK (appropriated_fen - reserved_fen - (settled_fen - returned_fen) - swept_fen >= 0)",
    ), changed(
        still, "treasury",
        f"UPDATE budget_line SET reserved_fen = reserved_fen + 1000000000000 {one}",
        f"UPDATE budget_line SET reserved_fen = reserved_fen - 1000000000000 {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("C")
    assert "可用余额为负" in texts(report)


# D


WAITING = "(SELECT id FROM review_case WHERE state = 'accepted' ORDER BY id LIMIT 1)"


def test_d_a_case_past_its_deadline_without_an_alarm_is_noticed(still: House) -> None:
    with changed(
        still, "review",
        f"UPDATE review_case SET due_at = due_at - interval '90 days' WHERE id = {WAITING}",
        f"UPDATE review_case SET due_at = due_at + interval '90 days' WHERE id = {WAITING}",
    ):
        report = look(still)
        alarmed = (
            f"INSERT INTO alarm SELECT tenant, 'case', id, 'review', 100, now() FROM review_case WHERE id = {WAITING}"
        )
        with changed(still, "review", alarmed, f"DELETE FROM alarm WHERE subject = {WAITING} AND level = 100"):
            known = look(still)
    assert report.verdicts() == only("D")
    assert "已过时限" in texts(report)
    assert known.holds


def test_d_a_message_that_nobody_will_ever_send_is_noticed(still: House) -> None:
    one = "WHERE (tenant, id) = (SELECT tenant, id FROM message WHERE channel = 'sms' ORDER BY id LIMIT 1)"
    with changed(
        still, "notify",
        f"UPDATE message SET state = 'pending', reason = delivered_at::text, delivered_at = NULL {one}",
        f"UPDATE message SET state = 'delivered', delivered_at = reason::timestamptz, reason = NULL {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("D")
    assert "没有任何定时工作跟进" in texts(report)


def test_d_a_timer_that_should_have_fired_is_noticed(still: House) -> None:
    with changed(
        still, "catalog",
        "INSERT INTO job (tenant, kind, subject, due_at) VALUES ('xingguo', 'remind', 'x', now() - interval '1 hour')",
        "DELETE FROM job WHERE kind = 'remind'",
    ):
        report = look(still)
    assert report.verdicts() == only("D")
    assert report.verdicts("xingguo") == only("D")
    assert "remind/x" in texts(report)


# E


def test_e_an_event_left_in_an_outbox_is_noticed(still: House) -> None:
    one = "WHERE position = (SELECT max(position) FROM outbox)"
    with changed(
        still, "treasury",
        f"UPDATE outbox SET published_at = NULL {one}", f"UPDATE outbox SET published_at = now() {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("E")
    assert "treasury 的发件箱还有 1 条" in texts(report)


def test_e_an_event_that_never_arrived_is_noticed(still: House) -> None:
    one = "WHERE aggregate_type = 'case' AND aggregate_id = (SELECT max(aggregate_id) FROM position WHERE aggregate_type = 'case')"
    with changed(
        still, "oversight",
        f"UPDATE position SET sequence = sequence - 1 {one}", f"UPDATE position SET sequence = sequence + 1 {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("E")
    assert "oversight 只收到第" in texts(report)


def park(type: str) -> str:
    return (
        "INSERT INTO parked (tenant, event_id, origin, aggregate_type, aggregate_id, sequence, type, body, cause, state,"
        " error, parked_at, next_attempt_at) VALUES ('zhanggong', 'dead-1', 'zhanggong', 'case', 'c', 1,"
        f" '{type}', '', 'fault', 'dead', 'ZeroDivisionError: x', now(), now())"
    )


UNPARK = "DELETE FROM parked WHERE event_id = 'dead-1'"


def test_e_a_dead_message_has_a_name_and_a_command(still: House) -> None:
    with changed(still, "notify", park("CaseApproved"), UNPARK):
        report = look(still)
    assert report.holds
    (notice,) = [each for each in report.notices if "搁置的 CaseApproved" in each.text]
    assert notice.tenant == "zhanggong"
    assert notice.command == "./zhida work show --service notify --id dead-1"


def test_e_a_dead_message_that_nobody_could_name_is_noticed(still: House) -> None:
    with changed(still, "notify", park("WhoKnows"), UNPARK):
        report = look(still)
    assert report.verdicts() == only("E")
    assert "不是已知的事件" in texts(report)


# F


LAST = "WHERE position = (SELECT max(position) FROM audit_fact)"


def test_f_an_altered_audit_fact_is_noticed(still: House) -> None:
    with changed(
        still, "review",
        f"UPDATE audit_fact SET actor = actor || '?' {LAST}", f"UPDATE audit_fact SET actor = rtrim(actor, '?') {LAST}",
    ):
        report = look(still)
    assert report.verdicts() == only("F")
    assert "审计记录被改动" in texts(report)


def test_f_a_removed_audit_fact_is_noticed(still: House) -> None:
    copy = "audit_fact_removed"
    with psycopg.connect(still.cluster.postgres.admin().dsn_of("zhida_review")) as connection:
        connection.execute(f"CREATE TABLE {copy} AS SELECT * FROM audit_fact WHERE version = 2 ORDER BY position DESC LIMIT 1")
    with changed(
        still, "review",
        f"DELETE FROM audit_fact WHERE position IN (SELECT position FROM {copy})",
        f"INSERT INTO audit_fact OVERRIDING SYSTEM VALUE SELECT * FROM {copy}",
    ):
        report = look(still)
    with psycopg.connect(still.cluster.postgres.admin().dsn_of("zhida_review")) as connection:
        connection.execute(f"DROP TABLE {copy}")
    assert report.verdicts() == only("F")
    assert "与其哈希不符" in texts(report)
    assert "没有审计记录" in texts(report)


def test_f_a_fact_left_unsealed_is_noticed(still: House) -> None:
    with changed(
        still, "catalog",
        "INSERT INTO audit_fact (tenant, aggregate_type, aggregate_id, version, action, actor, at, body, salt, digest)"
        " VALUES ('ganzhou', 'x', 'x', 1, 'a', 'a', now() - interval '1 minute', '', '', '')",
        "DELETE FROM audit_fact WHERE aggregate_type = 'x'",
    ):
        report = look(still)
    assert report.verdicts() == only("F")
    assert report.verdicts("ganzhou") == only("F")
    assert "未封存" in texts(report)


def test_f_a_version_that_no_audit_knows_is_noticed(still: House) -> None:
    one = "WHERE (tenant, id) = (SELECT tenant, id FROM enterprise ORDER BY id LIMIT 1)"
    with changed(
        still, "catalog",
        f"UPDATE enterprise SET version = version + 1 {one}", f"UPDATE enterprise SET version = version - 1 {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("F")
    assert "没有审计记录" in texts(report)


def test_everything_was_put_back(still: House) -> None:
    assert look(still).holds


def test_one_tenant_is_looked_at_alone(still: House) -> None:
    with changed(
        still, "catalog",
        "INSERT INTO job (tenant, kind, subject, due_at) VALUES ('xingguo', 'remind', 'x', now() - interval '1 hour')",
        "DELETE FROM job WHERE kind = 'remind'",
    ):
        report = look(still)
    assert not report.about("xingguo").holds
    assert report.about("zhanggong").holds
