"""Claims that a person has to accept, and what is asked of them, for tests of acceptance, supplements and materials."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chassis.testing.fakes import NOON, FakeUnit, received
from chassis.time.jobs import Job
from contracts.acceptance import AcceptCase, RefuseAcceptance, WithdrawClaim
from contracts.message import Actor
from contracts.review import ApproveCase, ConfirmMaterials
from contracts.rule import Fact, ItemRules
from contracts.supplements import AnswerSupplement, RequestSupplement, SupplementView
from services.review.acceptance import silence, withdrawal
from services.review.acceptance import use_cases as accepting
from services.review.cases import opening
from services.review.cases import use_cases as deciding
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.cases.task_times import ACCEPTANCE_OPENED
from services.review.materials import use_cases as checking
from services.review.supplements import lapse
from services.review.supplements import use_cases as asking
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import AMOUNT, LEADER, OFFICER, application, facts, item_rules, review_unit

FIRM = Actor(id="clerk-1", roles=frozenset({"enterprise"}), enterprise_id="enterprise-1")
WINDOW = Actor(id="window-1", roles=frozenset({"window"}))
INVOICES = {"code": "invoices", "name": "设备发票"}
REPORT = {"code": "audit_report", "name": "审计报告", "commitment": "承诺所报研发投入真实"}
PHOTOS = {"code": "photos", "name": "现场照片", "required": False}
BY_PERSON = {"by": "person"}


def rules_with(*, limit: int | None = 20, clocks: dict[str, int] | None = None, **plan: Any) -> ItemRules:
    """The usual item with two materials and a declared figure; `plan` says what else its plan says."""
    rules = item_rules(limit=limit, clocks=clocks)
    said = rules.model_dump(mode="json")
    said["plan"] |= {"materials": [INVOICES, REPORT, PHOTOS], "form_fields": [{"fact": "rd_expense", "period": "Y"}]}
    said["plan"] |= plan
    return ItemRules.model_validate(said)


def declared() -> tuple[Fact, ...]:
    """The usual facts; the figure is the enterprise's own word."""
    scale, figure = facts()
    return scale, figure.model_copy(update={"source": "企业申报"})


class Desk:
    """A department with one claim, and everybody who does something about it."""

    def __init__(
        self, *, at: datetime = NOON, calendar: Any = None, known: tuple[Fact, ...] | None = None, **plan: Any
    ) -> None:
        plan.setdefault("acceptance", BY_PERSON)
        self.uow: FakeUnit = review_unit(rules_with(**plan), now=at, calendar=calendar)
        filed = application(at=at, known=declared() if known is None else known)
        opening.open_cases([received(filed)], self.uow)
        self.uow.recorded.clear()

    @property
    def case(self) -> Case:
        (case,) = self.uow.of(Cases).rows.values()
        return case

    def events(self, kind: type) -> list[Any]:
        return [event for event in self.uow.events if isinstance(event, kind)]

    def as_(self, actor: Actor) -> Desk:
        self.uow.actor = actor
        return self

    def at(self, now: datetime) -> Desk:
        self.uow.now = now
        return self

    def accept(self, version: int | None = None) -> Any:
        return accepting.accept_case(
            AcceptCase(case_id=self.case.id, expected_version=version or self.case.version), self.uow
        )

    def refuse(self) -> Any:
        said = {"reason": "不属于本事项受理范围", "how_to_object": "可向章贡区人民政府申请行政复议"}
        order = RefuseAcceptance(
            other_grounds=OWN_GROUNDS, case_id=self.case.id, expected_version=self.case.version, **said
        )
        return accepting.refuse_acceptance(order, self.uow)

    def ask(self, *points: tuple[str, str, str], by: Actor = OFFICER) -> SupplementView:
        said = [{"about": about, "code": code, "fault": fault, "text": "请按要求补充"} for about, code, fault in points]
        order = {"case_id": self.case.id, "points": said, "expected_version": self.case.version}
        self.uow.actor = by
        return asking.request_supplement(RequestSupplement.model_validate(order), self.uow)

    def answer(self, supplement: SupplementView, *points: dict[str, Any], by: Actor = FIRM) -> SupplementView:
        self.uow.actor = by
        order = {
            "application_id": self.case.claim.application_id,
            "supplement_id": supplement.supplement_id,
            "points": points,
        }
        return asking.answer_supplement(AnswerSupplement.model_validate(order), self.uow)

    def withdraw(self, by: Actor = FIRM) -> Any:
        self.uow.actor = by
        order = WithdrawClaim(application_id=self.case.claim.application_id, reason="项目终止")
        return withdrawal.withdraw_claim(order, self.uow)

    def find(self, **findings: Any) -> Any:
        said = [{"code": code, **found} for code, found in findings.items()]
        order = {"case_id": self.case.id, "materials": said, "expected_version": self.case.version}
        self.uow.actor = OFFICER
        return checking.confirm_materials(ConfirmMaterials.model_validate(order), self.uow)

    def approve(self, amount: int = AMOUNT) -> Any:
        self.uow.actor = LEADER
        order = ApproveCase(case_id=self.case.id, amount_fen=amount, expected_version=self.case.version)
        return deciding.approve_case(order, self.uow)

    # -- what comes due ------------------------------------------------------------------------------------

    def due(self, kind: str) -> datetime | None:
        """When the case's job of this kind is due."""
        found = [at for (_tenant, of, subject), at in self.uow.jobs.items() if of == kind and self.case.id in subject]
        return min(found, default=None)

    def runs(self, kind: str) -> None:
        """Do what is due of this kind now."""
        jobs = [
            Job(tenant=tenant, kind=of, subject=subject, due_at=at)
            for (tenant, of, subject), at in self.uow.jobs.items()
            if of == kind and at <= self.uow.now
        ]
        if not jobs:
            return
        {
            ACCEPTANCE_OPENED: silence.look_at_acceptances,
            lapse.SUPPLEMENT: lapse.look_at_supplements,
            checking.PROVISIONAL: checking.look_at_provisional,
        }[kind](jobs, self.uow)
