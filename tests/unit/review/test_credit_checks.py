"""Verification by chance: anybody can draw again, nobody checks what they had to do with, one alone settles nothing."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON
from contracts.credit_checks import CreditChecksPublished
from contracts.refusal import Refused
from services.review.credit_checks.credit_check import CheckRecord, CreditCheck, CreditDraw
from services.review.credit_checks.drawing import checkers_of, chosen, hash_of, how_many

IDS = st.sets(st.text(alphabet="abcdef0123456789", min_size=4, max_size=8), min_size=1, max_size=30)


def check(**changes: Any) -> CreditCheck:
    said: dict[str, Any] = {
        "id": "check-1",
        "tenant": "zhanggong",
        "draw_id": "draw-1",
        "case_id": "case-1",
        "receipt": "ZG-1",
        "uscc": "91360702MA38ABCD5X",
        "enterprise_name": "章贡区示例科技有限公司",
        "decided_at": NOON,
        "able": ("a", "b", "c"),
        "due_at": None,
    }
    return CreditCheck(**said | changes)


def record(by: str, outcome: Any = "not_as_pledged") -> CheckRecord:
    return CheckRecord(outcome, "设备已转卖，与承诺不符", (), by, NOON)


def refusal(act: Any) -> str:
    with pytest.raises(Refused) as raised:
        act()
    return raised.value.code


@given(IDS, st.integers(1, 100), st.text(min_size=1, max_size=32))
def test_the_same_seed_draws_the_same_so_many_of_a_hundred_rounded_up(ids: set[str], percent: int, seed: str) -> None:
    drawn = chosen(ids, percent=percent, seed=seed)
    assert drawn == chosen(sorted(ids, reverse=True), percent=percent, seed=seed)
    assert len(set(drawn)) == len(drawn) == how_many(percent, len(ids)) >= 1
    assert 100 * len(drawn) >= percent * len(ids) > 100 * (len(drawn) - 1)
    assert set(drawn) <= ids


def test_the_order_is_that_of_the_hashes_that_the_document_names() -> None:
    cases = ("case-1", "case-2", "case-3")
    listed = hashlib.sha256(b"case-1\ncase-2\ncase-3").hexdigest()
    assert hash_of(reversed(cases)) == listed
    by_hand = sorted(cases, key=lambda each: hashlib.sha256(f"5eed\x1f{listed}\x1f{each}".encode()).digest())
    assert list(chosen(cases, percent=100, seed="5eed")) == by_hand


@given(IDS, IDS, st.text(min_size=1, max_size=8))
def test_nobody_checks_what_they_had_to_do_with(people: set[str], involved: set[str], seed: str) -> None:
    drawn = checkers_of("case-1", people, involved, seed=seed)
    assert set(drawn) == people - involved
    assert drawn == checkers_of("case-1", sorted(people), involved, seed=seed)


def test_what_one_has_recorded_counts_once_the_other_confirms_it() -> None:
    one = check()
    assert (one.state, one.checkers) == ("to_check", ("a", "b"))
    one.find(record("a"))
    assert (one.state, one.has_failed) == ("to_confirm", False)
    assert refusal(lambda: one.answer(agrees=True, note="", by="a", at=NOON)) == "credit_check_confirms_itself"
    assert refusal(lambda: one.answer(agrees=True, note="", by="c", at=NOON)) == "not_your_check"
    assert refusal(lambda: one.find(record("b"))) == "credit_check_recorded"
    one.answer(agrees=True, note="", by="b", at=NOON)
    assert (one.state, one.has_failed, one.confirmed_by) == ("done", True, "b")
    assert refusal(lambda: one.answer(agrees=True, note="", by="b", at=NOON)) == "credit_check_done"
    assert refusal(lambda: one.recuse("a", "亲属", "a", NOON)) == "credit_check_done"
    assert refusal(lambda: one.find(record("a"))) == "credit_check_done"


def test_what_is_as_pledged_has_not_failed() -> None:
    one = check()
    one.find(record("a", "as_pledged"))
    one.answer(agrees=True, note="", by="b", at=NOON)
    assert (one.state, one.has_failed) == ("done", False)


def test_what_the_other_disputes_is_recorded_anew_and_stays_in_the_book() -> None:
    one = check()
    assert refusal(lambda: one.answer(agrees=True, note="", by="b", at=NOON)) == "credit_check_not_recorded"
    one.find(record("a"))
    assert refusal(lambda: one.answer(agrees=False, note=" 不对 ", by="b", at=NOON)) == "dispute_needs_note"
    one.answer(agrees=False, note="设备仍在，只是换了车间", by="b", at=NOON)
    assert (one.state, one.record_that_counts, one.has_failed) == ("to_check", None, False)
    one.find(record("b", "as_pledged"))
    one.answer(agrees=True, note="", by="a", at=NOON)
    assert [(each.by, bool(each.disputed)) for each in one.records] == [("a", True), ("b", False)]


def test_who_recuses_is_followed_by_the_next_of_the_draw_and_the_last_two_stay() -> None:
    one = check()
    assert refusal(lambda: one.recuse("c", "亲属", "c", NOON)) == "checker_gone"
    one.recuse("a", "与企业法定代表人是亲属", "a", NOON)
    assert one.checkers == ("b", "c")
    assert refusal(lambda: one.recuse("a", "亲属", "a", NOON)) == "checker_gone"
    assert refusal(lambda: one.recuse("b", "亲属", "b", NOON)) == "nobody_comes_in"
    assert refusal(lambda: one.find(record("a"))) == "not_your_check"
    one.find(record("c"))
    assert refusal(lambda: one.recuse("b", "亲属", "b", NOON)) == "credit_check_recorded"


def test_a_draw_is_public_with_its_last_check_and_not_before() -> None:
    draw = CreditDraw(
        id="draw-1",
        tenant="zhanggong",
        item_id="item-1",
        item_title="研发补助",
        department="科技局",
        department_id=None,
        decided_from=NOON.date(),
        decided_to=NOON.date(),
        percent=10,
        seed="5eed",
        cases_hash="",
        people_hash="",
        drawn_from=("case-1", "case-2"),
        people=("a", "b"),
        drawn_by="a",
        drawn_at=NOON,
        checks=2,
    )
    for number, outcome in enumerate(("not_as_pledged", "as_pledged"), 1):
        one = check(id=f"check-{number}")
        one.find(record("a", outcome))
        one.answer(agrees=True, note="", by="b", at=NOON)
        draw.count(one, NOON)
        assert (draw.done, draw.failed, draw.published_at is not None) == (number, 1, number == 2)
    assert [type(each.event) for each in draw.pending] == [CreditChecksPublished]
