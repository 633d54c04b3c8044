"""What an enterprise has claimed, or been paid, is not told as if it were still to be claimed; what is suspended says so."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from door_kit import ask, door_with, registers
from enterprise_kit import RECEIPT, entitled
from enterprise_pages_kit import ANSWERS, enterprise_visitor
from page_samples.enterprise import UNCLAIMED, claimed, item
from portal_kit import Visitor

from contracts.rule import State
from gateway.bus import QuestionUnanswered

MET = {"list_entitlements": entitled(State.MET, "GZ-009")}


class Answers:
    """A bus that answers each question by its name."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers

    async def call(self, _service: str, method: str, *_: object, **__: object) -> dict[str, Any]:
        answer = self._answers[method]
        if isinstance(answer, Exception):
            raise answer
        return {"ok": answer}


def claims(answers: dict[str, Any]) -> dict[str, dict[str, Any] | None]:
    """What the JSON route says of the claims of each item."""
    request = {"method": "GET", "url": "/api/v1/my/entitlements", "headers": {"Authorization": "Bearer enterprise"}}
    answer = ask(door_with(Answers(answers), registers), request)
    assert answer.status_code == 200, answer.text
    return {each["item_id"]: each["claim"] for each in answer.json()["items"]}


def test_an_item_that_was_paid_reads_as_paid_in_the_answer_for_programs() -> None:
    found = claims(MET | claimed("GZ-009", "settled"))
    paid = found["GZ-009"]
    assert paid is not None
    assert (paid["receipt"], paid["state"], paid["paid_at"] is not None) == (RECEIPT, "settled", True)
    assert claims(MET | claimed("SD-002", "settled")) == {"GZ-009": None}, "another item's claim"


def test_one_that_is_claimed_says_how_far_it_has_come() -> None:
    found = claims(MET | claimed("GZ-009", "held"))["GZ-009"]
    assert found is not None
    assert (found["state"], found["paid_at"]) == ("held", None)


@pytest.mark.parametrize("away", ["list_applications", "track_own_cases"])
def test_the_list_is_there_while_somebody_else_does_not_answer(away: str) -> None:
    found = claims(MET | claimed("GZ-009", "settled") | {away: QuestionUnanswered("-")})
    assert set(found) == {"GZ-009"}
    assert (found["GZ-009"] or {}).get("state") == (None if away == "list_applications" else "submitted")


@pytest.fixture
def visitor() -> Visitor:
    return enterprise_visitor()


def text_of(visitor: Visitor, address: str, answers: dict[str, Any]) -> str:
    visitor.bus.answers = ANSWERS | answers
    page = visitor.get(address, "owner")
    assert page.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))


def test_the_page_of_entitlements_says_what_was_paid(visitor: Visitor) -> None:
    told = text_of(visitor, "/my/entitlements", MET | claimed("GZ-009", "settled"))
    assert "资金已到账" in told
    assert f"收件编号 {RECEIPT}" in told
    assert "资金已到账" not in text_of(visitor, "/my/entitlements", MET | UNCLAIMED)


def test_the_page_of_an_item_says_that_it_is_suspended_and_why_and_offers_no_application(visitor: Visitor) -> None:
    suspended = item("SD-002", state="suspended", state_reason="资金用完")
    told = text_of(visitor, "/my/entitlements/SD-002", suspended)
    assert "暂停申报" in told
    assert "资金用完" in told
    assert "现在申报" not in told
    assert "受理时间 可申报" not in told
