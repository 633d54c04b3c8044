"""Review on a real database: its handlers behind the inbox, its commands behind the frame."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.events.inbox import BatchResult, Inbox, Subscription
from chassis.events.parking import claim_due
from chassis.events.received import Received
from chassis.foundation.ids import new_id
from chassis.tenancy.learning import calendar_subscription, tenant_subscription
from chassis.testing.fakes import received
from chassis.time.following import FOLLOW, follow
from chassis.time.jobs import claim
from console.servers.provision import Dsns
from contracts.departments import PlanTermMapped, PlanTermMeaning, ToDuty, ToSource
from contracts.identity import TenantOnboarded, TenantSettings
from contracts.message import Actor, Command, Event, Model, Query, snake_case
from contracts.rule import ItemRules, Level
from copies.departments import keep_departments
from rules.plan_terms import terms_of
from services.review.batches import use_cases as batch_use_cases
from services.review.batches import views as batch_views
from services.review.cases import (
    counts,
    deadline,
    held_lines,
    journal,
    lists,
    opening,
    sheet,
    use_cases,
    views,
    work_list,
)
from services.review.item_copies.use_cases import remember_items
from services.review.joint_checks import use_cases as joint_check_use_cases
from services.review.joint_checks import views as joint_check_views
from services.review.register import award_views, imported
from services.review.register import use_cases as register_use_cases
from services.review.register import views as register_views
from services.review.register.names import keep_names
from services.review.tasks import use_cases as task_use_cases
from services.review.tasks import views as task_views
from tests.unit.review.review_kit import OFFICER, item_rules, published

SUBSCRIPTIONS = [
    Subscription("items", frozenset({"PolicyPublished", "PolicyRevised"}), remember_items),
    Subscription("applications", frozenset({"ApplicationSubmitted"}), opening.open_cases),
    Subscription("lists", frozenset({"EnterprisesNominated"}), lists.decide_lists),
    Subscription("merges", frozenset({"EnterpriseMerged"}), register_use_cases.hear_merges),
    Subscription("names", frozenset({"NameChangeConfirmed"}), keep_names),
    Subscription("plan terms", frozenset({"PlanTermMapped"}), held_lines.take_meanings),
    Subscription("departments", frozenset({"DepartmentRegistered", "DepartmentChanged"}), keep_departments),
    tenant_subscription(follows=True),
    calendar_subscription(follows=True),
]

USE_CASES = (
    vars(use_cases)
    | vars(register_use_cases)
    | vars(imported)
    | vars(joint_check_use_cases)
    | vars(task_use_cases)
    | vars(batch_use_cases)
)
ANSWERS = (
    *(views, work_list, counts, sheet, journal, register_views, award_views),
    *(joint_check_views, task_views, batch_views),
)
"""Where a question is answered by a function of its name."""


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


def mapped(rules: ItemRules) -> list[PlanTermMapped]:
    """What the county has said of the words of a plan: its leader approves, and each source answers for itself."""
    meanings: dict[str, PlanTermMeaning] = {"approver": ToDuty(kind="leader"), "check": ToSource(source="statistics")}
    return [
        PlanTermMapped(use=each.use, term=each.term, meaning=meanings[each.use])
        for each in terms_of(rules.plan)
        if each.use in meanings
    ]


class Review:
    """One replica of the service, without nameko and without loops."""

    def __init__(self, frame: Frame, dsns: Dsns) -> None:
        self.frame = frame
        self.dsns = dsns
        self.inbox = Inbox("review", SUBSCRIPTIONS, frame.event_unit, max_attempts=3)

    def hears(self, *events: Event, tenant: str = "zhanggong") -> list[Received[Any]]:
        """Deliver these in one batch, each as the first event of an aggregate of its own."""
        messages = [received(event, tenant=tenant) for event in events]
        self.applies(messages)
        return messages

    def applies(self, messages: Sequence[Received[Any]]) -> BatchResult:
        return self.inbox.apply(messages)

    def sweeps(self) -> None:
        """What is parked and due is tried again."""
        self.inbox.apply(claim_due(self.frame.frame_engine, self.frame.clock.now(), 100, self.inbox.wanted))

    def follows(self, limit: int = 50) -> int:
        """Do one round of what open deadlines have to follow, as the timers do; returns how many jobs there were."""
        jobs = claim(self.frame.frame_engine, FOLLOW, self.frame.clock.now(), limit)
        self.frame.calendars.forget()
        follow(jobs, lambda tenants: self.frame.event_unit(tenants, action=FOLLOW), deadline.follow_calendar)
        return len(jobs)

    def looks_back(self) -> int:
        """Look over what merged enterprises were granted, as the timers do; returns how many merges there were."""
        jobs = claim(self.frame.frame_engine, register_use_cases.LOOK_BACK, self.frame.clock.now(), 50)
        if jobs:
            register_use_cases.look_back(jobs, lambda tenants: self.frame.event_unit(tenants, action="look_back"))
        return len(jobs)

    def ordered(self, order: Command, *, tenant: str = "zhanggong", actor: Actor = OFFICER) -> dict[str, Any]:
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

    def asked(self, question: Query, *, tenant: str = "zhanggong", actor: Actor = OFFICER) -> dict[str, Any]:
        """Ask as the gateway does."""
        name = snake_case(type(question).__name__)
        envelope = {
            "tenant": tenant,
            "actor": actor.model_dump(mode="json"),
            "name": name,
            "body": question.model_dump(mode="json"),
        }
        answer: Callable[..., Model] = next(getattr(each, name) for each in ANSWERS if hasattr(each, name))
        return self.frame.run_query(type(question), answer, envelope)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database holds, seen by its owner."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            return connection.execute(statement).fetchall()

    def does(self, statement: str) -> None:
        """Change the database as its owner does in a migration."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            connection.execute(statement)

    def told(self) -> list[tuple[str, str]]:
        """(event, addressed to) of everything said so far, in order."""
        return self.rows("SELECT type, addressed_to FROM outbox ORDER BY position")

    def prepared(self, rules: ItemRules | None = None) -> Review:
        """Ganzhou and Zhanggong are onboarded, item 1 is published, and Zhanggong has said what its plan's words mean."""
        item = rules or item_rules()
        self.hears(
            onboarded("ganzhou", None, Level.CITY, "3607"),
            onboarded("zhanggong", "ganzhou", Level.COUNTY, "360702"),
            onboarded("xingguo", "ganzhou", Level.COUNTY, "360732"),
            published(item),
            *mapped(item),
        )
        return self
