"""Whatever plans are drawn, whoever answers what in whatever order, whatever time passes: what must always hold, holds."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.testing.fakes import received
from chassis.time.jobs import Job
from contracts.enterprises import EnterpriseFactsChanged
from contracts.message import SYSTEM, Actor
from contracts.refusal import Refused
from contracts.reopening import ConfirmReopening, ProposeReopening, UndoDecision
from contracts.review import ApproveCase, CaseApproved, RejectCase
from rules.plan_run import SlotPlace, kept_apart, planned_steps
from services.review.cases import deadline, lists, opening, use_cases
from services.review.cases.answering import answer_of, place_to_answer, settle, with_items
from services.review.cases.answers import for_the_plan
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.cases.undo_window import RELEASE
from services.review.fact_changes.store import HeardFacts
from services.review.register.store import AwardRegister
from services.review.reopening.store import ReopeningProposals
from services.review.reopening.undoing import undo_decision
from services.review.reopening.use_cases import confirm_reopening, propose_reopening
from services.review.tasks.store import CaseTasks
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import (
    AMOUNT,
    DEPARTMENT,
    DUTIES,
    application,
    facts,
    item_rules,
    line,
    nomination,
    released,
    review_unit,
)
from tests.unit.rules.plan_writing import plans

PEOPLE = tuple(
    Actor(id=f"person-{n}", roles=frozenset({"department"}), department=DEPARTMENT, duties=DUTIES) for n in range(4)
)
FIRMS = ("91360702DEM000014H", "91360702DEM000022A")


class Engine(RuleBasedStateMachine):
    """Cases of one drawn plan in memory: filed, listed, answered, approved, refused, undone and reopened, while time passes."""

    @initialize(plan=plans, listed=st.booleans(), window=st.sampled_from([0, 30]))
    def publish(self, plan: Any, listed: bool, window: int) -> None:
        mode = "no_application" if listed else "instant"
        base = item_rules(mode=mode, limit=None if listed else 5)
        self.rules = base.model_copy(update={"plan": base.plan.model_copy(update={"steps": plan.steps})})
        self.listed = listed
        self.unit = review_unit(self.rules, undo_minutes=window)
        self.steps = planned_steps(self.rules.plan)

    # -- what may happen ----------------------------------------------------------------------------------

    @rule(firm=st.sampled_from(FIRMS), sound=st.sampled_from([True, True, True, False]))
    def somebody_files(self, firm: str, sound: bool) -> None:
        filed = application(uscc=firm, enterprise_id=firm[-6:], known=facts(above_scale=sound), at=self.unit.now)
        self.happens(lambda: opening.open_cases([received(filed)], self.unit))

    @precondition(lambda self: self.listed)
    @rule(firm=st.sampled_from(FIRMS), person=st.sampled_from(PEOPLE))
    def a_list_is_pushed(self, firm: str, person: Actor) -> None:
        pushed = nomination(line(uscc=firm, enterprise_id=firm[-6:]), at=self.unit.now)
        pushed = pushed.model_copy(update={"nominated_by": person.id})
        self.happens(lambda: lists.decide_lists([received(pushed)], self.unit))

    @rule(n=st.integers(0, 5), person=st.sampled_from(PEOPLE), verdict=st.sampled_from(["passed", "passed", "failed"]))
    def somebody_answers(self, n: int, person: Actor, verdict: Any) -> None:
        case = self.chosen(n)
        kinds = [task.kind for task in case.tasks if task.kind != "approval"] if case else []
        if case is None or not kinds:
            return

        def answers() -> None:
            self.unit.actor = person
            handled = with_items([self.unit.of(Cases).get(case.id)], self.unit)[0]
            place = place_to_answer(handled, kinds[0], self.unit)
            handled.case.answer(answer_of(handled, place, verdict, self.unit))
            settle([handled], self.unit)

        self.happens(answers)

    @rule(n=st.integers(0, 5), start=st.integers(0, 3))
    def the_plan_is_worked_off(self, n: int, start: int) -> None:
        """As good officers would: each answer by somebody who may, until nothing is left or nobody may."""
        case = self.chosen(n)
        for turn in range(8):
            case = self.unit.of(Cases).rows.get(case.id) if case else None
            if case is None or not case.is_open or not case.tasks:
                return
            person = PEOPLE[(start + turn) % len(PEOPLE)]
            if case.tasks[0].kind == "approval":
                order = ApproveCase(
                    case_id=case.id, amount_fen=case.amount_fen or AMOUNT, expected_version=case.version
                )
                self.happens(
                    lambda who=person, order=order: self.by(who, lambda: use_cases.approve_case(order, self.unit))
                )
            else:
                self.somebody_answers(self.place_of(case), person, "passed")

    @rule(n=st.integers(0, 5), person=st.sampled_from(PEOPLE), fen=st.sampled_from([AMOUNT, AMOUNT, 1]))
    def somebody_approves(self, n: int, person: Actor, fen: int) -> None:
        case = self.chosen(n)
        if case is not None:
            order = ApproveCase(case_id=case.id, amount_fen=fen, expected_version=case.version)
            self.happens(lambda: self.by(person, lambda: use_cases.approve_case(order, self.unit)))

    @rule(n=st.integers(0, 5), person=st.sampled_from(PEOPLE))
    def somebody_refuses(self, n: int, person: Actor) -> None:
        case = self.chosen(n)
        if case is not None:
            order = RejectCase(
                other_grounds=OWN_GROUNDS, case_id=case.id, reason="不符合申报条件", expected_version=case.version
            )
            self.happens(lambda: self.by(person, lambda: use_cases.reject_case(order, self.unit)))

    @rule(n=st.integers(0, 5))
    def somebody_undoes(self, n: int) -> None:
        case = self.one_of(n, lambda case: case.is_held)
        if case is not None and case.decision is not None:
            who = next(each for each in PEOPLE if each.id == case.decision.by)
            order = UndoDecision(case_id=case.id, reason="点错了", expected_version=case.version)
            self.happens(lambda: self.by(who, lambda: undo_decision(order, self.unit)))

    @rule(n=st.integers(0, 5), start=st.integers(0, 3))
    def two_look_again(self, n: int, start: int) -> None:
        case = self.one_of(n, lambda case: case.state in ("approved", "rejected") and not case.is_held)
        if case is not None:
            first, second = PEOPLE[start], PEOPLE[(start + 1) % 4]
            order = ProposeReopening(case_id=case.id, reason="审计发现有误", expected_version=case.version)

            def reopen() -> None:
                self.unit.actor = first
                proposed = propose_reopening(order, self.unit)
                self.unit.actor = second
                said = {"reopening_id": proposed.reopening_id, "expected_version": proposed.version}
                confirm_reopening(ConfirmReopening(**said), self.unit)

            self.happens(reopen)

    @rule(n=st.integers(0, 5), value=st.sampled_from(["200", "300"]))
    def a_fact_is_heard(self, n: int, value: str) -> None:
        """Of a case whose decision can still be undone."""
        case = self.one_of(n, lambda case: case.is_held)
        if case is not None:
            (fact,) = facts(rd=value, above_scale=None)
            newer = fact.model_copy(update={"as_of": self.unit.now.date()})
            said = EnterpriseFactsChanged(enterprise_id=case.claim.enterprise_id, facts=(newer,))
            self.unit.of(HeardFacts).said.setdefault(case.id, []).append(said)

    @rule(hours=st.sampled_from([0.4, 1, 9, 30, 200]))
    def time_passes(self, hours: float) -> None:
        self.unit.now += timedelta(hours=hours)
        for (tenant, kind, subject), at in sorted(self.unit.jobs.items()):
            if kind == deadline.REVIEW_ALARM and at <= self.unit.now:
                job = Job(tenant, kind, subject, at)
                self.happens(lambda due=job: deadline.raise_alarms([due], self.unit))
            if kind == RELEASE and at <= self.unit.now:
                case = self.unit.of(Cases).rows[subject]
                self.happens(lambda due=case: released(self.unit, due))

    # -- what always holds --------------------------------------------------------------------------------

    @invariant()
    def no_approval_without_every_step_of_the_pinned_plan(self) -> None:
        for case in self.cases():
            if case.state == "approved":
                latest = {answer.place: answer.verdict for answer in case.answers}
                for number, step in enumerate(self.rules.plan.steps, 1):
                    asked = getattr(step, "departments", None) or getattr(step, "duties", None) or ("",)
                    agreed = [slot for slot in asked if latest.get(SlotPlace(number, slot)) == "passed"]
                    quorum = getattr(step, "passes_when", "all")
                    needed = {"all": len(asked), "any": 1}.get(quorum, quorum)
                    assert len(agreed) >= needed, (number, step.kind, agreed)

    @invariant()
    def nobody_decides_twice_where_they_must_differ(self) -> None:
        for case in self.cases():
            # Who takes a decision back has given none: only what stands was decided by somebody.
            standing = {(answer.step, answer.slot): answer for answer in for_the_plan(case.answers)}
            given = [each for each in standing.values() if each.by != SYSTEM.id and each.verdict != "withdrawn"]
            for answer in given:
                place = next(each.place for each in case.answers if each.place == (answer.step, answer.slot))
                others = [each for each in given if (each.step, each.slot) != (answer.step, answer.slot)]
                if case.state == "approved":
                    assert not kept_apart(self.steps, others, place, answer.by), answer

    @invariant()
    def nobody_hears_of_a_decision_that_can_be_undone(self) -> None:
        said = (
            Counter(each.case_id for each in self.unit.events if isinstance(each, CaseApproved)) if self.cases() else {}
        )
        for case in self.cases():
            if case.is_held and case.state == "approved":
                assert not any(
                    each.case_id == case.id and each.revision == case.revision
                    for each in self.unit.events
                    if isinstance(each, CaseApproved)
                )
            elif case.state == "approved":
                assert said[case.id]

    @invariant()
    def nobody_is_granted_an_item_twice_for_a_period(self) -> None:
        granted = Counter(case.claim.uscc for case in self.cases() if case.state == "approved")
        assert all(times == 1 for times in granted.values()), granted

    @invariant()
    def the_register_is_the_sum_of_the_approvals_that_are_said_or_held(self) -> None:
        """Of a case that is open again, or was refused since, what was said of it last stays: it may have been paid."""
        if not hasattr(self, "unit"):
            return
        said = {event.case_id: event.amount_fen for event in self.unit.events if isinstance(event, CaseApproved)}
        held = {case.id: case.amount_fen for case in self.cases() if case.is_held and case.state == "approved"}
        register: Any = self.unit.of(AwardRegister)
        assert {each.case_id: each.fen for each in register.granted} == said | held
        assert set(register.places.values()) == {*said, *held}

    @invariant()
    def every_open_case_waits_for_somebody_with_a_clock_and_nothing_over_waits(self) -> None:
        for case in self.cases():
            rows = [row for row in self.unit.of(CaseTasks).rows.values() if row.case_id == case.id]
            open_rows = {row.id for row in rows if row.state == "open"}
            assert open_rows == {task.id for task in case.tasks}
            if not case.is_open:
                assert not case.tasks
            elif self.rules.plan.steps and not self.listed:
                assert case.tasks, "nobody has to answer"
                assert case.due_at is not None or case.pauses

    # -- hands ----------------------------------------------------------------------------------------------

    def cases(self) -> list[Case]:
        return list(self.unit.of(Cases).rows.values()) if hasattr(self, "unit") else []

    def chosen(self, n: int) -> Case | None:
        open_cases = sorted((case for case in self.cases() if case.is_open), key=lambda case: case.claim.receipt)
        return open_cases[n % len(open_cases)] if open_cases else None

    def place_of(self, case: Case) -> int:
        """By which number `chosen` finds it."""
        open_cases = sorted((each for each in self.cases() if each.is_open), key=lambda each: each.claim.receipt)
        return open_cases.index(case)

    def one_of(self, n: int, which: Callable[[Case], bool]) -> Case | None:
        found = sorted(filter(which, self.cases()), key=lambda case: case.claim.receipt)
        return found[n % len(found)] if found else None

    def by(self, person: Actor, does: Callable[[], object]) -> None:
        self.unit.actor = person
        does()

    def happens(self, does: Callable[[], object]) -> None:
        """A refusal changes nothing: the database would roll back."""
        kept = {store: copy.deepcopy(vars(held)["rows"]) for store, held in self._stores().items()}
        versions = {store: dict(held.versions) for store, held in self._stores().items()}
        register: Any = self.unit.of(AwardRegister)
        places, granted, aside = dict(register.places), list(register.granted), dict(register.aside)
        jobs, recorded, alarms = dict(self.unit.jobs), list(self.unit.recorded), set(self.unit.alarms)
        try:
            does()
        except Refused:
            for store, held in self._stores().items():
                held.rows, held.versions = kept[store], versions[store]
            register.places, register.granted, register.aside = places, granted, aside
            self.unit.jobs, self.unit.recorded, self.unit.alarms = jobs, recorded, alarms

    def _stores(self) -> dict[type, Any]:
        return {store: self.unit.of(store) for store in (Cases, CaseTasks, ReopeningProposals)}


TestTheEngineHolds = Engine.TestCase
TestTheEngineHolds.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
