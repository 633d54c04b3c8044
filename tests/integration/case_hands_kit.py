"""Whoever has a task in a case does it: one person of the right duty for each, and never the same for two that must differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from sample_town_kit import Town, officer
from whole_office_kit import Refusal

from chassis.time.clock import CHINA
from contracts.acceptance import AcceptCase
from contracts.case_figures import ListFigures, SetFigure
from contracts.case_instalments import DecideRecheck
from contracts.case_payees import NamedPayee
from contracts.inspections import ConfirmInspection, ListInspections
from contracts.joint_checks import AnswerJointCheck
from contracts.message import Actor
from contracts.naming_payees import NamePayees
from contracts.payee_holders import HolderKind
from contracts.review import ApproveCase, ConfirmMaterials, GetCase, RecordInspection, RejectCase
from contracts.rule import Decision

TASKS = """
SELECT tenant, id, kind, slot, department, department_id, duty, version FROM case_task
WHERE case_id = %s AND state = 'open' ORDER BY step, slot, id
"""
KINDS: Mapping[str, HolderKind] = {"employee": "person", "graduate": "person", "management_team": "person"}
"""Of receivers; all others are organisations here."""


class OpenTask(NamedTuple):
    tenant: str
    id: str
    kind: str
    slot: str
    department: str
    department_id: str | None
    duty: str | None
    version: int


@dataclass
class CaseInHand:
    """A case on its way. `figures` are what officers will set, `most_fen` the most that they may, `persons` how many share a part that
    goes to natural persons; `bars`: joint checks are answered with a bar; `fails`: the inspection does not pass. `refused_for` is what the last
    approval was refused for."""

    case_id: str
    tenant: str
    department: str
    figures: tuple[Decision, ...] = ()
    most_fen: int | None = None
    persons: int = 1
    bars: bool = False
    fails: bool = False
    refused_for: tuple[str, ...] = ()

    def was_refused(self, refusal: Refusal) -> None:
        self.refused_for = refusal.codes


class CaseHands:
    """Does what is asked for in cases, as long as somebody can."""

    def __init__(self, town: Town) -> None:
        self.town, self.review = town, town.offices.review
        self._hands: Mapping[str, Callable[[CaseInHand, dict[str, Any], OpenTask], None]] = {
            "acceptance": self._accept,
            "material_check": self._check_materials,
            "joint_check": self._answer,
            "site_inspection": self._inspect,
            "recheck": self._recheck,
            "approval": self._approve,
        }

    def case(self, hand: CaseInHand) -> dict[str, Any]:
        found: dict[str, Any] = self.review.calls(
            GetCase(case_id=hand.case_id), hand.tenant, officer(hand.tenant, hand.department, "first_review")
        )
        return found

    def carries(self, hand: CaseInHand) -> bool:
        """Every task that somebody can do now, one after the other; → whether there was one."""
        moved = False
        while self._does_one(hand):
            moved = True
        return moved

    def _does_one(self, hand: CaseInHand) -> bool:
        case = self.case(hand)
        if case["state"] not in ("received", "accepted") or hand.refused_for:
            return False
        if case["state"] == "accepted" and (self._sets_a_figure(hand, case) or self._names_receivers(hand, case)):
            return True
        for task in (OpenTask(*row) for row in self.review.rows(TASKS, hand.case_id)):
            if task.kind == "public_notice":
                continue
            self._hands[task.kind](hand, case, task)
            return True
        return False

    def rejects(self, hand: CaseInHand) -> None:
        """The only place where a case is refused: for what stood against its approval."""
        order = RejectCase(case_id=hand.case_id, expected_version=self.case(hand)["version"])
        self.review.calls(order, hand.tenant, officer(hand.tenant, hand.department, "leader"))

    # -- what stands beside the steps ---------------------------------------------------------------------

    def _sets_a_figure(self, hand: CaseInHand, case: dict[str, Any]) -> bool:
        """What is more than the document allows is refused, and the most that it does is set."""
        who = officer(hand.tenant, hand.department, "first_review")
        asked = self.review.calls(ListFigures(case_id=hand.case_id), hand.tenant, who)["asked"]
        open_names = {each["name"] for each in asked if each["value"] is None}
        decision = next((each for each in hand.figures if each.name in open_names), None)
        if decision is None:
            return False
        said = {"case_id": hand.case_id, "name": decision.name, "reason": "按评审意见核定"}
        try:
            self._sets(hand, said, case, decision.value, decision.unit)
        except Refusal as refused:
            if "超过上限" not in str(refused) or not hand.most_fen:
                raise
            self._sets(hand, said, case, str(hand.most_fen // 100), "元")
        return True

    def _sets(self, hand: CaseInHand, said: Mapping[str, Any], case: dict[str, Any], value: str, unit: str) -> None:
        order = SetFigure(**said, value=value, unit=unit, expected_version=case["version"])
        self.review.calls(order, hand.tenant, officer(hand.tenant, hand.department, "first_review"))

    def _names_receivers(self, hand: CaseInHand, case: dict[str, Any]) -> bool:
        """Whoever the plan pays besides the applicant; several persons share their part alike."""
        if "payee_not_named" not in {each["code"] for each in case["obstacles"]}:
            return False
        named: list[NamedPayee] = []
        for payee in case["payees"]:
            if payee["who"] == "applicant" or payee["holder_id"] is not None:
                continue
            kind = KINDS.get(payee["who"], "organisation")
            several = hand.persons if kind == "person" else 1
            for number in range(several):
                name = f"示例{payee['label']}{hand.case_id[-6:]}{'甲乙丙丁'[number]}"
                holder = self.town.receiver(name, kind, hand.tenant)
                share = payee["amount_fen"] // several if several > 1 else None
                named.append(NamedPayee(part=payee["part"], holder_id=holder, amount_fen=share))
        self.town.offices.settle()
        order = NamePayees(case_id=hand.case_id, payees=tuple(named), expected_version=self.case(hand)["version"])
        self.review.calls(order, hand.tenant, officer(hand.tenant, hand.department, "first_review"))
        self.town.offices.settle()
        return True

    # -- each kind of task --------------------------------------------------------------------------------

    def _accept(self, hand: CaseInHand, case: dict[str, Any], task: OpenTask) -> None:
        order = AcceptCase(case_id=hand.case_id, expected_version=case["version"])
        self.review.calls(order, task.tenant, self._doer(task, "first_review"))

    def _check_materials(self, hand: CaseInHand, case: dict[str, Any], task: OpenTask) -> None:
        found = [{"code": code, "means": "original_seen"} for code in case["unconfirmed_materials"]]
        order = ConfirmMaterials.model_validate(
            {"case_id": hand.case_id, "materials": found, "expected_version": case["version"]}
        )
        self.review.calls(order, task.tenant, self._doer(task, "first_review"))

    def _answer(self, hand: CaseInHand, _case: dict[str, Any], task: OpenTask) -> None:
        """Each department in its own name, of yesterday's data."""
        who = self._doer(task, "first_review")
        said: dict[str, Any] = {"answer": "clear", "remark": "经查询无异议"}
        if hand.bars:
            said = {
                "answer": "barred",
                "ground": "存在未缴清的税款",
                "condition": "上年度有欠税",
                "basis": "《税收征收管理法》",
            }
        as_of = self.review.clock.now().astimezone(CHINA).date() - timedelta(days=1)
        order = AnswerJointCheck(
            task_id=task.id, source=str(who.department), as_of=as_of, expected_version=task.version, **said
        )
        self.review.calls(order, task.tenant, who)
        self.town.offices.settle()

    def _inspect(self, hand: CaseInHand, case: dict[str, Any], task: OpenTask) -> None:
        """Two officers: one records, the other confirms."""
        first, second = self._doer(task, "first_review"), self._doer(task, "first_review", 2)
        order = RecordInspection(
            case_id=hand.case_id,
            passed=not hand.fails,
            findings="现场与申报不一致" if hand.fails else "现场与申报一致",
            place="厂区",
            inspected_at=self.review.clock.now(),
            with_officers=(second.id,),
            expected_version=case["version"],
        )
        recorded = self.review.calls(order, task.tenant, first)
        kept = self.review.calls(ListInspections(case_id=hand.case_id), task.tenant, first)["items"][0]
        confirmed = ConfirmInspection(
            case_id=hand.case_id,
            inspection_id=kept["inspection_id"],
            was_there=True,
            expected_version=recorded["version"],
        )
        self.review.calls(confirmed, task.tenant, second)

    def _recheck(self, hand: CaseInHand, case: dict[str, Any], task: OpenTask) -> None:
        order = DecideRecheck(case_id=hand.case_id, met=True, expected_version=case["version"])
        try:
            self.review.calls(order, task.tenant, self._doer(task, "first_review"))
        except Refusal as refused:
            hand.was_refused(refused)

    def _approve(self, hand: CaseInHand, case: dict[str, Any], task: OpenTask) -> None:
        """By whoever holds the duty and has taken no other step; what stands against it is kept."""
        words: dict[str, Any] = {"amount_fen": case["amount_fen"] or 0, "opinion": "同意"}
        if case["payees"] == []:
            words["certificate"] = f"示证〔{self.review.clock.now().year}〕1号"
        order = ApproveCase(case_id=hand.case_id, expected_version=case["version"], **words)
        try:
            self.review.calls(order, task.tenant, self._doer(task, "leader"))
        except Refusal as refused:
            hand.was_refused(refused)

    def _doer(self, task: OpenTask, duty: str, number: int = 1) -> Actor:
        name = self.town.names.get(task.department_id or "", task.department)
        return officer(task.tenant, name, task.duty or duty, number)
