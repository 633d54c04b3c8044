"""The write path where two copies, a standby or a slow hand get in its way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, ClassVar

import psycopg
import pytest
from frame_kit import psycopg_url
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.message import Command, Model, ServiceName
from contracts.refusal import Conflict


class Noted(Model):
    count: int


class Note(Command[Noted]):
    owner: ClassVar[ServiceName] = "gateway"
    text: str


class EnoughNotes(Conflict):
    code = "enough_notes"
    sentence = "记录已满。"


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    return service_database("gateway")


@pytest.fixture
def frame(service_frame: Callable[..., Frame], dsns: Dsns) -> Frame:
    return service_frame("gateway", dsns=dsns)


def order() -> dict[str, Any]:
    return {
        "idempotency_key": new_id(),
        "tenant": "ganzhou",
        "actor": {"id": "tester"},
        "name": "Note",
        "body_hash": "h",
        "body": {"text": "t"},
    }


LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 7203))")


def test_a_copy_that_gets_in_before_the_refusal_is_kept_is_answered_in_progress(frame: Frame) -> None:
    """The id is free for a moment between the refused transaction and the one that keeps the refusal."""
    note, taken, leave = order(), threading.Event(), threading.Event()

    def other_copy() -> None:
        with frame.event_engine.begin() as connection:
            connection.execute(LOCK, {"key": f"{note['tenant']}/{note['idempotency_key']}"})
            taken.set()
            leave.wait(10)

    other = threading.Thread(target=other_copy)

    def handle(cmd: Note, uow: UnitOfWork) -> Noted:
        other.start()
        while not _somebody_waits(frame):
            threading.Event().wait(0.01)
        raise EnoughNotes()

    try:
        answer = frame.run_command(Note, handle, note)
        assert taken.wait(10)
    finally:
        leave.set()
        other.join(10)
    assert answer["refused"]["code"] == "command_in_progress"
    assert answer["refused"]["retryable"] is True


def test_what_is_to_be_left_by_a_refusal_is_written_with_it_once_and_nothing_else_that_the_order_did(
    frame: Frame, dsns: Dsns
) -> None:
    def handle(cmd: Note, uow: UnitOfWork) -> Noted:
        uow.schedule("undone", "x", at=uow.now, tenant=uow.tenant)
        uow.if_refused(lambda keeping: keeping.schedule("left", "x", at=keeping.now, tenant=keeping.tenant))
        if cmd.text == "enough":
            raise EnoughNotes()
        return Noted(count=1)

    def kinds() -> list[tuple[Any, ...]]:
        with psycopg.connect(psycopg_url(dsns.owner)) as connection:
            return connection.execute("SELECT kind FROM job ORDER BY kind").fetchall()

    note = order() | {"body": {"text": "enough"}}
    first = frame.run_command(Note, handle, note)
    assert first["refused"]["code"] == "enough_notes"
    assert kinds() == [("left",)]
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute("DELETE FROM job")
    assert frame.run_command(Note, handle, note) == first
    assert kinds() == []
    assert frame.run_command(Note, handle, order()) == {"ok": {"count": 1}}
    assert kinds() == [("undone",)]


def test_a_refusal_is_not_told_where_what_it_leaves_cannot_be_written(frame: Frame, dsns: Dsns) -> None:
    note = order()

    def handle(cmd: Note, uow: UnitOfWork) -> Noted:
        uow.if_refused(lambda keeping: keeping.execute("SELECT 1 / 0"))
        raise EnoughNotes()

    assert frame.run_command(Note, handle, note) == {"fault": {"retryable": False}}
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        assert connection.execute("SELECT count(*) FROM idempotency_record").fetchone() == (0,)


def test_a_redelivered_order_waits_for_the_copy_that_runs_and_answers_the_same(frame: Frame) -> None:
    note, entered, leave = order(), threading.Event(), threading.Event()
    answers: list[dict[str, Any]] = []

    def slowly(cmd: Note, uow: UnitOfWork) -> Noted:
        entered.set()
        leave.wait(10)
        return Noted(count=1)

    first = threading.Thread(target=lambda: answers.append(frame.run_command(Note, slowly, note)))
    first.start()
    assert entered.wait(10)
    again = threading.Thread(target=lambda: answers.append(frame.run_command(Note, slowly, note, redelivered=True)))
    again.start()
    again.join(0.5)
    leave.set()
    first.join(10)
    again.join(10)
    assert answers == [{"ok": {"count": 1}}] * 2


def test_an_order_whose_copy_commits_while_it_begins_is_answered_with_what_came_of_the_copy(frame: Frame) -> None:
    """The lock is had after the statement began: what the copy committed meanwhile must be seen all the same."""
    note, key = order(), "ganzhou/copy"
    asked = {"tenants": "ganzhou", "lock": key, "key": note["idempotency_key"]}
    # The turnstile is passed within the statement, before the function is called.
    begin = text(
        "SELECT b.name FROM (SELECT CAST(pg_advisory_xact_lock(7) AS text) AS passed) AS turnstile,"
        " LATERAL begin_command(:tenants, :lock || passed, 'ganzhou', :key) AS b"
    )
    found: list[str | None] = []

    def late() -> None:
        with frame.engine.begin() as connection:
            found.append(connection.execute(begin, asked).scalar_one())

    with frame.event_engine.begin() as turnstile:
        turnstile.execute(text("SELECT pg_advisory_xact_lock(7)"))
        second = threading.Thread(target=late)
        second.start()
        while not _somebody_waits(frame):
            threading.Event().wait(0.01)
        assert frame.run_command(Note, lambda _cmd, _uow: Noted(count=1), note) == {"ok": {"count": 1}}
    second.join(10)
    assert found == ["Note"]


def _somebody_waits(frame: Frame) -> bool:
    with frame.frame_engine.connect() as connection:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(connection.execute(text(waiting)).scalar())


def test_a_database_that_has_become_a_standby_is_a_matter_of_trying_again(frame: Frame, dsns: Dsns) -> None:
    def handle(cmd: Note, uow: UnitOfWork) -> Noted:
        uow.execute("SET TRANSACTION READ ONLY")
        uow.schedule("something", "x", at=uow.now, tenant=uow.tenant)
        return Noted(count=1)

    assert frame.run_command(Note, handle, order()) == {"fault": {"retryable": True}}


def test_an_order_whose_commit_is_cut_short_can_be_given_again_and_is_done_once(frame: Frame, dsns: Dsns) -> None:
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute(
            "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
        )
        connection.execute(
            "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON job DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION die()"
        )

    def handle(cmd: Note, uow: UnitOfWork) -> Noted:
        uow.schedule("something", "x", at=uow.now, tenant=uow.tenant)
        return Noted(count=1)

    note = order()
    assert frame.run_command(Note, handle, note) == {"fault": {"retryable": True}}
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute("DROP TRIGGER die ON job")
    assert frame.run_command(Note, handle, note) == {"ok": {"count": 1}}
    assert frame.run_command(Note, handle, note) == {"ok": {"count": 1}}
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        assert connection.execute("SELECT count(*) FROM job").fetchone() == (1,)


def test_an_error_of_the_database_does_not_say_what_the_statement_was_about(frame: Frame) -> None:
    with pytest.raises(DBAPIError) as error, frame.unit(("ganzhou",), action="test") as uow:
        uow.execute("SELECT CAST(:mobile AS text) || 1 / 0", {"mobile": "13979700001"})
    assert "division by zero" in str(error.value)
    assert "13979700001" not in str(error.value)


def test_a_reader_whose_connection_broke_shows_nobody_elses_rows(frame: Frame) -> None:
    with frame.unit(("ganzhou",), action="test") as uow:
        uow.schedule("something", "x", at=uow.now, tenant="ganzhou")
    with frame.reader(("ganzhou",)) as reader:
        assert reader.execute("SELECT count(*) FROM job").scalar_one() == 1
        with pytest.raises(Exception, match="terminating"):
            reader.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(PendingRollbackError):
            reader.execute("SELECT count(*) FROM job")
    for tenants, count in ((("xingguo",), 0), ((), 0), (("ganzhou",), 1)):
        with frame.reader(tenants) as reader:
            assert reader.execute("SELECT count(*) FROM job").scalar_one() == count
