"""There is one way to change anything: the unit of work commits, and nobody else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source_tree import calls_by_function, modules, tree_of, where

GUARDED = ("contracts", "rules", "chassis", "copies", "services", "gateway")

COMMITS = {
    ("chassis/write/uow.py", "UnitOfWork.__exit__"): "the one commit",
    (
        "chassis/foundation/migrate.py",
        "_done_in_turn",
    ): "the owner's connection, which changes tables and no business data",
}
TRANSACTIONS_OF_THE_FRAME = {
    ("chassis/events/relay.py", "Relay._publish"): "marks as published what the broker has confirmed",
    ("chassis/events/replay.py", "Replayer.tell"): "moves the cursor of a replay past what the broker has confirmed",
    ("chassis/events/hearing.py", "note_hearers"): "notes who newly hears what the service says",
    ("chassis/events/hearing.py", "ask"): "an operator's word that a consumer be told again",
    ("chassis/keeping/months.py", "make_ahead"): "makes months that rows will be written into",
    ("chassis/keeping/months.py", "drop"): "drops a month of which all is archived or past its time",
    ("chassis/keeping/event_log.py", "archive_next"): "copies published events into the event log",
    ("chassis/keeping/event_log.py", "clear"): "forgets events that have been kept long enough",
    ("chassis/keeping/audit_archive.py", "archive_next"): "copies sealed facts into their archive",
    ("chassis/time/jobs.py", "claim"): "leases due jobs, before any handler opens its unit of work",
    ("chassis/time/jobs.py", "renew"): "renews the lease of a job, between the units of work of its handler",
    (
        "chassis/time/jobs.py",
        "extend",
    ): "extends the leases of jobs whose handler still works, beside its units of work",
    ("chassis/time/jobs.py", "leave"): "notes that a handler left jobs for later, after its units of work",
    ("chassis/time/jobs.py", "_set_aside"): "stops trying what processes have died of, before any handler sees it",
    ("chassis/time/jobs.py", "put_back"): "notes a failed attempt, after the unit of work has rolled back",
    ("chassis/events/parking.py", "claim_due"): "leases parked events, before the inbox opens its unit of work",
    (
        "chassis/events/parking.py",
        "wake_successors",
    ): "brings forward the next attempt of parked events, and nothing else",
    ("chassis/events/quarantine.py", "quarantine"): "keeps what cannot be decoded: it belongs to no tenant",
    ("chassis/events/quarantine.py", "send_again"): "an operator's word on a quarantined message",
    ("chassis/events/quarantine.py", "give_up"): "an operator's word on a quarantined message",
    ("chassis/write/audit.py", "seal"): "chains facts that other transactions have committed",
}
"""Of the frame's own tables, with the frame's own role: none of them touches what a service has stored."""

AUTOCOMMITS = {("chassis/edge/frame.py", "Frame.__init__"): "the readers' engine: a question is one statement"}


def commits(tree: ast.Module) -> Iterator[str]:
    """The functions that call `….commit()`, or send COMMIT as a statement."""
    for function, call in calls_by_function(tree):
        by_name = isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
        if by_name or any(_says(argument, "commit") for argument in call.args):
            yield function


def begins(tree: ast.Module) -> Iterator[str]:
    """The functions that call SQLAlchemy's `….begin()`, which commits when its block ends."""
    for function, call in calls_by_function(tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "begin" and not call.args:
            yield function


def autocommits(tree: ast.Module) -> Iterator[str]:
    for function, call in calls_by_function(tree):
        for keyword in call.keywords:
            if _says(keyword.value, "autocommit") or (keyword.arg == "autocommit" and not _is_false(keyword.value)):
                yield function


def _says(node: ast.AST, word: str) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip(" ;\n").lower() == word


def _is_false(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def found_by(rule: object) -> set[tuple[str, str]]:
    assert callable(rule)
    return {(where(file), function) for file in modules(*GUARDED) for function in rule(tree_of(file))}


def test_only_the_unit_of_work_commits() -> None:
    assert found_by(commits) == set(COMMITS)


def test_the_frames_own_transactions_are_those_that_have_a_reason() -> None:
    assert found_by(begins) == set(TRANSACTIONS_OF_THE_FRAME)


def test_only_readers_and_what_looks_for_work_are_in_autocommit() -> None:
    assert found_by(autocommits) == set(AUTOCOMMITS)


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (commits, "def f(session):\n    session.commit()"),
        (commits, "class A:\n    def f(self):\n        if True:\n            self._c.commit()"),
        (commits, "def f(c):\n    c.execute(text('COMMIT;'))"),
        (begins, "def f(engine):\n    with engine.begin() as c:\n        pass"),
        (begins, "def f(self):\n    def g():\n        self.connection.begin()"),
        (autocommits, "def f():\n    connect('x', autocommit=True)"),
        (autocommits, "def f(e):\n    e.execution_options(isolation_level='AUTOCOMMIT')"),
    ],
)
def test_another_way_is_found(rule: object, source: str) -> None:
    assert callable(rule)
    assert len(list(rule(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (commits, "def f(log):\n    log.info('committed')"),
        (begins, "def f(cursors):\n    cursors.begin('zhanggong')"),
        (begins, "def f(c):\n    c.begin_nested()"),
        (autocommits, "def f():\n    connect('x', autocommit=False)"),
    ],
)
def test_what_is_no_commit_is_let_be(rule: object, source: str) -> None:
    assert callable(rule)
    assert list(rule(ast.parse(source))) == []
