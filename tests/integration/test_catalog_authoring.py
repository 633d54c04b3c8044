"""Departments write, consult on, publish and look after their items, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from authoring_kit import (
    BUREAU,
    FINANCE,
    ITEM,
    MINOR,
    OWNER,
    PARTIES,
    REFORM,
    STRANGER,
    UNTIL,
    catalog_with_tenants,
    codes,
    consulted_draft,
    done,
    due,
    history,
    refused,
    says,
)
from front_office import (
    XINGGUO,
    Replica,
)

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.authoring import GetAuthoredItem
from contracts.drafting import (
    AnswerConsultation,
    DraftPolicyItem,
    EditDraft,
    GetDraft,
    ListDrafts,
    OpenConsultation,
    OpinionResponse,
    PublishDraft,
)
from contracts.policies import (
    DirectGround,
    ListPolicies,
    PublishPolicyItem,
)
from services.catalog.drafts.use_cases import CONSULTATION_DEADLINE, close_consultations


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def catalog(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Replica:
    return catalog_with_tenants(service_frame, service_database, clock)


# -- drafts ---------------------------------------------------------------------------------------------------


def test_an_unfinished_draft_is_kept_with_everything_that_is_wrong_and_is_not_public(catalog: Replica) -> None:
    draft = done(catalog, DraftPolicyItem(content={"code": "ZG-1", "title": "新政策", "level": "乡"}))
    assert (draft["stage"], draft["version"], draft["title"]) == ("draft", 1, "新政策")
    places = {problem["where"] for problem in draft["problems"]}
    assert {"/summary", "/guide", "/rules", "/level"} <= places
    assert all(problem["text"] for problem in draft["problems"])
    assert catalog.asked(ListPolicies(), tenant=None)["ok"]["items"] == []
    mine = catalog.asked(ListDrafts(), actor=OWNER)["ok"]["drafts"]
    assert [each["draft_id"] for each in mine] == [draft["draft_id"]]
    assert catalog.asked(ListDrafts(), actor=STRANGER)["ok"]["drafts"] == []
    assert catalog.asked(GetDraft(draft_id=draft["draft_id"]), actor=STRANGER)["refused"]["code"] == "draft_unknown"
    assert catalog.asked(ListDrafts(), actor=OWNER, tenant=XINGGUO)["ok"]["drafts"] == []


def test_there_is_one_open_draft_of_a_code_and_a_stale_edit_is_refused(catalog: Replica) -> None:
    draft = done(catalog, DraftPolicyItem(content={"code": "ZG-1"}))
    assert refused(catalog, DraftPolicyItem(content={"code": "ZG-1"}))["code"] == "draft_exists"
    edit = EditDraft(draft_id=draft["draft_id"], expected_version=1, content=ITEM.model_dump(mode="json"))
    edited = done(catalog, edit)
    assert (edited["code"], edited["problems"], edited["version"]) == (ITEM.code, [], 2)
    assert refused(catalog, edit)["code"] == "stale_version"
    assert refused(catalog, edit, STRANGER)["code"] == "item_of_other_department"


def test_a_text_that_cannot_be_read_is_not_sent_to_anybody(catalog: Replica) -> None:
    draft = done(catalog, DraftPolicyItem(content={"code": "ZG-1"}))
    order = OpenConsultation(draft_id=draft["draft_id"], expected_version=1, parties=PARTIES, until=UNTIL)
    refusal = refused(catalog, order)
    assert refusal["code"] == "draft_not_ready"
    assert "content.guide" in [reason["field"] for reason in refusal["reasons"]]


def test_all_three_authorities_are_asked_and_the_last_day_lies_ahead(catalog: Replica) -> None:
    draft = done(catalog, DraftPolicyItem(content=ITEM.model_dump(mode="json")))
    order = OpenConsultation(
        draft_id=draft["draft_id"], expected_version=1, parties=PARTIES[:1], until=date(2026, 3, 10)
    )
    assert codes(refused(catalog, order)) == ["party_missing", "party_missing", "period_invalid"]


# -- consultation ---------------------------------------------------------------------------------------------


def test_a_bureau_that_stays_silent_is_recorded_as_silent_when_the_last_day_has_passed(
    catalog: Replica, clock: FixedClock
) -> None:
    draft = consulted_draft(catalog)
    says(catalog, draft, REFORM, "agree")
    says(catalog, draft, FINANCE, "changes", "建议明确资金来源")
    awaiting = catalog.asked(ListDrafts(awaiting=True), actor=BUREAU)["ok"]["drafts"]
    assert [(each["draft_id"], each["answer_until"]) for each in awaiting] == [(draft["draft_id"], "2026-03-20")]
    assert catalog.asked(ListDrafts(awaiting=True), actor=REFORM)["ok"]["drafts"] == []
    clock.advance(datetime(2026, 3, 20, 15, 59, tzinfo=UTC) - clock.now())
    assert due(catalog, CONSULTATION_DEADLINE, close_consultations) == 0
    clock.advance(datetime(2026, 3, 20, 16, 0, tzinfo=UTC) - clock.now())
    assert due(catalog, CONSULTATION_DEADLINE, close_consultations) == 1
    read = catalog.asked(GetDraft(draft_id=draft["draft_id"]), actor=BUREAU)["ok"]
    assert read["stage"] == "consulted"
    assert [each["answer"] for each in read["rounds"][0]["answers"]] == ["agree", "changes", "silent"]
    late = AnswerConsultation(draft_id=draft["draft_id"], answer="agree")
    assert refused(catalog, late, BUREAU)["code"] == "draft_not_in_that_stage"
    publish = PublishDraft(draft_id=draft["draft_id"], expected_version=read["version"], reason="新政策")
    assert codes(refused(catalog, publish)) == ["response_missing"]
    response = OpinionResponse(party="finance", text="已采纳，明确由区级财政承担")
    item = done(catalog, publish.model_copy(update={"responses": (response,)}))
    kept = catalog.asked(GetAuthoredItem(item_id=item["item_id"]), actor=OWNER)["ok"]
    assert kept["ground"]["kind"] == "consultation"
    for words in ("章贡区发展和改革委员会）同意", "已采纳", "章贡区行政审批局）逾期未反馈", "2026-03-20"):
        assert words in kept["ground"]["text"]
    actions = [change["action"] for change in history(catalog, item["item_id"])]
    assert sorted(actions) == sorted(
        [
            "drafted",
            "consultation_opened",
            "answered",
            "answered",
            "consultation_closed",
            "published",
            "draft_published",
        ]
    )


def test_the_last_answer_ends_the_consultation_and_an_answer_is_given_once(catalog: Replica) -> None:
    draft = consulted_draft(catalog)
    assert refused(catalog, AnswerConsultation(draft_id=draft["draft_id"], answer="agree"), STRANGER)["code"] == (
        "not_asked"
    )
    objection = AnswerConsultation(draft_id=draft["draft_id"], answer="object")
    assert refused(catalog, objection, FINANCE)["code"] == "opinion_missing"
    says(catalog, draft, FINANCE, "agree")
    assert refused(catalog, objection, FINANCE)["code"] == "answered_already"
    says(catalog, draft, REFORM, "agree")
    assert says(catalog, draft, BUREAU, "agree")["stage"] == "consulted"
    assert catalog.rows("SELECT count(*) FROM job") == [(0,)]


def test_nothing_is_published_over_an_objection_until_it_has_been_consulted_on_anew(catalog: Replica) -> None:
    draft = consulted_draft(catalog)
    says(catalog, draft, REFORM, "agree")
    says(catalog, draft, FINANCE, "object", "财力不足")
    closed = says(catalog, draft, BUREAU, "agree")
    publish = PublishDraft(draft_id=draft["draft_id"], expected_version=closed["version"], reason="新政策")
    refusal = refused(catalog, publish)
    assert (refusal["code"], codes(refusal)) == ("consultation_opposes", ["party_objects"])
    assert "财力不足" in refusal["reasons"][0]["message"]
    edit = EditDraft(
        draft_id=draft["draft_id"],
        expected_version=closed["version"],
        content=ITEM.model_copy(update={"summary": "降低标准"}).model_dump(mode="json"),
        reason="按财政意见降低标准",
    )
    edited = done(catalog, edit)
    assert edited["stage"] == "draft"
    claimed = publish.model_copy(update={"expected_version": edited["version"], "ground": MINOR})
    assert codes(refused(catalog, claimed)) == ["party_objects"], "no ground outweighs an objection"
    again = done(
        catalog,
        OpenConsultation(draft_id=draft["draft_id"], expected_version=edited["version"], parties=PARTIES, until=UNTIL),
    )
    assert again["rounds"][1]["number"] == 2
    for actor in (REFORM, FINANCE, BUREAU):
        last = says(catalog, draft, actor, "agree")
    item = done(catalog, publish.model_copy(update={"expected_version": last["version"]}))
    assert (item["version"], item["content"]["summary"]) == (1, "降低标准")


def test_a_draft_is_published_without_consultation_on_a_cited_ground_only(catalog: Replica) -> None:
    draft = done(catalog, DraftPolicyItem(content=ITEM.model_dump(mode="json")))
    publish = PublishDraft(draft_id=draft["draft_id"], expected_version=1, reason="录入")
    assert refused(catalog, publish)["code"] == "consultation_missing"
    ground = DirectGround(kind="issued_document", text="章府发〔2025〕1号已印发")
    item = done(catalog, publish.model_copy(update={"ground": ground}))
    kept = catalog.asked(GetAuthoredItem(item_id=item["item_id"]), actor=OWNER)["ok"]
    assert (kept["ground"]["kind"], kept["ground"]["text"]) == ("issued_document", "章府发〔2025〕1号已印发")


def test_a_draft_of_a_next_version_begins_with_the_present_text_and_is_outdated_by_another_revision(
    catalog: Replica,
) -> None:
    item = done(catalog, PublishPolicyItem(content=ITEM))
    draft = done(catalog, DraftPolicyItem(item_id=item["item_id"]))
    assert (draft["content"]["code"], draft["base_version"]) == (ITEM.code, 1)
    done(catalog, PublishPolicyItem(content=ITEM.model_copy(update={"title": "另一次修订"})))
    publish = PublishDraft(draft_id=draft["draft_id"], expected_version=1, reason="修订", ground=MINOR)
    assert refused(catalog, publish)["code"] == "draft_outdated"
