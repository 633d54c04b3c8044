"""Drafts on a real database: kept field by field, filed away with the application, seen by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from front_office import (
    XINGGUO,
    FrontOffice,
    catalog_replica,
    enterprise_actor,
    intake_replica,
    officer_of,
    sample_content,
)
from test_intake_applications import form

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import STANDING, Job
from console.servers.provision import Dsns
from contracts.application_drafts import (
    DiscardApplicationDraft,
    GetApplicationDraft,
    ListApplicationDrafts,
    RenewApplicationDraft,
    SaidField,
    SaveApplicationDraft,
)
from contracts.calendars import NATION
from contracts.policies import DirectGround, RevisePolicyItem
from services.intake.drafts.draft import KEPT_FOR
from services.intake.drafts.use_cases import FORGET_DRAFTS, forget_drafts


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def frame(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Frame:
    return service_frame("intake", dsns=service_database("intake"), clock=clock)


@pytest.fixture
def office(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], frame: Frame, clock: FixedClock
) -> FrontOffice:
    catalog, intake = service_database("catalog"), service_database("intake")
    return FrontOffice(
        catalog_replica(service_frame("catalog", dsns=catalog, clock=clock), catalog), intake_replica(frame, intake)
    )


class Firm:
    """An enterprise that fills in the form of an item."""

    def __init__(self, office: FrontOffice, number: int = 17) -> None:
        self.office = office
        self.item, self.id = office.publishes(sample_content("SD-002")), office.registers(number)
        self.actor = enterprise_actor(self.id)
        office.deliver()

    def saves(self, *fields: SaidField, version: int = 1, **changes: Any) -> dict[str, Any]:
        said = SaveApplicationDraft(enterprise_id=self.id, item_id=self.item, item_version=version, fields=fields)
        return self.office.intake.ordered(said.model_copy(update=changes), actor=self.actor)

    def finds(self, **asking: Any) -> dict[str, Any] | None:
        asked = GetApplicationDraft(enterprise_id=self.id, item_id=self.item)
        found = self.office.intake.asked(asked, **{"actor": self.actor, **asking})["ok"]["draft"]
        return found if found is None else {each["name"]: each["values"] for each in found["fields"]}

    def sees_the_item_revised(self) -> None:
        revised = RevisePolicyItem(
            item_id=self.item,
            expected_version=1,
            reason="更正联系方式",
            content=sample_content("SD-002"),
            ground=DirectGround(kind="minor_change", text="只改文字，不改条件和标准"),
            guide_confirmed=True,
        )
        department = sample_content("SD-002").rules.plan.department
        assert "ok" in self.office.catalog.ordered(revised, actor=officer_of(department))
        self.office.deliver()


def say(name: str, *values: str, seen: int = 0) -> SaidField:
    return SaidField(name=name, values=values, seen=seen)


def refused(answer: dict[str, Any]) -> str:
    return answer["refused"]["code"]


def test_what_was_begun_is_found_again_field_by_field(office: FrontOffice) -> None:
    firm = Firm(office)
    assert firm.finds() is None
    firm.saves(say("answers.site_type:", "self_built"))
    firm.saves(say("replaces", "ZG-1"))
    assert firm.finds() == {"answers.site_type:": ["self_built"], "replaces": ["ZG-1"]}
    (listed,) = office.intake.asked(ListApplicationDrafts(enterprise_id=firm.id), actor=firm.actor)["ok"]["items"]
    assert (listed["item_id"], listed["fields"]) == (firm.item, [])


def test_two_tabs_that_begin_at_once_fill_in_one_draft(office: FrontOffice) -> None:
    firm = Firm(office)
    with ThreadPoolExecutor(8) as pool:
        saved = list(pool.map(lambda place: firm.saves(say(f"answers.f{place}", "1")), range(8)))
    assert len({each["ok"]["draft_id"] for each in saved}) == 1
    assert firm.finds() == {f"answers.f{place}": ["1"] for place in range(8)}


def test_who_has_not_seen_what_the_other_tab_saved_is_told(office: FrontOffice) -> None:
    firm = Firm(office)
    firm.saves(say("replaces", "ZG-1"))
    assert firm.saves(say("replaces", "ZG-2"))["ok"]["differing"] == ["replaces"]
    assert firm.finds() == {"replaces": ["ZG-1"]}


def test_filing_ends_the_draft(office: FrontOffice) -> None:
    firm = Firm(office)
    firm.saves(say("replaces", "ZG-1"))
    assert "ok" in office.intake.ordered(form(17, firm.item, firm.id, item_version=1), actor=firm.actor)
    assert firm.finds() is None


def test_what_is_refused_leaves_the_draft_as_it_was(office: FrontOffice) -> None:
    firm = Firm(office)
    firm.saves(say("replaces", "ZG-1"))
    assert "refused" in office.intake.ordered(form(17, firm.item, firm.id, claimed_fen=1), actor=firm.actor)
    assert firm.finds() == {"replaces": ["ZG-1"]}


def test_an_item_that_is_revised_meanwhile_is_filed_under_its_new_version_only(office: FrontOffice) -> None:
    firm = Firm(office)
    draft = firm.saves(say("replaces", "ZG-1"))["ok"]
    firm.sees_the_item_revised()
    assert firm.saves(say("commitments", "x"))["ok"]["newest_version"] == 2
    answer = office.intake.ordered(form(17, firm.item, firm.id, item_version=1), actor=firm.actor)
    assert [each["code"] for each in answer["refused"]["reasons"]] == ["item_revised"]
    renewed = office.intake.ordered(RenewApplicationDraft(draft_id=draft["draft_id"]), actor=firm.actor)["ok"]
    assert (renewed["item_version"], renewed["newest_version"]) == (2, 2)
    assert refused(firm.saves(say("replaces", "ZG-9", seen=1))) == "draft_of_other_version"
    assert firm.finds() == {"replaces": ["ZG-1"], "commitments": ["x"]}
    assert "ok" in office.intake.ordered(form(17, firm.item, firm.id, item_version=2), actor=firm.actor)


def test_a_form_of_a_version_that_is_not_there_yet_is_refused(office: FrontOffice) -> None:
    firm = Firm(office)
    assert refused(firm.saves(say("replaces", "ZG-1"), version=2)) == "draft_of_other_version"
    assert refused(firm.saves(say("replaces", "ZG-1"), item_id="none")) == "draft_item_unknown"
    assert firm.finds() is None


def test_another_enterprise_and_another_place_find_nothing(office: FrontOffice) -> None:
    firm = Firm(office)
    draft = firm.saves(say("replaces", "ZG-1"))["ok"]["draft_id"]
    stranger = enterprise_actor(office.registers(16))
    asked = GetApplicationDraft(enterprise_id=firm.id, item_id=firm.item)
    assert refused(office.intake.asked(asked, actor=stranger)) == "enterprise_not_yours"
    assert refused(firm.saves(say("replaces", "ZG-2"), enterprise_id="somebody")) == "enterprise_not_yours"
    for command in (RenewApplicationDraft(draft_id=draft), DiscardApplicationDraft(draft_id=draft)):
        assert refused(office.intake.ordered(command, actor=stranger)) == "draft_unknown"
        assert refused(office.intake.ordered(command, actor=firm.actor, tenant=XINGGUO)) == "draft_unknown"
    assert firm.finds() == {"replaces": ["ZG-1"]}


def test_a_draft_is_thrown_away_on_purpose(office: FrontOffice) -> None:
    firm = Firm(office)
    draft = firm.saves(say("replaces", "ZG-1"))["ok"]["draft_id"]
    discarded = office.intake.ordered(DiscardApplicationDraft(draft_id=draft), actor=firm.actor)["ok"]
    assert [each["name"] for each in discarded["fields"]] == ["replaces"]
    assert firm.finds() is None
    assert refused(office.intake.ordered(DiscardApplicationDraft(draft_id=draft), actor=firm.actor)) == "draft_unknown"


def test_what_nobody_has_touched_for_half_a_year_is_forgotten(
    office: FrontOffice, frame: Frame, clock: FixedClock
) -> None:
    firm = Firm(office)
    firm.saves(say("replaces", "ZG-1"))
    job = Job(NATION, FORGET_DRAFTS, STANDING, clock.now())

    def forget() -> None:
        forget_drafts([job], lambda tenants: frame.event_unit(tenants, action="test"))

    clock.advance(KEPT_FOR)
    forget()
    assert firm.finds() == {"replaces": ["ZG-1"]}
    clock.advance(timedelta(microseconds=1))
    forget()
    assert firm.finds() is None
