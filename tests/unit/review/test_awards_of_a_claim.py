"""What the register keeps of a claim: its parts, what is still ahead of its instalments, and what it was for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rule import Fact, FactType, InstalmentPlan, InstalmentRecord, KeyRef, Level, OncePer, Within
from services.review.register.awards import AwardAsked, GrantedAward, proportioned, remaining
from tests.unit.review.review_kit import claim, item_rules

QUARTERS = InstalmentPlan.model_validate({"parts": [{"label": f"第{n}期", "fraction": "1/4"} for n in range(1, 5)]})


def over(*outcomes: str) -> list[InstalmentRecord]:
    return [
        InstalmentRecord.model_validate({"number": n, "outcome": each, "money": 25 if each == "paid" else 0})
        for n, each in enumerate(outcomes, 1)
    ]


@pytest.mark.parametrize(
    ("outcomes", "left"),
    [((), 100), (("paid",), 75), (("paid", "skipped"), 50), (("paid", "stopped"), 0), (("paid",) * 4, 0)],
)
def test_what_was_skipped_is_lost_and_does_not_count_as_still_to_be_paid(outcomes, left):
    assert remaining(QUARTERS, None, 100, over(*outcomes)) == left


def test_parts_with_amounts_of_their_own_are_ahead_as_far_as_the_whole_has_not_been_granted():
    plan = InstalmentPlan.model_construct(
        parts=tuple(part.model_copy(update={"fraction": None}) for part in QUARTERS.parts)
    )
    assert remaining(plan, None, 100, over("paid")) is None
    assert remaining(plan, None, 100, over("paid", "paid", "paid", "paid")) == 0
    award = granted(parts=((None, 30),), whole_fen=100, ahead_fen=None)
    assert award.ahead(before_fen=20) == [(None, 50)]


@given(
    fen=st.integers(0, 10**9),
    parts=st.lists(st.tuples(st.sampled_from((None, "设备", "研发")), st.integers(0, 10**6)), min_size=1, max_size=4),
)
def test_what_is_divided_among_parts_comes_to_itself_to_the_fen(fen, parts):
    divided = proportioned(fen, parts)
    assert sum(each for _part, each in divided) == fen
    assert all(each >= 0 for _part, each in divided)


def granted(**changed: object) -> GrantedAward:
    said: dict[str, object] = {
        "case_id": "case-1",
        "tenant": "zhanggong",
        "claim": claim(),
        "family": "A-1",
        "title": "补助",
        "level": Level.COUNTY,
        "groups": (),
        "year": 2026,
        "period": "2026",
        "instalment": 2,
        "schedule": None,
        "claim_year": 2025,
        "whole_fen": None,
        "records": (),
        "keys": (),
        "parts": (),
        "granted_on": date(2026, 3, 1),
    }
    return GrantedAward(**said | changed)  # type: ignore[arg-type]


def test_a_whole_that_is_fixed_counts_in_the_year_of_its_claim_and_what_is_recomputed_in_the_year_of_each():
    assert granted(whole_fen=100).counted_year == 2025
    assert granted().counted_year == 2026


def test_a_claim_holds_the_certificates_that_serve_once_and_no_other_key():
    once = OncePer(within=Within(key=KeyRef(fact="certificate_no")))
    types = (
        FactType(name="certificate_no", label="证书", kind="codes"),
        FactType(name="step", label="台阶", kind="code"),
    )
    rules = item_rules().model_copy(update={"fact_types": types, "stacking": (once,)})
    said = {"source": "统计局", "as_of": date(2026, 1, 10)}
    facts = (
        Fact(name="certificate_no", kind="codes", value=("C-1", "C-2"), **said),
        Fact(name="step", kind="code", value="S-1", **said),
    )
    asked = AwardAsked("case-1", "zhanggong", claim(), "A-1", rules, facts=facts)
    assert asked.locks == {"certificate_no\x1fC-1", "certificate_no\x1fC-2"}
