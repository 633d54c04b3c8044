"""An enterprise whose files were merged sees what lies under the absorbed one: cases in oversight, messages in notify."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox, Subscription
from chassis.events.received import Received
from contracts.merges import EnterpriseMerged
from contracts.message import Actor, Query, snake_case
from contracts.notify import ListMessages
from contracts.oversight import TrackOwnCases
from copies.merged_enterprises import keep_merges
from services.notify.messages import use_cases as notify_use_cases
from services.notify.messages import views as notify_views
from services.notify.messages.templates import TEMPLATES
from services.oversight import use_cases as oversight_use_cases
from services.oversight import views as oversight_views
from services.oversight.sentences import SENTENCES
from tests.unit.oversight.case_story import claim, heard, rejected, submitted

MERGED = EnterpriseMerged(
    absorbed_id="ent-1", absorbed_uscc="91360732MA35EXAMPL", surviving_id="ent-2", surviving_uscc="91360702DEM000014H"
)
AGAIN = EnterpriseMerged(
    absorbed_id="ent-2", absorbed_uscc="91360702DEM000014H", surviving_id="ent-3", surviving_uscc="91360702DEM000022C"
)


def asked(frame: Frame, answer: Callable[..., Any], question: Query, enterprise: str) -> dict[str, Any]:
    envelope = {
        "tenant": "xingguo",
        "actor": Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id=enterprise).model_dump(mode="json"),
        "name": snake_case(type(question).__name__),
        "body": question.model_dump(mode="json"),
    }
    return frame.run_query(type(question), answer, envelope)


def merged(event: EnterpriseMerged, tenant: str = "xingguo") -> Received[Any]:
    return heard(event, tenant=tenant, subject=event.absorbed_id)


@pytest.mark.parametrize("order", [(MERGED, AGAIN), (AGAIN, MERGED)])
def test_cases_filed_under_an_absorbed_enterprise_are_tracked_by_the_surviving_one(
    service_frame: Callable[..., Frame], order: tuple[EnterpriseMerged, ...]
) -> None:
    frame = service_frame("oversight")
    follow = Subscription(
        "follow",
        frozenset(event.__name__ for event in SENTENCES),
        partial(oversight_use_cases.follow, cipher=frame.cipher),
        oversight_use_cases.tenants_of,
    )
    merges = Subscription("merges", frozenset({"EnterpriseMerged"}), keep_merges)
    inbox = Inbox("oversight", [follow, merges], frame.event_unit, max_attempts=3)
    inbox.apply([heard(submitted(claim()), tenant="xingguo")])

    def receipts(enterprise: str) -> list[str]:
        found = asked(frame, oversight_views.track_own_cases, TrackOwnCases(enterprise_id=enterprise), enterprise)
        return [each["receipt"] for each in found["ok"]["items"]]

    assert (len(receipts("ent-1")), receipts("ent-3")) == (1, [])
    inbox.apply([merged(event) for event in order])
    assert receipts("ent-1") == receipts("ent-2") == receipts("ent-3") == [claim().receipt]
    inbox.apply([merged(MERGED, tenant="zhanggong")])
    assert receipts("ent-9") == []


def test_messages_to_an_absorbed_enterprise_are_read_under_the_surviving_one(
    service_frame: Callable[..., Frame],
) -> None:
    frame = service_frame("notify")
    tell = Subscription(
        "tell",
        frozenset(event.__name__ for event in TEMPLATES),
        notify_use_cases.tell_enterprises,
        notify_use_cases.enterprises_tenant,
    )
    merges = Subscription("merges", frozenset({"EnterpriseMerged"}), keep_merges)
    inbox = Inbox("notify", [tell, merges], frame.event_unit, max_attempts=3)
    inbox.apply([heard(rejected(claim()), tenant="xingguo", subject="case")])

    def templates(enterprise: str) -> set[str]:
        found = asked(frame, notify_views.list_messages, ListMessages(enterprise_id=enterprise), enterprise)
        return {each["template"] for each in found["ok"]["items"]}

    before = templates("ent-1")
    assert (bool(before), templates("ent-2")) == (True, set())
    inbox.apply([merged(MERGED)])
    assert templates("ent-2") == templates("ent-1") == before
