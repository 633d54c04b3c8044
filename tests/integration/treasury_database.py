"""Treasury on a real database: its handlers behind the inbox, its commands behind the frame, its jobs claimed."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox, Subscription
from chassis.events.parking import claim_due
from chassis.events.received import Received
from chassis.foundation.ids import new_id
from chassis.tenancy.learning import calendar_subscription, tenant_subscription
from chassis.testing.fakes import received
from chassis.time.clock import FixedClock
from chassis.time.following import FOLLOW, follow
from chassis.time.jobs import Job, claim
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.departments import DatedName, DepartmentFunction, DepartmentRegistered
from contracts.identity import TenantOnboarded, TenantSettings
from contracts.message import Actor, Command, Event, Model, Query, snake_case
from contracts.rule import Level
from contracts.treasury import (
    AppropriateBudget,
    AuthoriseDisbursement,
    BudgetLineView,
    DisbursementView,
    ListBudgetLines,
    ListDisbursements,
)
from copies.departments import keep_departments
from services.treasury.budget import use_cases as budget_use_cases
from services.treasury.budget import views as budget_views
from services.treasury.budget.books import RELEASE_HELD
from services.treasury.disbursements import funds, payout_clock, taking_back, use_cases, views, work_list
from services.treasury.disbursements.use_cases import SEND, TAKE_UP
from services.treasury.forecast import use_cases as forecast
from services.treasury.forecast import views as forecast_views
from services.treasury.payee_accounts import renewal
from services.treasury.payee_accounts import use_cases as payee_accounts
from services.treasury.payee_accounts.use_cases import FOLLOW_ACCOUNT, FOLLOW_HOLDER
from services.treasury.rails import clearing_up, comparison, dispatch, returns
from services.treasury.rails.patience import Patience
from services.treasury.rails.return_cursor import CONFIRM_RETURN, FETCH_RETURNS
from services.treasury.rails.settlement import ASK, RENEW
from services.treasury.revisions import views as revision_views
from tests.unit.treasury.treasury_kit import CHECKER, DEPARTMENT, FINANCE, FakeBank, OpenCipher

SUBSCRIPTIONS = [
    Subscription("approvals", frozenset({"CaseApproved"}), use_cases.receive_approvals, use_cases.registered_for),
    Subscription("refusals", frozenset({"CaseRejected"}), taking_back.hear_refusals, taking_back.refused_for),
    Subscription("forecasts", frozenset({"CaseAccepted"}), forecast.keep_forecasts, forecast.payers_of),
    Subscription("ends", frozenset({"CaseWithdrawn", "CaseNotAccepted"}), forecast.end_of_cases, forecast.places_of),
    Subscription("merges", frozenset({"EnterpriseMerged"}), payee_accounts.follow_merges),
    Subscription("accounts", frozenset({"PayeeAccountChanged"}), payee_accounts.keep_accounts),
    Subscription("holders", frozenset({"HolderAccountChanged"}), payee_accounts.keep_holder_accounts),
    Subscription("departments", frozenset({"DepartmentRegistered", "DepartmentChanged"}), keep_departments),
    tenant_subscription(follows=True),
    calendar_subscription(follows=True),
]
USE_CASES = {
    **vars(budget_use_cases),
    **vars(use_cases),
    "clear_contradiction": lambda cmd, uow: clearing_up.clear_contradiction(cmd, uow, OpenCipher()),
}
VIEWS = vars(budget_views) | vars(views) | vars(work_list) | vars(revision_views) | vars(forecast_views)
LEASE_OVER = timedelta(seconds=31)


def onboarded(tenant: str, parent: str | None, level: Level, code: str) -> TenantOnboarded:
    return TenantOnboarded(
        id=tenant,
        parent_id=parent,
        level=level,
        division_code=code,
        name=tenant,
        settings=TenantSettings(),
        settings_version=1,
    )


def registered(id: str, name: str, *functions: DepartmentFunction) -> DepartmentRegistered:
    names = (DatedName(name=name, since=date(2020, 1, 1)),)
    return DepartmentRegistered(department_id=id, name=name, names=names, functions=frozenset(functions or ("policy",)))


class Killed(BaseException):
    """Stands in for `kill -9`: nothing catches it, and nothing is tidied up but what the database does itself."""


class Treasury:
    """One replica of the service, without nameko and without loops, and its bank."""

    def __init__(self, frame: Frame, dsns: Dsns, clock: FixedClock, bank: FakeBank | None = None) -> None:
        self.frame = frame
        self.dsns = dsns
        self.clock = clock
        self.bank = bank or FakeBank()
        self.cipher = OpenCipher()
        self.patience = Patience(definite_noes=3, may_execute_within=timedelta(hours=2))
        self.documents = itertools.count(1)
        self.inbox = Inbox("treasury", SUBSCRIPTIONS, frame.event_unit, max_attempts=3)
        self.work: dict[str, Callable[[list[Job]], None]] = {
            SEND: lambda jobs: dispatch.send(jobs, self._unit, self.bank, self.cipher, self.patience),
            ASK: lambda jobs: dispatch.ask(jobs, self._unit, self.bank, self.cipher, self.patience),
            FETCH_RETURNS: lambda jobs: returns.fetch_returns(jobs, self._unit, self.bank, self.patience),
            CONFIRM_RETURN: lambda jobs: returns.confirm_returns(jobs, self._unit, self.bank, self.patience),
            comparison.COMPARE: lambda jobs: comparison.compare(
                jobs, self._unit, self.bank, self.cipher, self.patience
            ),
            TAKE_UP: lambda jobs: comparison.take_up(jobs, self._unit, self.cipher),
            FOLLOW_ACCOUNT: lambda jobs: payee_accounts.follow_accounts(jobs, self._unit),
            FOLLOW_HOLDER: lambda jobs: payee_accounts.follow_holder_accounts(jobs, self._unit),
            taking_back.TAKE_BACK: lambda jobs: taking_back.take_back(jobs, self._unit),
            forecast.END_FORECAST: lambda jobs: forecast.end_forecasts(jobs, self._unit),
            RENEW: lambda jobs: renewal.renew_attempts(jobs, self._unit, self.patience),
            RELEASE_HELD: lambda jobs: funds.release_held(jobs, self._unit),
            payout_clock.ALARM: lambda jobs: payout_clock.raise_alarms(jobs, self._unit),
            FOLLOW: lambda jobs: follow(jobs, self._unit, payout_clock.follow_calendar),
        }

    def _unit(self, tenants: Sequence[str]) -> UnitOfWork:
        return self.frame.event_unit(tenants, action="due")

    # -- what comes in ------------------------------------------------------------------------------------

    def prepared(self, *, departments: bool = True) -> Treasury:
        """Ganzhou with Zhanggong and Xingguo are onboarded, each with the department that the tests' items are of."""
        self.hears(onboarded("ganzhou", None, Level.CITY, "3607"))
        self.hears(onboarded("zhanggong", "ganzhou", Level.COUNTY, "360702"))
        self.hears(onboarded("xingguo", "ganzhou", Level.COUNTY, "360732"))
        for tenant in ("ganzhou", "zhanggong", "xingguo") if departments else ():
            self.hears(registered(f"{tenant}-industry", DEPARTMENT), tenant=tenant)
        return self

    def hears(self, *events: Event, tenant: str = "zhanggong") -> list[Received[Any]]:
        """Deliver these in one batch, each as the first event of an aggregate of its own."""
        messages = [received(event, tenant=tenant) for event in events]
        self.inbox.apply(messages)
        return messages

    def sweeps(self) -> None:
        """What is parked and due is tried again."""
        self.inbox.apply(claim_due(self.frame.frame_engine, self.clock.now(), 100, self.inbox.wanted))

    def ordered(self, order: Command, *, actor: Actor, tenant: str = "zhanggong") -> dict[str, Any]:
        """Give a command as the gateway does."""
        name = snake_case(type(order).__name__)
        body = order.model_dump(mode="json")
        envelope = {
            "idempotency_key": new_id(),
            "tenant": tenant,
            "actor": actor.model_dump(mode="json"),
            "name": name,
            "body_hash": hashlib.sha256(repr(body).encode()).hexdigest(),
            "body": body,
        }
        return self.frame.run_command(type(order), USE_CASES[name], envelope)

    def asked(self, question: Query, *, tenant: str = "zhanggong") -> dict[str, Any]:
        """Ask as the gateway does."""
        name = snake_case(type(question).__name__)
        envelope = {"tenant": tenant, "name": name, "body": question.model_dump(mode="json")}
        answer: Callable[..., Model] = VIEWS[name]
        return self.frame.run_query(type(question), answer, envelope)

    def appropriates(
        self, amount_fen: int, *, tenant: str = "zhanggong", year: int = 2026, item: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Finance puts this on the line, by a document of its own each time."""
        document = f"虔财〔2026〕{next(self.documents)}号"
        words = {"year": year, "department": DEPARTMENT, "item_id": item, "amount_fen": amount_fen}
        order = AppropriateBudget(**{**words, "document_number": document, **more})
        answer = self.ordered(order, actor=FINANCE, tenant=tenant)
        assert "ok" in answer, answer
        return answer

    def authorises(
        self, disbursement: DisbursementView, *, actor: Actor = CHECKER, tenant: str = "zhanggong"
    ) -> dict[str, Any]:
        order = AuthoriseDisbursement(
            disbursement_id=disbursement.disbursement_id, expected_version=disbursement.version
        )
        return self.ordered(order, actor=actor, tenant=tenant)

    # -- what becomes due ---------------------------------------------------------------------------------

    def does(self, kind: str, limit: int = 200) -> int:
        """Claim what is due of one kind and do it; returns how many."""
        jobs = claim(self.frame.frame_engine, kind, self.clock.now(), limit)
        if jobs:
            self.work[kind](jobs)
        return len(jobs)

    def dies_in(self, kind: str) -> None:
        """The same, by a worker that a fault kills; its claim outlives it until the lease is over."""
        with pytest.raises(Killed):
            self.does(kind)
        self.clock.advance(LEASE_OVER)

    def passes(self, **time: float) -> None:
        self.clock.advance(timedelta(**time))

    # -- what can be seen ---------------------------------------------------------------------------------

    def disbursements(self, *, tenant: str = "zhanggong", **where: Any) -> list[DisbursementView]:
        found = self.asked(ListDisbursements(limit=200, **where), tenant=tenant)["ok"]["items"]
        return [DisbursementView.model_validate(each) for each in found]

    def only(self, *, tenant: str = "zhanggong", **where: Any) -> DisbursementView:
        (found,) = self.disbursements(tenant=tenant, **where)
        return found

    def line(self, *, tenant: str = "zhanggong", year: int = 2026) -> BudgetLineView:
        (found,) = self.asked(ListBudgetLines(year=year), tenant=tenant)["ok"]["items"]
        return BudgetLineView.model_validate(found)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database holds, seen by its owner."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            return connection.execute(statement).fetchall()

    def changes(self, statement: str) -> None:
        """Change the database as its owner does in a migration."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            connection.execute(statement)

    def told(self) -> list[str]:
        """The events said so far of disbursements, in order."""
        return [
            type
            for (type,) in self.rows("SELECT type FROM outbox WHERE aggregate_type = 'disbursement' ORDER BY position")
        ]

    def jobs(self, kind: str) -> list[str]:
        return [subject for (subject,) in self.rows(f"SELECT subject FROM job WHERE kind = '{kind}' ORDER BY subject")]

    def faults_in_the_books(self) -> list[str]:
        """Invariant C of every line, computed anew from disbursements and from postings."""
        return [
            f"line {row[0]}: {row[1:]}"
            for row in self.rows(BOOKS)
            if not row[1] == row[2] == row[3] or row[1] < 0 or row[4] != 0
        ]


BOOKS = """
    SELECT l.id,
        l.appropriated_fen - l.reserved_fen - (l.settled_fen - l.returned_fen) - l.swept_fen,
        l.appropriated_fen - l.swept_fen - coalesce((SELECT sum(amount_fen) FROM disbursement d
            WHERE (d.tenant, d.line_id) = (l.tenant, l.id)
            AND d.state IN ('ready', 'authorised', 'sent', 'unknown', 'settled')), 0),
        (SELECT sum(p.amount_fen) FROM ledger_posting p JOIN ledger_entry e ON (e.tenant, e.id) = (p.tenant, p.entry_id)
            WHERE (e.tenant, e.line_id) = (l.tenant, l.id) AND p.account = 'available'),
        (SELECT sum(p.amount_fen) FROM ledger_posting p JOIN ledger_entry e ON (e.tenant, e.id) = (p.tenant, p.entry_id)
            WHERE (e.tenant, e.line_id) = (l.tenant, l.id))
    FROM budget_line l
"""
"""Per line: available by its own figures, by its disbursements, by its ledger; and the sum of all its postings."""
