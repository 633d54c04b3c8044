"""The judge is judged: D, E and F are broken on purpose, and it must notice, and nothing else."""

from __future__ import annotations

import psycopg
from system_kit import House
from verify_kit import changed, look, only, texts

# D


WAITING = "(SELECT id FROM review_case WHERE state = 'accepted' ORDER BY id LIMIT 1)"


def test_d_a_case_past_its_deadline_without_an_alarm_is_noticed(still: House) -> None:
    with changed(
        still,
        "review",
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
        still,
        "notify",
        f"UPDATE message SET state = 'pending', reason = delivered_at::text, delivered_at = NULL {one}",
        f"UPDATE message SET state = 'delivered', delivered_at = reason::timestamptz, reason = NULL {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("D")
    assert "没有任何定时工作跟进" in texts(report)


def test_d_a_decision_that_is_held_and_that_nobody_will_ever_say_is_noticed(still: House) -> None:
    one = "WHERE (tenant, id) = (SELECT tenant, id FROM review_case WHERE state = 'approved' ORDER BY id LIMIT 1)"
    with changed(
        still,
        "review",
        f"UPDATE review_case SET undo_until = now() - interval '20 minutes' {one}",
        f"UPDATE review_case SET undo_until = NULL {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("D")
    assert "可撤回期内的决定" in texts(report)
    assert "已过时限" in texts(report)


def test_d_a_timer_that_should_have_fired_is_noticed(still: House) -> None:
    with changed(
        still,
        "catalog",
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
        still,
        "treasury",
        f"UPDATE outbox SET published_at = NULL {one}",
        f"UPDATE outbox SET published_at = now() {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("E")
    assert "treasury 的发件箱还有 1 条" in texts(report)


def test_e_an_event_that_never_arrived_is_noticed(still: House) -> None:
    one = (
        "WHERE aggregate_type = 'case' AND aggregate_id ="
        " (SELECT max(aggregate_id) FROM position WHERE aggregate_type = 'case')"
    )
    with changed(
        still,
        "oversight",
        f"UPDATE position SET sequence = sequence - 1 {one}",
        f"UPDATE position SET sequence = sequence + 1 {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("E")
    assert "oversight 只收到第" in texts(report)


def park(type: str) -> str:
    return (
        "INSERT INTO parked (tenant, event_id, origin, aggregate_type, aggregate_id, sequence, type, body,"
        " cause, state,"
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
        still,
        "review",
        f"UPDATE audit_fact SET actor = actor || '?' {LAST}",
        f"UPDATE audit_fact SET actor = rtrim(actor, '?') {LAST}",
    ):
        report = look(still, full=True)
    assert report.verdicts() == only("F")
    assert "审计记录被改动" in texts(report)


def test_f_a_removed_audit_fact_is_noticed(still: House) -> None:
    copy = "audit_fact_removed"
    with psycopg.connect(still.cluster.postgres.admin().dsn_of("zhida_review")) as connection:
        connection.execute(
            f"CREATE TABLE {copy} AS SELECT * FROM audit_fact WHERE version = 2 ORDER BY position DESC LIMIT 1"
        )
    with changed(
        still,
        "review",
        f"DELETE FROM audit_fact WHERE position IN (SELECT position FROM {copy})",
        f"INSERT INTO audit_fact OVERRIDING SYSTEM VALUE SELECT * FROM {copy}",
    ):
        report = look(still, full=True)
    with psycopg.connect(still.cluster.postgres.admin().dsn_of("zhida_review")) as connection:
        connection.execute(f"DROP TABLE {copy}")
    assert report.verdicts() == only("F")
    assert "与其哈希不符" in texts(report)
    assert "没有审计记录" in texts(report)


def test_f_a_fact_left_unsealed_is_noticed(still: House) -> None:
    with changed(
        still,
        "catalog",
        "INSERT INTO audit_fact (tenant, aggregate_type, aggregate_id, version, action, actor, at, body,"
        " salt, digest)"
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
        still,
        "catalog",
        f"UPDATE enterprise SET version = version + 1 {one}",
        f"UPDATE enterprise SET version = version - 1 {one}",
    ):
        report = look(still)
    assert report.verdicts() == only("F")
    assert "没有审计记录" in texts(report)


def test_everything_was_put_back(still: House) -> None:
    assert look(still).holds


def test_one_tenant_is_looked_at_alone(still: House) -> None:
    with changed(
        still,
        "catalog",
        "INSERT INTO job (tenant, kind, subject, due_at) VALUES ('xingguo', 'remind', 'x', now() - interval '1 hour')",
        "DELETE FROM job WHERE kind = 'remind'",
    ):
        report = look(still)
    assert not report.about("xingguo").holds
    assert report.about("zhanggong").holds
