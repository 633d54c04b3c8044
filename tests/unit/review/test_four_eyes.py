"""An officer who has recorded a fact decides no case that rests on it, neither way and by no list; anybody else may."""

from __future__ import annotations

import pytest

from chassis.testing.fakes import FakeUnit, received
from contracts.enterprises import FactRecorders
from contracts.message import Actor
from contracts.refusal import Refused
from contracts.review import ApproveCase, CaseApproved, CaseRejected, RejectCase
from services.review.cases import lists, use_cases
from services.review.cases.case import Case
from services.review.cases.store import Cases
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import (
    AMOUNT,
    DEPARTMENT,
    DUTIES,
    OFFICER,
    facts,
    line,
    nomination,
    opened,
    review_unit,
)

COLLEAGUE = Actor(id="officer-9", roles=frozenset({"department"}), department=DEPARTMENT, duties=DUTIES)
OWN = (
    FactRecorders(name="rd_expense", period="2025", persons=("exchange-clerk", OFFICER.id)),
    FactRecorders(name="above_scale", period="2025", persons=(COLLEAGUE.id,)),
)


def approves(case: Case, uow: FakeUnit, amount_fen: int = AMOUNT) -> None:
    order = ApproveCase(case_id=case.id, amount_fen=amount_fen, opinion="符合条件", expected_version=case.version)
    use_cases.approve_case(order, uow)


def rejects(case: Case, uow: FakeUnit) -> None:
    order = RejectCase(
        other_grounds=OWN_GROUNDS,
        case_id=case.id,
        reason="材料与事实不符，依据办法第三条",
        expected_version=case.version,
    )
    use_cases.reject_case(order, uow)


def test_whoever_recorded_a_fact_does_not_approve_on_it_and_reads_which_it_was() -> None:
    uow = review_unit()
    case = opened(uow, recorders=OWN[:1])
    with pytest.raises(Refused) as refused:
        approves(case, uow)
    (reason,) = refused.value.reasons
    assert (reason.code, uow.events) == ("fact_recorder_decides", [])
    assert reason.message.startswith("办件所依据的“研发投入”由您本人录入")
    assert "其他人员" in reason.message


def test_it_is_told_with_all_else_that_stands_against_approval() -> None:
    uow = review_unit()
    case = opened(uow, recorders=OWN[:1], known=facts(above_scale=False))
    with pytest.raises(Refused) as refused:
        approves(case, uow)
    assert {"not_eligible", "fact_recorder_decides"} <= {each.code for each in refused.value.reasons}


def test_nor_does_that_person_refuse_it() -> None:
    uow = review_unit()
    case = opened(uow, recorders=OWN[:1])
    with pytest.raises(Refused) as refused:
        rejects(case, uow)
    assert [each.code for each in refused.value.reasons] == ["fact_recorder_decides"]
    assert uow.of(Cases).get(case.id).state == "accepted"


def test_another_person_of_the_department_decides_either_way() -> None:
    for decide, event in ((approves, CaseApproved), (rejects, CaseRejected)):
        uow = review_unit(actor=COLLEAGUE)
        decide(opened(uow, recorders=OWN[:1]), uow)
        assert isinstance(uow.events[-1], event)


def test_what_was_recorded_by_two_is_decided_by_a_third() -> None:
    uow = review_unit(actor=COLLEAGUE)
    case = opened(uow, recorders=OWN)
    with pytest.raises(Refused):
        approves(case, uow)
    uow.actor = Actor(id="officer-3", roles=frozenset({"department"}), department=DEPARTMENT, duties=DUTIES)
    approves(case, uow)
    assert uow.of(Cases).get(case.id).state == "approved"


def test_a_list_approves_nothing_that_its_own_author_has_recorded_and_the_rest_at_once() -> None:
    uow = review_unit()
    theirs = line(enterprise_id="enterprise-2", uscc="91360702DEM0000221", recorders=OWN[1:])
    pushed = nomination(line(recorders=OWN[:1]), theirs)
    lists.decide_lists([received(pushed)], uow)
    states = {case.claim.enterprise_id: case for case in uow.of(Cases).rows.values()}
    held, approved = states["enterprise-1"], states["enterprise-2"]
    assert (held.state, approved.state) == ("accepted", "approved")
    assert [each.code for each in held.remarks] == ["fact_recorder_nominates"]
    assert "“研发投入”与名单由同一人录入" in held.remarks[0].message
    assert held.listed_by is None, "a person decides it now"


def test_a_line_that_its_author_has_recorded_is_granted_by_a_colleague_alone() -> None:
    uow = review_unit()
    lists.decide_lists([received(nomination(line(recorders=OWN[:1])))], uow)
    (case,) = uow.of(Cases).rows.values()
    with pytest.raises(Refused):
        approves(case, uow)
    uow.actor = COLLEAGUE
    approves(case, uow)
    assert uow.of(Cases).get(case.id).state == "approved"


def test_of_what_nobody_here_has_recorded_anybody_decides() -> None:
    uow = review_unit()
    approves(opened(uow, recorders=(FactRecorders(name="rd_expense", period="2025", persons=()),)), uow)
    assert isinstance(uow.events[-1], CaseApproved)
