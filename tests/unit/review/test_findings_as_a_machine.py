"""Whoever does what with a finding in whatever order, whatever time passes: no record without a hearing, nobody decides twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.acceptance import WithdrawClaim
from contracts.integrity import AskForRepair, DecideRecordRequest, ObjectToRecord
from contracts.integrity_events import DishonestyRecorded, FindingDecided, FindingNotified
from contracts.integrity_grounds import GRAVITIES, GROUND_CODES, TERMS
from contracts.message import Actor
from contracts.refusal import Refused
from contracts.review import RejectCase
from services.review.acceptance.withdrawal import withdraw_claim
from services.review.cases.use_cases import reject_case
from services.review.integrity import enterprise, use_cases
from services.review.integrity.finding import MOVES, OPEN, IntegrityFinding
from services.review.integrity.store import IntegrityFindings
from services.review.integrity.terms import months_after
from tests.unit.review.acceptance_kit import FIRM
from tests.unit.review.integrity_kit import Held
from tests.unit.review.review_kit import DEPARTMENT, DUTIES

PEOPLE = tuple(
    Actor(id=f"person-{n}", roles=frozenset({"department"}), department=DEPARTMENT, duties=DUTIES) for n in range(4)
)
people = st.sampled_from(PEOPLE)
numbers = st.integers(0, 3)


class Integrity(RuleBasedStateMachine):
    """Findings about one claim in memory: opened, told, heard, decided, repaired, disputed, while its case goes its way."""

    @initialize()
    def a_firm_has_filed(self) -> None:
        self.held = Held()
        self.states: dict[str, str] = {}

    @property
    def findings(self) -> dict[str, IntegrityFinding]:
        found: dict[str, IntegrityFinding] = self.held.unit.of(IntegrityFindings).rows
        return found

    # -- what may happen ----------------------------------------------------------------------------------

    @rule(person=people, ground=st.sampled_from(GROUND_CODES[:3]))
    def somebody_opens(self, person: Actor, ground: Any) -> None:
        self.happens(lambda: self.held.opens(by=person, ground=ground))

    @rule(n=numbers, person=people)
    def somebody_tells(self, n: int, person: Actor) -> None:
        self.with_finding(n, lambda: self.held.tells(by=person))

    @rule(n=numbers, waived=st.booleans())
    def the_firm_is_heard(self, n: int, waived: bool) -> None:
        self.with_finding(n, lambda: self.held.is_heard(waived=waived))

    @rule(
        n=numbers,
        person=people,
        established=st.booleans(),
        gravity=st.sampled_from(GRAVITIES),
        months=st.integers(1, 36),
    )
    def somebody_decides(self, n: int, person: Actor, established: bool, gravity: Any, months: int) -> None:
        words: dict[str, Any] = {"gravity": gravity, "months": months, "established": established}
        self.with_finding(n, lambda: self.held.is_decided(by=person, ground=self.held.finding.ground, **words))

    @rule(n=numbers, repair=st.booleans())
    def the_firm_asks(self, n: int, repair: bool) -> None:
        self.held.unit.actor = FIRM
        order: Any = AskForRepair if repair else ObjectToRecord
        does: Any = enterprise.ask_for_repair if repair else enterprise.object_to_record
        self.with_finding(
            n, lambda: does(order(finding_id=self.held.finding_id, text="已经纠正失信行为"), self.held.unit), actor=FIRM
        )

    @rule(n=numbers, person=people, granted=st.booleans())
    def somebody_answers(self, n: int, person: Actor, granted: bool) -> None:
        def answers() -> None:
            asked = [each for each in self.held.finding.requests if each.state == "open"]
            for request in asked[:1]:
                said = {"request_id": request.request_id, "granted": granted, "reason": "经核查属实"}
                version = self.held.finding.version
                order = DecideRecordRequest(finding_id=self.held.finding_id, **said, expected_version=version)
                use_cases.decide_request(order, self.held.unit)

        self.with_finding(n, answers, actor=person)

    @rule(withdrawn=st.booleans())
    def the_case_ends(self, withdrawn: bool) -> None:
        case, unit = self.held.case, self.held.unit
        if withdrawn:
            unit.actor = FIRM
            order = WithdrawClaim(application_id=case.claim.application_id, reason="不再申请")
            self.happens(lambda: withdraw_claim(order, unit))
        else:
            unit.actor = PEOPLE[0]
            refusal = RejectCase(case_id=case.id, reason="不符合条件", expected_version=case.version)
            self.happens(lambda: reject_case(refusal, unit))

    @rule(days=st.sampled_from([1, 4, 9, 100]))
    def time_passes(self, days: int) -> None:
        self.held.unit.now += timedelta(days=days)
        self.held.timers_run()

    # -- what must always hold ------------------------------------------------------------------------------

    @invariant()
    def nobody_is_recorded_unheard(self) -> None:
        for each in self.findings.values():
            if each.decision is not None:
                assert each.notice is not None, "decided about somebody who was never told"
                over = each.notice.due_at is not None and each.notice.due_at <= each.decision.decided_at
                assert each.defence is not None or over, "decided before the time to be heard was over"

    @invariant()
    def nobody_decides_on_the_own_word(self) -> None:
        for each in self.findings.values():
            if each.decision is not None:
                assert each.decision.decided_by not in each.handled_by
                answered = {one.decided_by for one in each.requests if one.decided_by is not None}
                assert each.decision.decided_by not in answered

    @invariant()
    def every_record_stands_within_its_term(self) -> None:
        for each in self.findings.values():
            record = each.record_made
            assert (record is not None) == (each.state == "established")
            if record is not None and each.decision is not None and each.decision.gravity is not None:
                term = TERMS[each.decision.gravity]
                assert record.until_day <= months_after(record.from_day, term.most)
                if record.state == "repaired" and record.ended_on is not None:
                    assert record.ended_on >= record.repairable_from

    @invariant()
    def states_move_along_their_edges_whatever_becomes_of_the_case(self) -> None:
        for id, each in self.findings.items():
            before = self.states.get(id)
            assert before == each.state or (before, each.state) in MOVES
            self.states[id] = each.state

    @invariant()
    def no_ground_is_held_against_the_claim_twice_at_once(self) -> None:
        standing = [each.ground for each in self.findings.values() if each.state in OPEN]
        assert len(standing) == len(set(standing))

    @invariant()
    def what_is_said_is_what_there_is(self) -> None:
        said = [type(each) for each in self.held.unit.events]
        states = [each.state for each in self.findings.values()]
        assert said.count(FindingNotified) == sum(state != "opened" for state in states)
        assert said.count(FindingDecided) == sum(state.endswith("established") for state in states)
        assert said.count(DishonestyRecorded) == states.count("established")

    # -- how ----------------------------------------------------------------------------------------------

    def with_finding(self, n: int, does: Callable[[], object], actor: Actor | None = None) -> None:
        known = sorted(self.findings)
        if not known:
            return
        self.held.finding_id = known[n % len(known)]
        if actor is not None:
            self.held.unit.actor = actor
        self.happens(does)

    def happens(self, does: Callable[[], object]) -> None:
        with suppress(Refused):
            does()


TestFindingsAsAMachine = Integrity.TestCase
TestFindingsAsAMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
