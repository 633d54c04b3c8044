"""What one person proposes another decides, once; each room says no in its own words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from contracts.message import Actor
from contracts.refusal import Conflict, Forbidden
from contracts.two_persons import Proposal

NOW, LATER = datetime(2026, 3, 2, 4, tzinfo=UTC), datetime(2026, 3, 3, 4, tzinfo=UTC)
ONE, OTHER = Actor(id="p1"), Actor(id="p2")
FIRM = Actor(id="p3", enterprise_id="e1")


class Decided(Conflict):
    code, sentence = "decided", "已经办结。"


class SameOne(Forbidden):
    code, sentence = "same_one", "须由他人复核。"


class StaffOnly(Forbidden):
    code, sentence = "staff_only", "由窗口办理。"


@dataclass(kw_only=True, slots=True)
class Wish(Proposal):
    AGREED = "granted"
    DECIDED_ALREADY, SECOND_PERSON_REQUIRED, BY_STAFF_ONLY = Decided, SameOne, StaffOnly

    what: str
    state: str = "proposed"


def wish() -> Wish:
    return Wish(id="w1", tenant="zhanggong", what="x", proposed_by=ONE.id, proposed_at=NOW)


def test_another_person_agrees_and_it_is_said_who_and_when() -> None:
    found = wish()
    found.agree(by=OTHER, at=LATER)
    assert (found.state, found.decided_by, found.decided_at, found.answer) == ("granted", OTHER.id, LATER, None)


def test_whoever_proposed_it_does_not_agree_under_another_account_either() -> None:
    found = wish()
    with pytest.raises(SameOne):
        found.agree(by=Actor(id=ONE.id, roles=frozenset({"bureau"}), name="另一账号"), at=LATER)
    assert (found.state, found.decided_by) == ("proposed", None)


@pytest.mark.parametrize("by", [ONE, OTHER])
def test_anybody_of_the_staff_declines_with_a_reason(by: Actor) -> None:
    found = wish()
    found.decline(by=by, at=LATER, why="材料不全")
    assert (found.state, found.decided_by, found.decided_at, found.answer) == ("declined", by.id, LATER, "材料不全")


def test_an_enterprise_declines_nothing() -> None:
    found = wish()
    with pytest.raises(StaffOnly):
        found.decline(by=FIRM, at=LATER, why="不要")
    assert found.state == "proposed"


def confirmed() -> Wish:
    found = wish()
    found.agree(by=OTHER, at=NOW)
    return found


def declined() -> Wish:
    found = wish()
    found.decline(by=OTHER, at=NOW, why="不")
    return found


@pytest.mark.parametrize("by", [ONE, OTHER])
@pytest.mark.parametrize("decided", [confirmed, declined])
def test_what_is_decided_stays_so(decided: Callable[[], Wish], by: Actor) -> None:
    found = decided()
    with pytest.raises(Decided):
        found.agree(by=by, at=LATER)
    with pytest.raises(Decided):
        found.decline(by=by, at=LATER, why="再")
    assert (found.state, found.decided_at) == (decided().state, NOW)
