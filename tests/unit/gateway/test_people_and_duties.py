"""People, the duties they hold and who stands in for them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo.people import made_up_resident_id
from contracts.departments import DepartmentChange, ToDepartment, ToDuty, ToSource
from contracts.duties import BRANCH_OF, DECIDING, DUTY_KINDS, DUTY_NAMES, PAYING, ROLE_OF, branch_of
from contracts.people import EVERYTHING, DutyAssigned, DutyEnded
from gateway.identity.departments.domain import (
    Department,
    DepartmentClosed,
    MappedTerm,
    MeaningDoesNotFit,
    NameNotLater,
    name_on,
    plan_term_id,
)
from gateway.identity.people.domain import (
    AgentNeedsAnEnd,
    AlreadyIdentified,
    Appointment,
    DutiesMustDiffer,
    Mandate,
    MayOnlyEndSooner,
    NotIdentified,
    PeriodEmpty,
    Person,
    ResidentIdWrong,
    StandInForOneself,
    StandInOfStandIn,
    StandInTooLong,
    holds_on,
    may_hold,
    meet,
)
from gateway.identity.people.use_cases import checked_resident_id

MONDAY = date(2026, 11, 30)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
ENDS = st.none() | DAYS


def appointment(**said: object) -> Appointment:
    fields = {
        "id": "appointment-1",
        "tenant": "xingguo",
        "person_id": "person-1",
        "department_id": "department-1",
        "duty_id": "first_review",
        "kind": "first_review",
        "since": MONDAY,
        "until": MONDAY + timedelta(days=30),
    }
    return Appointment(**(fields | said))  # type: ignore[arg-type]


# -- the closed list of duties ----------------------------------------------------------------------------------


def test_every_duty_has_a_name_and_an_audience() -> None:
    assert set(DUTY_NAMES) == set(ROLE_OF) == set(DUTY_KINDS)
    assert not DECIDING & PAYING


def test_the_three_administrators_stand_on_three_sides_and_everybody_else_on_the_fourth() -> None:
    assert {branch_of(kind) for kind in BRANCH_OF} == {"system", "security", "audit"}
    assert {branch_of(kind) for kind in set(DUTY_KINDS) - set(BRANCH_OF)} == {"business"}


@given(kind=st.sampled_from(DUTY_KINDS), other=st.sampled_from(DUTY_KINDS))
def test_nobody_holds_duties_on_two_sides(kind: str, other: str) -> None:
    branches = frozenset({branch_of(other)})  # type: ignore[arg-type]
    if branch_of(kind) == branch_of(other):  # type: ignore[arg-type]
        may_hold(kind, "岗位", identified=True, branches=branches)  # type: ignore[arg-type]
    else:
        with pytest.raises(DutiesMustDiffer):
            may_hold(kind, "岗位", identified=True, branches=branches)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", DUTY_KINDS)
def test_who_decides_or_pays_is_known_by_the_resident_id(kind: str) -> None:
    may_hold(kind, "岗位", identified=True, branches=frozenset())  # type: ignore[arg-type]
    if kind in DECIDING | PAYING:
        with pytest.raises(NotIdentified):
            may_hold(kind, "岗位", identified=False, branches=frozenset())  # type: ignore[arg-type]
    else:
        may_hold(kind, "岗位", identified=False, branches=frozenset())  # type: ignore[arg-type]


# -- periods -----------------------------------------------------------------------------------------------------


@given(since=DAYS, until=ENDS, first=DAYS, last=ENDS)
def test_two_periods_meet_when_a_day_lies_in_both(
    since: date, until: date | None, first: date, last: date | None
) -> None:
    held = appointment(since=since, until=until)
    candidates = [since, first, *filter(None, (until, last))]
    common = any(holds_on(since, until, day) and holds_on(first, last, day) for day in candidates)
    whole = (until is None or since <= until) and (last is None or first <= last)
    if whole:
        assert meet(held, first, last) == common


def test_the_first_and_the_last_day_are_held() -> None:
    assert holds_on(MONDAY, MONDAY, MONDAY)
    assert not holds_on(MONDAY, MONDAY, MONDAY + timedelta(days=1))
    assert not holds_on(MONDAY, None, MONDAY - timedelta(days=1))
    assert holds_on(MONDAY, None, MONDAY + timedelta(days=4000))


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(PeriodEmpty):
        appointment(until=MONDAY - timedelta(days=1)).begin("某人")
    appointment(until=MONDAY).begin("某人")


def test_what_is_held_ends_sooner_and_never_later() -> None:
    held = appointment()
    held.end(MONDAY, "调离岗位")
    assert held.until == MONDAY
    assert isinstance(held.pending[-1].event, DutyEnded)
    with pytest.raises(MayOnlyEndSooner):
        held.end(MONDAY + timedelta(days=1), "又延长")
    held.end(MONDAY, "再说一次")


# -- standing in -------------------------------------------------------------------------------------------------


def test_who_stands_in_holds_the_same_duty_for_a_time() -> None:
    stand_in = appointment().stand_in("appointment-2", "person-2", MONDAY, MONDAY + timedelta(days=30))
    stand_in.begin("代办人")
    said = stand_in.pending[-1].event
    assert isinstance(said, DutyAssigned)
    assert (said.person_id, said.kind, said.stands_in_for) == ("person-2", "first_review", "appointment-1")


def test_nobody_stands_in_for_oneself() -> None:
    with pytest.raises(StandInForOneself):
        appointment().stand_in("appointment-2", "person-1", MONDAY, MONDAY)


def test_who_stands_in_does_not_pass_it_on() -> None:
    with pytest.raises(StandInOfStandIn):
        appointment(stands_in_for="appointment-0").stand_in("appointment-2", "person-2", MONDAY, MONDAY)


@pytest.mark.parametrize(("before", "after"), [(1, 0), (0, 1)])
def test_who_stands_in_does_so_within_the_days_of_the_duty(before: int, after: int) -> None:
    since, until = MONDAY - timedelta(days=before), MONDAY + timedelta(days=30 + after)
    with pytest.raises(StandInTooLong):
        appointment().stand_in("appointment-2", "person-2", since, until)


def test_a_duty_without_an_end_may_be_stood_in_for_at_any_time() -> None:
    later = MONDAY + timedelta(days=900)
    assert appointment(until=None).stand_in("appointment-2", "person-2", MONDAY, later).until == later


# -- persons and mandates ----------------------------------------------------------------------------------------


def test_a_person_is_identified_once() -> None:
    person = Person(id="person-1", tenant="platform", name="某人")
    person.identify("digest", "sealed")
    with pytest.raises(AlreadyIdentified):
        person.identify("another", "sealed")


@given(st.text(min_size=1, max_size=20))
def test_a_made_up_resident_id_passes_its_check(seed: str) -> None:
    resident_id = made_up_resident_id(seed)
    assert checked_resident_id(resident_id) == resident_id
    wide = "".join(chr(ord(each) + 0xFEE0) for each in resident_id)
    assert checked_resident_id(f"{wide[:6]}　{wide[6:]}") == resident_id
    with pytest.raises(ResidentIdWrong):
        checked_resident_id(resident_id[:16] + chr(ord(resident_id[16]) + 0x630) + resident_id[17:])


@given(st.text(min_size=1, max_size=20), st.integers(0, 17), st.integers(1, 10))
def test_a_resident_id_with_one_wrong_digit_is_refused(seed: str, place: int, by: int) -> None:
    right = made_up_resident_id(seed)
    digit = "0123456789X"[("0123456789X".index(right[place]) + by) % 11]
    with pytest.raises(ResidentIdWrong):
        checked_resident_id(right[:place] + digit + right[place + 1 :])


@pytest.mark.parametrize(
    "text", ["３６０７３２１９９００１０１００１Ｘ", "36073219900101001", "abc", "36073219901301001X"]
)
def test_what_is_no_resident_id_is_refused(text: str) -> None:
    with pytest.raises(ResidentIdWrong):
        checked_resident_id(text)


def mandate(**said: object) -> Mandate:
    fields = {
        "id": "mandate-1",
        "tenant": "xingguo",
        "person_id": "person-1",
        "enterprise_id": "enterprise-1",
        "enterprise_name": "兴国示例有限公司",
        "kind": "agent",
        "scope": frozenset({"view"}),
        "since": MONDAY,
        "until": MONDAY,
    }
    return Mandate(**(fields | said))  # type: ignore[arg-type]


def test_an_agent_has_a_scope_and_an_end() -> None:
    agent = mandate()
    agent.begin("经办人")
    assert agent.scope == {"view"}
    with pytest.raises(AgentNeedsAnEnd):
        mandate(until=None).begin("经办人")


def test_a_legal_representative_may_do_everything_until_somebody_else_is() -> None:
    representative = mandate(kind="legal_representative", until=None)
    representative.begin("法定代表人")
    assert representative.scope == EVERYTHING


# -- departments and what plans' words mean ------------------------------------------------------------------------


def department() -> Department:
    return Department.register("department-1", "xingguo", DepartmentChange(name="县工信局"), MONDAY)


def test_a_department_keeps_its_id_and_its_names_keep_their_days() -> None:
    held = department()
    held.change(DepartmentChange(name="县工业和信息化局"), MONDAY + timedelta(days=10))
    assert (held.id, held.name) == ("department-1", "县工业和信息化局")
    assert name_on(held.names, MONDAY + timedelta(days=9)) == "县工信局"
    assert name_on(held.names, MONDAY + timedelta(days=10)) == "县工业和信息化局"
    assert name_on(held.names, MONDAY - timedelta(days=900)) == "县工信局"


@pytest.mark.parametrize("days", [0, -1])
def test_a_name_begins_after_the_one_before_it(days: int) -> None:
    with pytest.raises(NameNotLater):
        department().change(DepartmentChange(name="别名"), MONDAY + timedelta(days=days))


def test_the_same_name_may_be_said_again() -> None:
    held = department()
    held.change(DepartmentChange(name="县工信局", telephone="0797-1234567"), MONDAY)
    assert (len(held.names), held.telephone) == (1, "0797-1234567")


def test_a_department_that_is_closed_changes_no_more() -> None:
    held = department()
    held.close(MONDAY)
    with pytest.raises(DepartmentClosed):
        held.change(DepartmentChange(name="别名"), MONDAY + timedelta(days=1))
    with pytest.raises(DepartmentClosed):
        held.close(MONDAY)


MEANINGS = {
    "duty": ToDuty(kind="leader"),
    "department": ToDepartment(department_id="department-1"),
    "source": ToSource(source="统计库"),
}


@pytest.mark.parametrize("use", ["approver", "check", "department"])
@pytest.mark.parametrize("to", MEANINGS)
def test_a_meaning_fits_the_use_of_the_words(use: str, to: str) -> None:
    fits = {"approver": {"duty"}, "check": {"duty", "department", "source"}, "department": {"department"}}[use]
    term = MappedTerm(id=plan_term_id(use, "政策主管部门审批岗"), tenant="xingguo", use=use, term="政策主管部门审批岗")  # type: ignore[arg-type]
    if to in fits:
        term.map(MEANINGS[to])
        assert term.meaning == MEANINGS[to]
    else:
        with pytest.raises(MeaningDoesNotFit):
            term.map(MEANINGS[to])


def test_the_same_words_in_another_use_are_another_term() -> None:
    assert plan_term_id("approver", "统计局") != plan_term_id("check", "统计局")
