"""Review's stores in memory, for tests of what it does with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from chassis.testing.fakes import FakeUnit, MemoryStore
from contracts.case_materials import ConfirmedMaterial
from contracts.departments import PlanTermMeaning, ToDuty
from contracts.enterprises import EnterpriseFactsChanged, Payee
from contracts.given_materials import FiledMaterial
from contracts.message import TenantId
from contracts.payee_holders import PayeeHolder
from contracts.plan_terms import TermInPlan
from contracts.policies import PolicyPublished
from contracts.rule import (
    AwardHistory,
    ItemRules,
    Level,
)
from contracts.supplements import SupplementPointView
from services.review.account_copies.domain import HolderKey, ReceiverAccount
from services.review.cases.case import Case
from services.review.cases.claim_instalments import CaseOutcome
from services.review.cases.clock import clock_of
from services.review.cases.heard import EnterpriseOfCase
from services.review.cases.refusals import CaseNotFound
from services.review.cases.store import Cases, OpenReviewLimit
from services.review.fact_changes.domain import MovedFact
from services.review.fact_changes.store import Claimant
from services.review.item_copies.item import PinnedItem
from services.review.item_copies.store import ItemVersion
from services.review.quotas.store import QuotaPlaces
from services.review.register.awards import AwardAsked, GrantedAward
from services.review.reopening.domain import Reopening, ReopeningNotFound
from services.review.reopening.store import UndoneDecision
from services.review.supplements.supplement import Supplement, SupplementNotFound
from services.review.tasks.task import CaseTask, TaskNotFound


class MemoryCases(MemoryStore[Case]):
    missing = CaseNotFound

    def open_limits(self, tenant: TenantId, after: str, limit: int) -> list[OpenReviewLimit]:
        found = [
            OpenReviewLimit(
                case.id,
                clock_of(case),
                case.due_at,
                case.awaits_year,
                tuple(task for task in case.tasks if task.clock is not None),
            )
            for case in sorted(self.rows.values(), key=lambda case: case.id)
            if case.tenant == tenant and case.id > after and case.is_open
        ]
        return found[:limit]


class MemoryVersions:
    """Item versions in a dict."""

    def __init__(self, known: Mapping[ItemVersion, ItemRules]) -> None:
        self.known = dict(known)
        self.unit: FakeUnit | None = None

    def remember(self, items: Iterable[PolicyPublished]) -> None:
        for item in items:
            self.known.setdefault((item.item_id, item.item_version), item.content.rules)

    def get_many(self, keys: Collection[ItemVersion]) -> Mapping[ItemVersion, ItemRules]:
        return {key: self.known[key] for key in keys if key in self.known}

    def items(self, keys: Collection[ItemVersion]) -> Mapping[ItemVersion, PinnedItem]:
        return {
            key: PinnedItem(rules, "KJ-01", "研发投入补助", Level.COUNTY) for key, rules in self.get_many(keys).items()
        }


class MemoryTasks(MemoryStore[CaseTask]):
    missing = TaskNotFound

    def seen(self, task_id: str) -> CaseTask | None:
        return self.rows.get(task_id)

    def acceptances(self, tenant: TenantId) -> list[str]:
        waiting = [each for each in self.rows.values() if each.state == "open" and each.kind == "acceptance"]
        return [f"{each.case_id}/{each.id}" for each in waiting if each.tenant == each.case_tenant == tenant]

    def of_cases(self, case_ids: Collection[str]) -> list[CaseTask]:
        return [each for each in self.rows.values() if each.case_id in case_ids]


class MemoryPlanWords:
    """What of plans means nothing, by version; everything means something until a test says otherwise."""

    def __init__(self) -> None:
        self.without_meaning: dict[ItemVersion, tuple[TermInPlan, ...]] = {}
        self.unit: FakeUnit | None = None

    def unmapped(self, versions: Collection[ItemVersion], day: date) -> Mapping[ItemVersion, tuple[TermInPlan, ...]]:
        return {key: self.without_meaning[key] for key in versions if key in self.without_meaning}


class MemoryPlanTerms:
    """What departments are known by besides their names, and what words mean: an approver is the item's own leader."""

    def __init__(self) -> None:
        self.names: dict[str, frozenset[str]] = {}
        self.said: dict[TermInPlan, PlanTermMeaning] = {}
        self.called: dict[tuple[TenantId, str], str] = {}
        self.there_for: dict[tuple[TenantId, str], tuple[TenantId, str]] = {}
        self.at_home: dict[str, TenantId] = {}
        self.unit: FakeUnit | None = None

    def meanings(self, tenant: TenantId, terms: Collection[TermInPlan]) -> dict[TermInPlan, PlanTermMeaning]:
        leader = {term: ToDuty(kind="leader") for term in terms if term.use == "approver"}
        return {**leader, **{term: self.said[term] for term in terms if term in self.said}}

    def departments(self, asked: Collection[tuple[TenantId, str]], day: date) -> dict[tuple[TenantId, str], str]:
        return {pair: self.called[pair] for pair in asked if pair in self.called}

    def by_function(
        self, asked: Collection[tuple[TenantId, str]], day: date
    ) -> dict[tuple[TenantId, str], tuple[TenantId, str]]:
        return {pair: self.there_for[pair] for pair in asked if pair in self.there_for}

    def homes(self, asked: Collection[tuple[TenantId, str]]) -> dict[tuple[TenantId, str], TenantId]:
        return {(tenant, id): self.at_home[id] for tenant, id in asked if id in self.at_home}

    def names_of(self, tenant: TenantId, department_id: str) -> frozenset[str]:
        return self.names.get(department_id, frozenset())


class MemoryMoving:
    """Cases under which facts are moving: none until a test says so."""

    def __init__(self) -> None:
        self.moving: set[str] = set()
        self.unit: FakeUnit | None = None

    def among(self, case_ids: Collection[str]) -> frozenset[str]:
        return frozenset(self.moving.intersection(case_ids))

    def mark(self, cases: Collection[tuple[TenantId, str]]) -> None:
        self.moving |= {case_id for _tenant, case_id in cases}


class MemoryHeard:
    """What was heard of firms' facts, by case, as a test says."""

    def __init__(self) -> None:
        self.said: dict[str, list[EnterpriseFactsChanged]] = {}
        self.of_firm: dict[str, list[EnterpriseFactsChanged]] = {}
        self.unit: FakeUnit | None = None

    def wait_for_hearers(self) -> None:
        """Nobody else is there."""

    def of_claims(self, claims: Iterable[tuple[Claimant, datetime]]) -> dict[str, list[EnterpriseFactsChanged]]:
        return {each.case_id: self.said[each.case_id] for each, _since in claims if each.case_id in self.said}

    def of_enterprises(self, firms: Iterable[EnterpriseOfCase]) -> dict[str, list[EnterpriseFactsChanged]]:
        return {e.case_id: self.of_firm[e.enterprise_id] for e in firms if e.enterprise_id in self.of_firm}

    def elsewhere(self, firms: Iterable[EnterpriseOfCase]) -> frozenset[str]:
        return frozenset(each.case_id for each in firms if each.enterprise_id in self.of_firm)


class MemoryOutcomes:
    """How cases stand, as the store of cases has them."""

    def __init__(self) -> None:
        self.unit: FakeUnit | None = None

    def of(self, case_ids: Collection[str]) -> dict[str, CaseOutcome]:
        assert self.unit is not None
        cases = self.unit.of(Cases).rows
        return {id: CaseOutcome(cases[id].state, cases[id].undo_until) for id in case_ids if id in cases}


class MemoryClaimants:
    """Which cases rest on which firms, as the trigger keeps it."""

    def __init__(self) -> None:
        self.unit: FakeUnit | None = None

    def of_cases(self, case_ids: Collection[str]) -> dict[str, Claimant]:
        assert self.unit is not None
        cases = self.unit.of(Cases).rows
        return {id: _claimant(cases[id]) for id in case_ids if id in cases}


def _claimant(case: Case) -> Claimant:
    claim = case.claim
    return Claimant(case.tenant, case.id, claim.filed_in, claim.enterprise_id, claim.uscc, case.is_open, False)


class MemoryFactChanges:
    """How the facts of cases have changed, in a list."""

    def __init__(self) -> None:
        self.kept: list[tuple[Case, MovedFact]] = []
        self.unit: FakeUnit | None = None

    def add(self, moved: Iterable[tuple[Case, MovedFact]]) -> None:
        self.kept += moved


class MemoryAccounts:
    """Confirmed accounts in dicts, by where the holder was registered and its id."""

    def __init__(self) -> None:
        self.enterprises: dict[HolderKey, ReceiverAccount] = {}
        self.holders: dict[HolderKey, ReceiverAccount] = {}
        self.unit: FakeUnit | None = None

    def keep_enterprises(self, accounts: Mapping[HolderKey, Payee]) -> None:
        for (tenant, id), payee in accounts.items():
            holder = PayeeHolder(kind="enterprise", holder_id=id, name=payee.account_name)
            self.enterprises[tenant, id] = ReceiverAccount(id, holder, payee)

    def keep_holders(self, accounts: Mapping[HolderKey, tuple[PayeeHolder, Payee]]) -> None:
        for (tenant, id), (holder, payee) in accounts.items():
            self.holders[tenant, id] = ReceiverAccount(id, holder, payee)

    def of_enterprises(self, enterprises: Iterable[HolderKey]) -> dict[HolderKey, ReceiverAccount]:
        return {key: self.enterprises[key] for key in enterprises if key in self.enterprises}

    def of_holders(self, holders: Iterable[HolderKey]) -> dict[HolderKey, ReceiverAccount]:
        return {key: self.holders[key] for key in holders if key in self.holders}


class MemoryRegister:
    """The award register in memory: places as the table has them, and histories of one person's earlier awards."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, str, str], str] = {}
        self.granted: list[GrantedAward] = []
        self.aside: dict[tuple[str, int, int], list[GrantedAward]] = {}
        self.past: dict[str, AwardHistory] = {}
        self.unit: FakeUnit | None = None

    def hold(self, asked: Collection[AwardAsked]) -> None:
        """Nobody else is there."""

    def histories(self, asked: Collection[AwardAsked]) -> dict[str, AwardHistory]:
        return {each.case_id: self.past[each.case_id] for each in asked if each.case_id in self.past}

    def rounds(self, asked: Collection[AwardAsked]) -> list[list[AwardAsked]]:
        turns: list[list[AwardAsked]] = []
        met: dict[str, int] = {}
        for each in asked:
            names = {each.claim.uscc, *each.locks}
            turn = 1 + max(met.get(name, -1) for name in names)
            met |= dict.fromkeys(names, turn)
            if turn == len(turns):
                turns.append([])
            turns[turn].append(each)
        return turns

    def without_place(self, granted: Collection[GrantedAward]) -> frozenset[str]:
        return frozenset(
            each.case_id
            for each in granted
            if each.instalment == 1 and self.places.get(_place(each), each.case_id) != each.case_id
        )

    def record(self, granted: Collection[GrantedAward]) -> None:
        for each in granted:
            self.places[_place(each)] = each.case_id
            former = [g for g in self.granted if (g.case_id, g.instalment) == (each.case_id, each.instalment)]
            self.aside[each.case_id, each.instalment, each.revision] = former
            self.granted = [*(g for g in self.granted if g not in former), each]

    def undo(self, asked: AwardAsked, revision: int, *, by: str, evidence: str) -> None:
        self.granted = [each for each in self.granted if (each.case_id, each.revision) != (asked.case_id, revision)]
        self.granted += self.aside.pop((asked.case_id, asked.instalment, revision), [])
        if not any(each.case_id == asked.case_id for each in self.granted):
            self.places = {key: case_id for key, case_id in self.places.items() if case_id != asked.case_id}
        if self.unit is not None:
            self.unit.of(QuotaPlaces).undo(asked.tenant, asked.case_id, revision)

    def free(self, case_ids: Collection[str], ground: str, *, by: str, evidence: str, **_: object) -> None:
        self.places = {key: case_id for key, case_id in self.places.items() if case_id not in case_ids}
        self.granted = [each for each in self.granted if each.case_id not in case_ids]


def _place(award: GrantedAward) -> tuple[str, str, str]:
    return (award.claim.item_id, award.claim.uscc, award.period)


class MemorySupplements(MemoryStore[Supplement]):
    missing = SupplementNotFound

    def of_cases(self, case_ids: Collection[str]) -> list[Supplement]:
        return [each for each in self.rows.values() if each.case_id in case_ids]


class MemoryFindings:
    """Every finding of materials, in their order."""

    def __init__(self) -> None:
        self.kept: list[ConfirmedMaterial] = []
        self.unit: FakeUnit | None = None

    def add(self, case: Case, news: Collection[ConfirmedMaterial]) -> None:
        self.kept += news


class MemoryFiled:
    """What was given for cases, and what was brought with supplements."""

    def __init__(self) -> None:
        self.filed: dict[str, tuple[FiledMaterial, ...]] = {}
        self.brought: list[tuple[str, int, str, str, TenantId]] = []
        self.handed: dict[str, set[TenantId]] = {}
        self.unit: FakeUnit | None = None

    def file(self, filed: Iterable[tuple[Case, Sequence[FiledMaterial]]]) -> None:
        self.filed |= {case.id: tuple(given) for case, given in filed}

    def bring(
        self, case: Case, round: int, points: Iterable[SupplementPointView], at: datetime, kept_in: TenantId
    ) -> None:
        for each in points:
            files = each.answer.files if each.answer is not None else ()
            self.brought += [(case.id, round, each.code, sha256, kept_in) for sha256 in files]

    def hand_over(self, cases: Mapping[str, Case], acting: Mapping[str, Iterable[TenantId]]) -> None:
        self.handed |= {id: set(tenants) for id, tenants in acting.items()}


class MemoryUndone:
    """Decisions that were undone, in a list."""

    def __init__(self) -> None:
        self.kept: list[UndoneDecision] = []
        self.unit: FakeUnit | None = None

    def keep(self, undone: Iterable[UndoneDecision]) -> None:
        self.kept += undone


class MemoryReopenings(MemoryStore[Reopening]):
    missing = ReopeningNotFound
