"""Findings about claims in memory: who opens, tells, is heard, decides; and their stores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chassis.testing.fakes import NOON, FakeUnit, MemoryStore
from chassis.time.jobs import Job
from contracts.integrity import (
    DecideFinding,
    FindingView,
    GiveDefence,
    NotifyFinding,
    OpenFinding,
)
from contracts.message import Actor
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.integrity import enterprise, looking, use_cases
from services.review.integrity.finding import OPEN, IntegrityFinding
from services.review.integrity.recovery import RecoveryProposal, recoverable
from services.review.integrity.refusals import (
    FindingNotFound,
    FindingOpenAlready,
    RecoveryAskedAlready,
    RecoveryNotFound,
)
from services.review.integrity.store import IntegrityFindings, RecoveryProposals
from tests.unit.review.acceptance_kit import FIRM
from tests.unit.review.review_kit import LEADER, OFFICER, SECOND, item_rules, opened, review_unit

ABOUT = ({"kind": "material", "code": "invoices", "label": "设备发票"},)


class MemoryIntegrity(MemoryStore[IntegrityFinding]):
    missing = FindingNotFound

    def save(self, aggregate: IntegrityFinding) -> None:
        others = [each for each in self.rows.values() if each.id != aggregate.id and _stands(each)]
        same = [each for each in others if (each.case_id, each.ground) == (aggregate.case_id, aggregate.ground)]
        if same and _stands(aggregate):
            raise FindingOpenAlready()
        super().save(aggregate)

    def seen(self, finding_id: str) -> IntegrityFinding:
        return self.get(finding_id)

    def standing(self, case_id: str, ground: str) -> IntegrityFinding | None:
        found = [each for each in self.rows.values() if (each.case_id, each.ground) == (case_id, ground)]
        return next((each for each in found if each.state in OPEN), None)


class MemoryRecoveries(MemoryStore[RecoveryProposal]):
    missing = RecoveryNotFound

    def save(self, aggregate: RecoveryProposal) -> None:
        waiting = [
            each for each in self.rows.values() if each.case_id == aggregate.case_id and each.state == "proposed"
        ]
        if aggregate.version == 0 and waiting:
            raise RecoveryAskedAlready()
        super().save(aggregate)

    def seen(self, recovery_id: str) -> RecoveryProposal:
        return self.get(recovery_id)

    def of_finding(self, finding_id: str) -> list[RecoveryProposal]:
        return [each for each in self.rows.values() if each.finding_id == finding_id]

    def recoverable(self, finding: IntegrityFinding) -> int:
        assert self.unit is not None, "a store of a unit of work"
        if finding.state != "established":
            return 0
        return recoverable(self.unit.of(Cases).rows[finding.case_id])


def _stands(finding: IntegrityFinding) -> bool:
    record = finding.record_made
    return finding.state != "not_established" and (record is None or record.state != "corrected")


def integrity_unit(actor: Actor = OFFICER, now: datetime = NOON, **words: Any) -> FakeUnit:
    """Review's unit of work with the stores of findings."""
    unit = review_unit(words.pop("rules", None) or item_rules(), actor=actor, now=now, **words)
    stores = unit._stores | {IntegrityFindings: MemoryIntegrity(), RecoveryProposals: MemoryRecoveries()}
    return FakeUnit("zhanggong", stores=stores, now=now, actor=actor, registry=unit.registry)


class Held:
    """A case with a finding about it, and what everybody does with it."""

    def __init__(self, unit: FakeUnit | None = None) -> None:
        self.unit = unit or integrity_unit()
        self.case: Case = opened(self.unit)
        self.finding_id = ""

    @property
    def finding(self) -> IntegrityFinding:
        found: IntegrityFinding = self.unit.of(IntegrityFindings).rows[self.finding_id]
        return found

    def opens(self, by: Actor = OFFICER, **words: Any) -> FindingView:
        self.unit.actor = by
        said = {"case_id": self.case.id, "ground": "false_materials", "about": ABOUT, "facts_zh": "发票系伪造"}
        view = use_cases.open_by_person(OpenFinding(**said | words), self.unit)
        self.finding_id = view.finding_id
        return view

    def tells(self, by: Actor = OFFICER, days: int = 5) -> FindingView:
        self.unit.actor = by
        said = {
            "basis_zh": "《财政违法行为处罚处分条例》第十四条",
            "intended_zh": "列入失信记录并追回资金",
            "days": days,
        }
        order = NotifyFinding(finding_id=self.finding_id, **said, expected_version=self.finding.version)
        return use_cases.notify_enterprise(order, self.unit)

    def is_heard(
        self, text: str = "发票是真的，附开票方证明", *, waived: bool = False, by: Actor = FIRM
    ) -> FindingView:
        self.unit.actor = by
        order = GiveDefence(finding_id=self.finding_id, text="" if waived else text, waived=waived)
        return enterprise.give_defence(order, self.unit)

    def is_decided(self, by: Actor = LEADER, **words: Any) -> FindingView:
        self.unit.actor = by
        return use_cases.decide_finding(self.decision(**words), self.unit)

    def decision(self, **words: Any) -> DecideFinding:
        said = {
            "finding_id": self.finding_id,
            "established": True,
            "ground": "false_materials",
            "gravity": "general",
            "months": 6,
            "number": "章科信决〔2026〕1号",
            "reasons_zh": "开票方否认开具",
            "expected_version": self.finding.version,
        }
        return DecideFinding(**said | words)

    def timers_run(self) -> None:
        """Whatever is due by now is looked at."""
        due = [key for key, at in self.unit.jobs.items() if key[1] == looking.LOOK and at <= self.unit.now]
        jobs = [Job(tenant, kind, subject, self.unit.jobs[tenant, kind, subject], 0) for tenant, kind, subject in due]
        looking.look_at_findings(jobs, self.unit)


def established(**words: Any) -> Held:
    """A finding that has been told, waived and decided by the leader."""
    held = Held()
    held.opens()
    held.tells()
    held.is_heard(waived=True)
    held.is_decided(**words)
    return held


THIRD = SECOND
"""A leader who has had no hand in it."""
