"""A no-application list decided by review, beside an evaluation of the same lines, both in this process.

Chunks come to the handler behind the inbox as from the broker, one transaction each: cases, places in the register, approvals, audit
facts. The list and the evaluation take turns, chunk by chunk.
"""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from bench.casework.claims import LISTED, listed_item, nominations, published, wire
from bench.filings import CITY, COUNTY
from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox, Subscription
from chassis.events.received import Received, decode
from chassis.tenancy.learning import calendar_subscription, tenant_subscription
from contracts.departments import PlanTermMapped, ToDuty
from contracts.identity import TenantOnboarded, TenantSettings
from contracts.intake import EnterprisesNominated
from contracts.message import Event
from contracts.rule import FactSheet, ItemRules, Level
from rules import assess
from services.review.cases.held_lines import take_meanings
from services.review.cases.lists import decide_lists
from services.review.item_copies.use_cases import remember_items

AIM = 4.0
HEARD = (
    Subscription("items", frozenset({"PolicyPublished"}), remember_items),
    Subscription("plan terms", frozenset({"PlanTermMapped"}), take_meanings),
    Subscription("lists", frozenset({"EnterprisesNominated"}), decide_lists),
)
APPROVED = "SELECT count(*) FROM review_case WHERE state = 'approved'"


def decided_lines(review: Frame, lines: int) -> dict[str, Any]:
    """How fast review decides a list of so many lines, and how many times the evaluation it takes; `list_cpu_ratio` is that of this
    process alone, without what it waits for the database."""
    item = listed_item()
    inbox = Inbox("review", [*HEARD, tenant_subscription(), calendar_subscription()], review.event_unit, max_attempts=3)
    for event in (*_places(), published(item), *_words(item.rules)):
        _hear(inbox, review, event)
    decided, evaluated, busy, busy_evaluated = 0.0, 0.0, 0.0, 0.0
    for number, event in enumerate(nominations(item, lines)):
        message = wire(event, f"list-{number}", review.clock.now())
        began, at_work = time.perf_counter(), time.process_time()
        result = inbox.apply([decode(message, wanted=inbox.wanted)])
        between, meanwhile = time.perf_counter(), time.process_time()
        _evaluate(event, item.rules, review.clock.now().date())
        decided += between - began
        evaluated += time.perf_counter() - between
        busy += meanwhile - at_work
        busy_evaluated += time.process_time() - meanwhile
        assert result.applied == 1, f"chunk {number} was not taken: {result}"
    with review.reader([COUNTY]) as reader:
        approved = reader.execute(APPROVED).scalar_one()
    assert approved == lines, f"{approved} of {lines} lines were granted"
    return {
        "list_lines": lines,
        "list_lines_per_s": round(lines / decided, 1),
        "list_evaluated_per_s": round(lines / evaluated, 1),
        "list_ratio": round(decided / evaluated, 2),
        "list_cpu_ratio": round(busy / busy_evaluated, 2),
    }


def _evaluate(event: EnterprisesNominated, rules: ItemRules, day: date) -> None:
    """The rules alone, once a line."""
    for line in event.lines:
        found = assess(rules, FactSheet(facts=line.facts, reference_year=day.year, parameters=line.figures), day)
        assert found.amount.money is not None and found.amount.money.fen == line.amount_fen, "worth what was listed"


def _places() -> list[Event]:
    return [
        TenantOnboarded(
            id=id,
            parent_id=parent,
            level=level,
            division_code=id,
            name=id,
            settings=TenantSettings(),
            settings_version=1,
        )
        for id, parent, level in ((CITY, None, Level.CITY), (COUNTY, CITY, Level.COUNTY))
    ]


def _words(rules: ItemRules) -> list[Event]:
    """Approvals are the department's own: what the list gives."""
    approvals = [step for step in rules.plan.steps if step.kind == "approval"]
    return [
        PlanTermMapped(use="approver", term=duty, meaning=ToDuty(kind="leader"))
        for step in approvals
        for duty in step.duties
    ]


def _hear(inbox: Inbox, review: Frame, event: Event) -> None:
    subject = LISTED if event.aggregate == "policy_item" else f"{event.aggregate}-{getattr(event, 'id', '')}"
    message: Received[Any] = decode(wire(event, subject, review.clock.now()), wanted=inbox.wanted)
    inbox.apply([message])
