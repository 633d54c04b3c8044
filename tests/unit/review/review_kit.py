"""Items, claims and people for review's tests, and its stores in memory."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, date, datetime
from typing import Any

from chassis.foundation.ids import new_id
from chassis.tenancy.registry import TenantUnknown
from chassis.testing.fakes import NOON, FakeRegistry, FakeUnit, received
from chassis.time.calendar import Calendar
from chassis.time.jobs import Job
from contracts.enterprises import FactRecorders, Payee
from contracts.given_materials import FiledMaterial
from contracts.identity import TenantSettings
from contracts.intake import ApplicationSubmitted, Claim, EnterprisesNominated, NominatedLine
from contracts.item import PolicyItemContent
from contracts.message import SYSTEM, Actor, TenantId
from contracts.policies import PolicyPublished
from contracts.rule import (
    Cap,
    Condition,
    Fact,
    FactAmount,
    FactType,
    Fixed,
    ItemRules,
    Level,
    Plan,
    Rate,
    SharePart,
    Split,
)
from copies.plan_terms import KnownPlanTerms
from services.review.account_copies.store import AccountCopies
from services.review.cases import opening
from services.review.cases.case import Case
from services.review.cases.claim_instalments import CaseOutcomes
from services.review.cases.filed_materials import FiledMaterials
from services.review.cases.heard import HeardSince
from services.review.cases.moving import MovingCases
from services.review.cases.store import Cases
from services.review.cases.undo_window import RELEASE
from services.review.fact_changes.store import Claimants, FactChanges, HeardFacts
from services.review.item_copies.plan_words import PlanWords
from services.review.item_copies.store import ItemVersions
from services.review.materials.store import MaterialFindings
from services.review.quotas.store import QuotaPlaces
from services.review.register.store import AwardRegister
from services.review.reopening.releasing import release_decisions
from services.review.reopening.store import ReopeningProposals, UndoneDecisions
from services.review.supplements.store import Supplements
from services.review.tasks.store import CaseTasks
from tests.remedies import REMEDIES
from tests.unit.review.memory_quotas import MemoryQuotaPlaces
from tests.unit.review.memory_stores import (
    MemoryAccounts,
    MemoryCases,
    MemoryClaimants,
    MemoryFactChanges,
    MemoryFiled,
    MemoryFindings,
    MemoryHeard,
    MemoryMoving,
    MemoryOutcomes,
    MemoryPlanTerms,
    MemoryPlanWords,
    MemoryRegister,
    MemoryReopenings,
    MemorySupplements,
    MemoryTasks,
    MemoryUndone,
    MemoryVersions,
)
from tests.unit.review.step_stores import step_stores

DEPARTMENT = "区科技局"
DUTIES = frozenset({"first_review", "review_check", "leader"})
OFFICER = Actor(id="officer-1", roles=frozenset({"department"}), department=DEPARTMENT, duties=DUTIES)
LEADER = Actor(id="leader-1", roles=frozenset({"department"}), department=DEPARTMENT, duties=DUTIES)
"""Another person of the department: who has taken a step approves nothing."""

SECOND = Actor(id="officer-3", roles=frozenset({"department"}), department=DEPARTMENT, duties=DUTIES)
"""A third person of the department: two inspect, another approves."""

STRANGER = Actor(id="officer-2", roles=frozenset({"department"}), department="区商务局", duties=DUTIES)
USCC = "91360702DEM000014H"
AMOUNT = 30_000_000
"""Fen: 300 万元 × 10 %."""

COUNTY_PAYS = Split(parts=(SharePart(payer=Level.COUNTY, fraction="1"),), remainder_to=Level.COUNTY)
TWO_TO_EIGHT = Split(
    parts=(SharePart(payer=Level.CITY, fraction="2/10"), SharePart(payer=Level.COUNTY, fraction="8/10")),
    remainder_to=Level.COUNTY,
)
COUNTY_ADVANCES = TWO_TO_EIGHT.model_copy(update={"mode": "county_advances"})


def item_rules(
    *,
    shares: Split = COUNTY_PAYS,
    inspection: bool = False,
    clocks: Mapping[str, int] | None = None,
    limit: int | None = 5,
    frequency: str = "once",
    amount: Any = None,
    mode: str = "instant",
) -> ItemRules:
    """Above scale: 10 % of last year's R&D, at most 100 万元. `clocks`: working days of steps that have their own."""
    kinds = ["material_check", *(["site_inspection"] if inspection else []), "approval"]
    own = {kind: {"limit": days, "unit": "working_days"} for kind, days in (clocks or {}).items()}
    steps = [{"kind": kind, "clock": own.get(kind)} for kind in kinds]
    return ItemRules(
        fact_types=(
            FactType(name="rd_expense", label="研发投入", kind="number", unit="万元"),
            FactType(name="above_scale", label="规模以上企业", kind="flag"),
        ),
        reference_year=2025,
        eligibility=Condition(fact="above_scale", period="Y", operator="is_true"),
        amount=amount
        or Cap(
            of=Rate(base=FactAmount(fact="rd_expense", period="Y"), rate=Fixed(value="10", unit="%")),
            limit=Fixed(value="100", unit="万元"),
        ),
        shares=shares,
        plan=Plan.model_validate(
            {
                "mode": mode,
                "department": DEPARTMENT,
                "steps": steps,
                "review_limit": {"limit": limit, "unit": "working_days"} if limit else None,
                "payout_limit": {"limit": 1, "unit": "working_days"},
                "frequency": frequency,
                "budget_line": "KJ-01",
            }
        ),
    )


def facts(rd: str | None = "300", above_scale: bool | None = True) -> tuple[Fact, ...]:
    said: dict[str, Any] = {"period": "2025", "source": "统计局", "as_of": date(2026, 1, 10)}
    found = []
    if above_scale is not None:
        found.append(Fact(name="above_scale", kind="flag", value=above_scale, **said))
    if rd is not None:
        found.append(Fact(name="rd_expense", kind="number", value=rd, unit="万元", **said))
    return tuple(found)


def claim(**changes: Any) -> Claim:
    application = changes.pop("application_id", None) or new_id()
    words: dict[str, Any] = {
        "application_id": application,
        "receipt": f"ZD-{application[-8:]}",
        "tenant": "zhanggong",
        "filed_in": "zhanggong",
        "enterprise_id": "enterprise-1",
        "enterprise_name": "示例企业01",
        "uscc": USCC,
        "item_id": "item-1",
        "item_version": 1,
        "item_title": "研发投入补助",
        "mode": "instant",
        "department": DEPARTMENT,
    }
    return Claim(**words | changes)


PAYEE = Payee(
    account_id="account-1",
    account_version=1,
    account_name="示例企业01",
    account_sealed="sealed",
    account_masked="**** 0001",
    bank_name="示例银行章贡支行",
)


def application(
    *,
    at: datetime = NOON,
    known: tuple[Fact, ...] | None = None,
    estimated_fen: int | None = AMOUNT,
    recorders: tuple[FactRecorders, ...] = (),
    materials: tuple[FiledMaterial, ...] = (),
    **words: Any,
) -> ApplicationSubmitted:
    return ApplicationSubmitted(
        claim=claim(**words),
        facts=facts() if known is None else known,
        recorders=recorders,
        materials=materials,
        payee=PAYEE,
        estimated_fen=estimated_fen,
        query_code_digest="0" * 64,
        submitted_by="enterprise-1-clerk",
        submitted_at=at,
    )


def line(
    *,
    known: tuple[Fact, ...] | None = None,
    amount_fen: int = AMOUNT,
    recorders: tuple[FactRecorders, ...] = (),
    **words: Any,
) -> NominatedLine:
    return NominatedLine(
        claim=claim(**{"mode": "no_application"} | words),
        facts=facts() if known is None else known,
        recorders=recorders,
        payee=PAYEE,
        amount_fen=amount_fen,
        query_code_digest="0" * 64,
    )


def nomination(*lines: NominatedLine, at: datetime = NOON) -> EnterprisesNominated:
    return EnterprisesNominated(nomination_id=new_id(), lines=lines, nominated_by=OFFICER.id, nominated_at=at)


def published(rules: ItemRules, *, item_id: str = "item-1", version: int = 1) -> PolicyPublished:
    content = PolicyItemContent.model_validate(
        {
            "code": "KJ-01",
            "title": "研发投入补助",
            "summary": "示例",
            "issuer": {},
            "level": "county",
            "theme": "科技",
            "benefit_kind": "grant",
            "document": {},
            "status": "in_force",
            "sample": True,
            "sources": [{"title": "示例", "kind": "sample", "confidence": "high"}],
            "guide": {
                "basis": "示例",
                "beneficiaries": "企业",
                "conditions": "规模以上",
                "standard": "10 %",
                "mode": "即申即享",
                "steps": ["申报"],
                "time_limits": "5 个工作日",
                "contacts": [{"name": DEPARTMENT, "phone": "12345"}],
            },
            "rules": rules.model_dump(mode="json"),
        }
    )
    return PolicyPublished(item_id=item_id, tenant="zhanggong", item_version=version, content=content)


class Registry(FakeRegistry):
    """Ganzhou with Zhanggong; like the real one, it refuses a level that nobody has onboarded."""

    def __init__(self) -> None:
        super().__init__(
            {
                "ganzhou": (None, Level.CITY, TenantSettings()),
                "zhanggong": ("ganzhou", Level.COUNTY, TenantSettings(remedies=REMEDIES)),
            }
        )

    def payer(self, level: Level, tenant: TenantId) -> TenantId:
        try:
            return super().payer(level, tenant)
        except StopIteration:
            raise TenantUnknown(tenant=f"{tenant}（{level.value}）") from None


def _registry(undo_minutes: int) -> Registry:
    registry = Registry()
    registry.tenants["zhanggong"] = ("ganzhou", Level.COUNTY, settings_of(undo_minutes))
    return registry


def settings_of(undo_minutes: int) -> TenantSettings:
    return TenantSettings(undo_minutes=undo_minutes, remedies=REMEDIES)


def review_unit(
    rules: ItemRules | None = None,
    *,
    actor: Actor = OFFICER,
    now: datetime = NOON,
    calendar: Calendar | None = None,
    undo_minutes: int = 0,
) -> FakeUnit:
    """A unit of work with review's stores in memory; item 1 version 1 has arrived."""
    registry = _registry(undo_minutes)
    versions, heard = {("item-1", 1): rules or item_rules()}, MemoryHeard()
    return FakeUnit(
        "zhanggong",
        stores={
            Cases: MemoryCases(),
            CaseTasks: MemoryTasks(),
            ItemVersions: MemoryVersions(versions),
            AccountCopies: MemoryAccounts(),
            AwardRegister: MemoryRegister(),
            MovingCases: MemoryMoving(),
            HeardSince: heard,
            HeardFacts: heard,
            Claimants: MemoryClaimants(),
            CaseOutcomes: MemoryOutcomes(),
            FactChanges: MemoryFactChanges(),
            Supplements: MemorySupplements(),
            FiledMaterials: MemoryFiled(),
            MaterialFindings: MemoryFindings(),
            QuotaPlaces: MemoryQuotaPlaces(),
            PlanWords: MemoryPlanWords(),
            KnownPlanTerms: MemoryPlanTerms(),
            **step_stores(OFFICER.id, LEADER.id, SECOND.id),
            UndoneDecisions: MemoryUndone(),
            ReopeningProposals: MemoryReopenings(),
        },
        now=now,
        actor=actor,
        calendar=calendar,
        registry=registry,
    )


def opened(uow: FakeUnit, **words: Any) -> Case:
    """A case as `open_cases` makes it from an application; what it recorded is put aside."""
    submitted = application(**words)
    opening.open_cases([received(submitted)], uow)
    case: Case = next(
        each for each in uow.of(Cases).rows.values() if each.claim.application_id == submitted.claim.application_id
    )
    uow.recorded.clear()
    return case


def released(uow: FakeUnit, case: Case) -> None:
    """What its `release_decision` job asks for, as the timers do: by nobody's hand."""
    actor, uow.actor = uow.actor, SYSTEM
    job = Job(tenant=case.tenant, kind=RELEASE, subject=case.id, due_at=uow.now)
    release_decisions([job], lambda _tenants: nullcontext(uow))  # type: ignore[arg-type, return-value]
    uow.actor = actor


def china(text: str) -> datetime:
    """`2026-03-10 12:00` in China, as UTC."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)
