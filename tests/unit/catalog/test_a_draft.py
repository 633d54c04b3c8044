"""Drafts move through their stages as the table says, and consultations decide what may be published."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest

from chassis.testing.fakes import NOON
from contracts.drafting import ConsultationOpened, ConsultedParty, OpinionResponse, PartyKind, Stage
from contracts.duties import Attention
from contracts.message import Actor
from contracts.policies import DirectGround
from contracts.refusal import Refused
from services.catalog.drafts.consultation import (
    DUTY_OF_PARTY,
    AnsweredAlready,
    ConsultationInvalid,
    ConsultationOpposes,
    NotAsked,
    OpinionMissing,
)
from services.catalog.drafts.domain import STAGES, Draft, DraftNotInThatStage, DraftNotReady
from services.catalog.policies.domain import ConsultationMissing, ItemOfOtherDepartment

TODAY = date(2026, 3, 10)
UNTIL = date(2026, 3, 20)
OWNER = Actor(id="o", roles=frozenset({"department"}), department="区科技局")
REFORM = Actor(id="r", roles=frozenset({"department"}), department="区发改委")
FINANCE = Actor(id="f", roles=frozenset({"finance"}))
BUREAU = Actor(id="b", roles=frozenset({"bureau"}), department="区行政审批局")
MINOR = DirectGround(kind="minor_change", text="更正联系电话")


def asked(party: PartyKind, department: str, department_id: str | None = None) -> ConsultedParty:
    duty = DUTY_OF_PARTY[party]
    attention = Attention(tenant="t", department_id=department_id, duty=duty)
    return ConsultedParty(party=party, department=department, attention=attention)


PARTIES = (
    asked("development_reform", "区发改委", "dep-reform"),
    asked("finance", "区财政局"),
    asked("approval_bureau", "区行政审批局"),
)


def a_draft(stage: str = "draft", *answers: str) -> Draft:
    """A draft in this stage, with these answers to its consultation."""
    draft = Draft.begin({"code": "A-1", "title": "甲"}, id="d", tenant="t", by=OWNER, at=NOON, revises=None)
    if stage in ("consultation", "consulted"):
        draft.open_consultation(PARTIES, UNTIL, (), at=NOON, today=TODAY)
        for actor, answer in zip((REFORM, FINANCE, BUREAU), answers, strict=False):
            draft.answer(answer, "因为", by=actor, at=NOON)  # type: ignore[arg-type]
    if stage == "consulted" and draft.stage != "consulted":
        draft.close_consultation(at=NOON, today=UNTIL + timedelta(days=1))
    if stage == "published":
        draft.published_as("item-1")
    if stage == "discarded":
        draft.discard()
    assert draft.stage == stage
    return draft


def test_every_stage_is_in_the_table_and_can_be_reached() -> None:
    stages = set(get_args(Stage))
    assert {stage for edge in STAGES for stage in edge if stage is not None} == stages
    reached: set[Stage | None] = {None}
    while more := {after for before, after in STAGES if before in reached} - reached:
        reached |= more
    assert reached - {None} == stages


@pytest.mark.parametrize("stage", get_args(Stage))
def test_a_draft_does_what_the_table_allows_in_its_stage_and_nothing_else(stage: Stage) -> None:
    orders = {
        "edit": (lambda draft: draft.edit({"code": "A-1"}, at=NOON), {"draft", "consulted"}),
        "ask": (lambda draft: draft.open_consultation(PARTIES, UNTIL, (), at=NOON, today=TODAY), {"draft"}),
        "recall": (lambda draft: draft.recall(at=NOON), {"consultation"}),
        "publish": (lambda draft: draft.ground(MINOR, ()), {"draft", "consulted"}),
        "discard": (lambda draft: draft.discard(), {"draft", "consulted"}),
    }
    for name, (order, allowed) in orders.items():
        draft = a_draft(stage)
        before = draft.stage
        if stage in allowed:
            order(draft)
            assert name == "publish" or (before, draft.stage) in STAGES, name
        else:
            with pytest.raises(DraftNotInThatStage):
                order(draft)
            assert draft.stage == before, name


def test_somebody_without_a_department_begins_no_draft() -> None:
    with pytest.raises(ItemOfOtherDepartment):
        Draft.begin(
            {"code": "A"}, id="d", tenant="t", by=Actor(id="x", roles=frozenset({"department"})), at=NOON, revises=None
        )


@pytest.mark.parametrize("content", [{}, {"code": 3}, {"code": "有汉字"}])
def test_a_draft_is_known_by_a_code(content: dict[str, object]) -> None:
    with pytest.raises(DraftNotReady):
        Draft.begin(content, id="d", tenant="t", by=OWNER, at=NOON, revises=None)


def test_the_parties_are_told_that_they_are_asked_and_nothing_of_the_text() -> None:
    draft = a_draft("consultation")
    (told,) = draft.pending
    assert told.event == ConsultationOpened(
        draft_id="d", title="甲", department="区科技局", until=UNTIL, parties=PARTIES
    )
    assert [each.attention.duty for each in PARTIES] == ["policy_author", "finance", "bureau_intake"]


def test_a_party_answers_under_its_new_name_where_the_register_knows_it() -> None:
    renamed = Actor(id="r", roles=frozenset({"department"}), department="区发展和改革局", department_id="dep-reform")
    stranger = Actor(id="s", roles=frozenset({"department"}), department="区发展和改革局", department_id="dep-other")
    draft = a_draft("consultation")
    with pytest.raises(NotAsked):
        draft.answer("agree", "", by=stranger, at=NOON)
    draft.answer("agree", "", by=renamed, at=NOON)
    assert [each.answer for each in draft.round.answers] == ["agree", None, None]


def test_silence_is_neither_consent_nor_objection() -> None:
    draft = a_draft("consultation", "agree")
    assert not draft.close_consultation(at=NOON, today=UNTIL)
    assert draft.close_consultation(at=NOON, today=UNTIL + timedelta(days=1))
    assert [each.answer for each in draft.round.answers] == ["agree", "silent", "silent"]
    ground = draft.ground(None, ())
    assert ground.kind == "consultation"
    assert "财政部门（区财政局）逾期未反馈" in ground.text


def test_who_is_not_asked_does_not_answer_and_nobody_answers_twice() -> None:
    draft = a_draft("consultation")
    for stranger in (OWNER, Actor(id="x", roles=frozenset({"finance"}), department="市财政局"), Actor(id="s")):
        with pytest.raises(NotAsked):
            draft.answer("agree", "", by=stranger, at=NOON)
    with pytest.raises(OpinionMissing):
        draft.answer("changes", " ", by=FINANCE, at=NOON)
    draft.answer("changes", "写明资金来源", by=FINANCE, at=NOON)
    with pytest.raises(AnsweredAlready):
        draft.answer("agree", "", by=FINANCE, at=NOON)


def test_what_the_parties_asked_for_may_be_changed_and_anything_else_is_consulted_on_anew() -> None:
    asked = a_draft("consulted", "agree", "changes", "agree")
    asked.edit({"code": "A-1"}, at=NOON)
    assert asked.stage == "consulted"
    for answers in (("agree", "agree", "agree"), ("agree", "object", "changes"), ()):
        unasked = a_draft("consulted", *answers)
        unasked.edit({"code": "A-1"}, at=NOON)
        assert unasked.stage == "draft", answers


def test_all_that_stands_against_publication_is_said_at_once() -> None:
    draft = a_draft("consulted", "object", "changes", "changes")
    with pytest.raises(ConsultationOpposes) as refused:
        draft.ground(None, (OpinionResponse(party="finance", text="已采纳"),))
    assert [(each.code, each.field) for each in refused.value.reasons] == [
        ("party_objects", "development_reform"),
        ("response_missing", "responses.approval_bureau"),
    ]


def test_without_a_consultation_there_must_be_a_ground() -> None:
    with pytest.raises(ConsultationMissing):
        a_draft().ground(None, ())
    assert a_draft().ground(MINOR, ()).text == "更正联系电话"


@pytest.mark.parametrize(
    ("parties", "until", "codes"),
    [
        (PARTIES, TODAY, ["period_invalid"]),
        (PARTIES, TODAY + timedelta(days=91), ["period_invalid"]),
        (PARTIES[1:], UNTIL, ["party_missing"]),
        ((*PARTIES, PARTIES[0]), UNTIL, ["party_missing", "party_repeated"]),
    ],
)
def test_a_consultation_that_cannot_be_opened_says_why(
    parties: tuple[ConsultedParty, ...], until: date, codes: list[str]
) -> None:
    with pytest.raises(ConsultationInvalid) as refused:
        a_draft().open_consultation(parties, until, (), at=NOON, today=TODAY)
    assert [each.code for each in refused.value.reasons] == codes


def test_a_draft_of_a_new_item_names_it_once_it_is_published() -> None:
    draft = a_draft()
    draft.published_as("item-1")
    assert (draft.item_id, draft.base_version, draft.stage) == ("item-1", 0, "published")
    with pytest.raises(Refused):
        draft.discard()
