"""The write path's promises: one order, one execution; refusals kept, faults not; tenants apart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import psycopg
import pytest
from frame_kit import psycopg_url
from sqlalchemy.exc import DBAPIError

from chassis.edge.frame import Frame
from chassis.foundation.database import RoleTooStrong, refuse_strong_role
from chassis.foundation.ids import new_id
from chassis.write import audit
from chassis.write.uow import NoTenant, UnitOfWork
from console.servers.provision import Dsns
from contracts.duties import DUTY_KINDS
from contracts.identity import OnboardTenant, TenantView
from contracts.message import Command, Model, ServiceName
from contracts.refusal import Conflict
from contracts.rule.shares import Level
from gateway.identity.tenants.use_cases import onboard_tenant

ONBOARDED = 1 + len(DUTY_KINDS)
"""What one tenant is made of: itself, and one duty of each kind."""


class Noted(Model):
    count: int


class Note(Command[Noted]):
    owner: ClassVar[ServiceName] = "gateway"
    text: str


class NotedInSecret(Noted):
    secret: str


class EnoughNotes(Conflict):
    code = "enough_notes"
    sentence = "记录已满。"


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    return service_database("gateway")


@pytest.fixture
def frame(service_frame: Callable[..., Frame], dsns: Dsns) -> Frame:
    return service_frame("gateway", dsns=dsns)


def envelope(
    name: str, body: dict[str, Any], *, operation: str | None = None, tenant: str = "ganzhou"
) -> dict[str, Any]:
    return {
        "idempotency_key": operation or new_id(),
        "tenant": tenant,
        "actor": {"id": "tester"},
        "name": name,
        "body_hash": str(sorted(body.items())),
        "body": body,
    }


def ganzhou(operation: str | None = None, **changes: Any) -> dict[str, Any]:
    body = {"id": "ganzhou", "level": "city", "division_code": "3607", "name": "赣州市"} | changes
    return envelope("OnboardTenant", body, operation=operation)


def test_the_same_order_fifty_times_at_once_is_executed_exactly_once(frame: Frame, dsns: Dsns) -> None:
    order = ganzhou(new_id())
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _n: frame.run_command(OnboardTenant, onboard_tenant, order), range(50)))
    done = [answer for answer in answers if "ok" in answer]
    waiting = [answer for answer in answers if "refused" in answer]
    assert done
    assert all(answer["refused"]["code"] == "command_in_progress" for answer in waiting)
    assert all(answer == done[0] for answer in done)
    assert frame.run_command(OnboardTenant, onboard_tenant, order) == done[0]
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (ONBOARDED,)
        assert connection.execute("SELECT count(*) FROM audit_fact").fetchone() == (ONBOARDED,)


def test_what_was_written_at_the_last_moment_is_sealed_when_a_process_has_stopped(frame: Frame, dsns: Dsns) -> None:
    frame.start((), ())
    assert "ok" in frame.run_command(OnboardTenant, onboard_tenant, ganzhou())
    frame.stop()
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        sealed = connection.execute("SELECT count(*), count(block) FROM audit_fact").fetchone()
    assert sealed == (ONBOARDED, ONBOARDED)


def test_the_same_key_with_another_body_is_refused(frame: Frame) -> None:
    operation = new_id()
    assert "ok" in frame.run_command(OnboardTenant, onboard_tenant, ganzhou(operation))
    again = frame.run_command(OnboardTenant, onboard_tenant, ganzhou(operation, name="赣州"))
    assert again["refused"]["code"] == "idempotency_key_reused"


def test_a_refusal_is_kept_and_leaves_nothing_else_behind(frame: Frame, dsns: Dsns) -> None:
    calls: list[int] = []

    def handle(cmd: Note, uow: UnitOfWork) -> Noted:
        calls.append(1)
        uow.schedule("something", "x", at=uow.now, tenant=uow.tenant)
        raise EnoughNotes()

    order = envelope("Note", {"text": "t"})
    first, second = (frame.run_command(Note, handle, order) for _ in range(2))
    assert first == second
    assert first["refused"]["code"] == "enough_notes"
    assert len(calls) == 1
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        assert connection.execute("SELECT count(*) FROM job").fetchone() == (0,)


def test_a_result_is_kept_sealed_and_given_again_in_clear(frame: Frame, dsns: Dsns) -> None:
    order = envelope("Note", {"text": "t"})
    first, second = (
        frame.run_command(Note, lambda cmd, uow: NotedInSecret(count=1, secret="QUERYCODE"), order) for _ in range(2)
    )
    assert first == second == {"ok": {"count": 1, "secret": "QUERYCODE"}}
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        (kept,) = connection.execute("SELECT CAST(result AS text) FROM idempotency_record").fetchone() or ("",)
    assert "sealed" in kept
    assert "QUERYCODE" not in kept


def test_a_result_that_was_kept_before_results_were_sealed_is_given_again_too(frame: Frame, dsns: Dsns) -> None:
    order = envelope("Note", {"text": "t"})
    frame.run_command(Note, lambda cmd, uow: Noted(count=1), order)
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute("""UPDATE idempotency_record SET result = '{"ok": {"count": 7}}'""")
    assert frame.run_command(Note, lambda cmd, uow: Noted(count=1), order) == {"ok": {"count": 7}}


def test_a_fault_is_not_kept_and_the_order_can_be_given_again(frame: Frame) -> None:
    answers = iter([ZeroDivisionError("once"), None])

    def handle(cmd: Note, uow: UnitOfWork) -> Noted:
        trouble = next(answers)
        if trouble:
            raise trouble
        return Noted(count=1)

    order = envelope("Note", {"text": "t"})
    assert frame.run_command(Note, handle, order) == {"fault": {"retryable": False}}
    assert frame.run_command(Note, handle, order) == {"ok": {"count": 1}}


def test_a_second_copy_is_told_in_progress_while_the_first_runs(frame: Frame) -> None:
    entered, leave = threading.Event(), threading.Event()

    def handle(cmd: Note, uow: UnitOfWork) -> Noted:
        entered.set()
        leave.wait(10)
        return Noted(count=1)

    order = envelope("Note", {"text": "t"})
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(frame.run_command, Note, handle, order)
        entered.wait(10)
        assert frame.run_command(Note, handle, order)["refused"]["code"] == "command_in_progress"
        leave.set()
        assert first.result() == {"ok": {"count": 1}}


def test_everything_wrong_with_a_body_is_told_at_once(frame: Frame) -> None:
    answer = frame.run_command(OnboardTenant, onboard_tenant, ganzhou(name="", division_code="??", level="moon"))
    fields = {reason["field"] for reason in answer["refused"]["reasons"]}
    assert fields == {"name", "division_code", "level"}


def test_a_unit_of_work_cannot_be_made_without_a_tenant(frame: Frame) -> None:
    with pytest.raises(NoTenant):
        frame.unit((), action="test")


def test_rows_of_another_tenant_are_neither_seen_nor_writable(frame: Frame) -> None:
    frame.run_command(OnboardTenant, onboard_tenant, ganzhou())
    with frame.unit(("xingguo",), action="test") as uow:
        assert uow.execute("SELECT count(*) FROM onboarded_tenant").scalar_one() == 0
    write = "INSERT INTO job (tenant, kind, subject, due_at) VALUES ('ganzhou', 'k', 's', now())"
    with pytest.raises(DBAPIError, match="row-level security"), frame.unit(("xingguo",), action="test") as uow:
        uow.execute(write)


def test_a_reader_forgets_whose_rows_it_showed_before(frame: Frame) -> None:
    frame.run_command(OnboardTenant, onboard_tenant, ganzhou())
    counts = []
    for tenants in (("ganzhou",), ("xingguo",), (), ("ganzhou",)):
        with frame.reader(tenants) as reader:
            counts.append(reader.execute("SELECT count(*) FROM onboarded_tenant").scalar_one())
    assert counts == [1, 0, 0, 1]


def test_a_service_refuses_to_start_with_a_role_that_row_security_does_not_bind(
    service_frame: Callable[..., Frame], dsns: Dsns
) -> None:
    strong = Dsns(app=dsns.owner, frame=dsns.frame, owner=dsns.owner)
    with pytest.raises(RoleTooStrong):
        refuse_strong_role(service_frame("gateway", dsns=strong).engine)


def broken(frame: Frame) -> list[str]:
    return [said for said in audit.broken_links(frame.frame_engine) if isinstance(said, str)]


def test_the_audit_chain_verifies_and_any_change_to_a_fact_is_noticed(frame: Frame, dsns: Dsns) -> None:
    frame.run_command(OnboardTenant, onboard_tenant, ganzhou())
    assert audit.seal(frame.frame_engine, frame.clock.now()) == ONBOARDED
    frame.run_command(
        OnboardTenant,
        onboard_tenant,
        envelope(
            "OnboardTenant",
            {
                "id": "xingguo",
                "parent_id": "ganzhou",
                "level": Level.COUNTY.value,
                "division_code": "360732",
                "name": "兴国县",
                "settings": {"receipt_prefix": "XG"},
            },
            tenant="xingguo",
        ),
    )
    assert audit.seal(frame.frame_engine, frame.clock.now()) == ONBOARDED
    assert broken(frame) == []
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute("UPDATE audit_fact SET actor = 'somebody else' WHERE position = 1")
    assert len(broken(frame)) == 1
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute("DELETE FROM audit_fact WHERE position = 1")
    assert broken(frame)


def test_the_application_role_cannot_rewrite_the_audit(frame: Frame) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), frame.unit(("ganzhou",), action="test") as uow:
        uow.execute("UPDATE audit_fact SET body = ''")


def test_a_view_of_the_result_is_what_the_caller_gets(frame: Frame) -> None:
    answer = frame.run_command(OnboardTenant, onboard_tenant, ganzhou())
    assert TenantView.model_validate(answer["ok"]).name == "赣州市"
