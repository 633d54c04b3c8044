"""Sample items, and a unit of work with the catalogue's stores in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit, MemoryStore
from contracts.aggregate import Aggregate
from contracts.authoring import FieldDifference
from contracts.enterprises import ContactChange
from contracts.fact_records import FactRecord
from contracts.item import PolicyItemContent
from contracts.message import Actor
from contracts.names import looks
from contracts.payee_holder_accounts import HolderStanding
from contracts.rule import Fact, FactSheet
from copies.departments import KnownDepartments
from copies.plan_terms import KnownPlanTerms
from services.catalog.contacts.store import ContactChanges
from services.catalog.enterprises.admitted_codes import AdmittedCodes
from services.catalog.enterprises.counting import ToldFact
from services.catalog.enterprises.domain import Enterprise, EnterpriseUnknown
from services.catalog.enterprises.names import EnterpriseNames, KnownName
from services.catalog.enterprises.store import Enterprises
from services.catalog.name_changes.domain import NameChange, NameChangeProposedAlready, NameChangeUnknown
from services.catalog.name_changes.store import NameChanges
from services.catalog.payee_accounts.domain import PayeeAccount, PayeeAccountUnknown
from services.catalog.payee_accounts.store import PayeeAccounts
from services.catalog.payee_holders.domain import (
    HolderAccount,
    HolderAccountUnknown,
    PayeeHolderUnknown,
    RegisteredHolder,
    standing_of,
)
from services.catalog.payee_holders.identity import HolderIdentity
from services.catalog.payee_holders.store import HolderAccounts, PayeeHolders
from services.catalog.policies.domain import ItemUnknown, PolicyItem
from services.catalog.policies.store import Changes, PolicyItems, Reminders
from tests.unit.catalog.registers_kit import MemoryDepartments, MemoryPlanTerms

ITEMS = Path(__file__).resolve().parents[3] / "sample" / "items"
CLERK = Actor(id="clerk-1", roles=frozenset({"window"}), name="专窗经办")


class MemoryItems(MemoryStore[PolicyItem]):
    """`versions_kept` are the texts that were published, in order."""

    missing = ItemUnknown

    def __init__(self) -> None:
        super().__init__()
        self.versions_kept: list[tuple[str, int]] = []

    def own(self, item_id: str, *, tenant: str, expected_version: int | None = None) -> PolicyItem:
        item = self.get(item_id, expected_version=expected_version)
        if item.tenant != tenant:
            raise ItemUnknown()
        return item

    def own_many(self, keys: Collection[tuple[str, str]]) -> dict[str, PolicyItem]:
        return self.get_many([item_id for _tenant, item_id in keys])

    def keep_version(self, item: PolicyItem) -> None:
        self.versions_kept.append((item.id, item.item_version))

    def by_code(self, code: str) -> PolicyItem | None:
        return next((item for item in self.rows.values() if item.code == code), None)


class MemoryChanges:
    """What was told to readers: (subject, action, reason, differences)."""

    unit: FakeUnit | None = None

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str, tuple[FieldDifference, ...]]] = []

    def add(self, subject_type: str, changed: Aggregate, action: str, *, reason: str = "", **more: Any) -> None:
        self.told.append((subject_type, action, reason, tuple(more.get("differences", ()))))


class MemoryEnterprises(MemoryStore[Enterprise]):
    """Keeps the records of facts beside the files, each with the version that added it."""

    missing = EnterpriseUnknown

    def __init__(self) -> None:
        super().__init__()
        self.records: list[tuple[str, FactRecord]] = []
        self.tellers: dict[tuple[str, str], str] = {}

    @property
    def facts(self) -> list[Fact]:
        return [record.fact for _, record in self.records]

    def get(self, id: str, *, expected_version: int | None = None) -> Enterprise:
        enterprise = super().get(id, expected_version=expected_version)
        enterprise.recorded, enterprise.withdrawn, enterprise.moved_from = (), (), None
        return enterprise

    def get_many(self, ids: Collection[str]) -> dict[str, Enterprise]:
        return {id: self.get(id) for id in sorted(ids) if id in self.rows}

    def save(self, aggregate: Enterprise) -> None:
        super().save(aggregate)
        assert self.unit is not None
        for record in aggregate.withdrawn:
            (place,) = [
                n
                for n, (id, each) in enumerate(self.records)
                if (id, each.record_id) == (aggregate.id, record.record_id)
            ]
            self.records[place] = (aggregate.id, record)
        for ordinal, told in enumerate(aggregate.recorded):
            record = FactRecord(
                record_id=f"{aggregate.version}-{ordinal}",
                fact=told.fact,
                standing="superseded",
                recorded_by=self.unit.actor.id,
                recorded_for=self.unit.actor.department,
                recorded_at=self.unit.now,
                moved_from=aggregate.moved_from,
            )
            self.records.append((aggregate.id, record))
            self.tellers[aggregate.id, record.record_id] = told.teller

    def told(self, enterprise_id: str) -> list[ToldFact]:
        return [
            ToldFact(record.fact, self.tellers[id, record.record_id], record.record_id, record.withdrawn_by)
            for id, record in self.records
            if id == enterprise_id
        ]

    def current_facts(self, enterprise_id: str) -> list[Fact]:
        standing = [each.fact for each in self.told(enterprise_id) if each.withdrawn_by is None]
        sheet = FactSheet(facts=tuple(standing), reference_year=2026)
        keys = dict.fromkeys((fact.name, fact.period) for fact in standing)
        return [fact for key in keys if (fact := sheet.find(*key))]

    def fact_history(self, enterprise_id: str, records: Collection[str]) -> list[FactRecord]:
        mine = [record for id, record in self.records if id == enterprise_id]
        about = {(each.fact.name, each.fact.period) for each in mine if each.record_id in records}
        chosen = [each for each in mine if (each.fact.name, each.fact.period) in about]
        newest_first = sorted(enumerate(chosen), key=lambda place: (place[1].fact.as_of, place[0]), reverse=True)
        return [record for _, record in newest_first]


class MemoryNames:
    """What the enterprises in memory are called."""

    unit: FakeUnit | None = None

    def like(self, names: Collection[str]) -> dict[str, list[KnownName]]:
        assert self.unit is not None
        found: dict[str, list[KnownName]] = {}
        for each in self.unit.of(Enterprises).rows.values():  # type: ignore[attr-defined]
            if looks(each.name) in {looks(name) for name in names} and each.merged_into is None:
                found.setdefault(looks(each.name), []).append(KnownName(each.id, each.uscc, each.name))
        return found


class MemoryNameChanges(MemoryStore[NameChange]):
    """Changes of names, each as it was saved."""

    missing = NameChangeUnknown

    def save(self, aggregate: NameChange) -> None:
        others = [each for each in self.rows.values() if each.id != aggregate.id]
        if any((each.enterprise_id, each.state) == (aggregate.enterprise_id, "proposed") for each in others):
            raise NameChangeProposedAlready()
        super().save(aggregate)

    def confirmed(self, enterprise_id: str) -> list[NameChange]:
        of_it = [
            each for each in self.rows.values() if (each.enterprise_id, each.state) == (enterprise_id, "confirmed")
        ]
        return sorted(of_it, key=lambda each: each.decided_at or each.proposed_at, reverse=True)

    def former_names(self, enterprise_id: str) -> list[str]:
        return [each.former_name for each in self.confirmed(enterprise_id)]

    def latest(self, enterprise_id: str) -> date | None:
        return next((each.effective_on for each in self.confirmed(enterprise_id)), None)


class MemoryAccounts(MemoryStore[PayeeAccount]):
    missing = PayeeAccountUnknown

    def account_versions(self, enterprise_id: str) -> tuple[int, int]:
        mine = [each for each in self.rows.values() if each.enterprise_id == enterprise_id]
        confirmed = [each.account_version for each in mine if each.state == "confirmed"]
        return max((each.account_version for each in mine), default=0), max(confirmed, default=0)


class NothingAdmitted:
    """No code passes that fails its own check."""

    unit: FakeUnit | None = None

    def holds(self, uscc: str) -> bool:
        return False


class MemoryHolders(MemoryStore[RegisteredHolder]):
    """Holders, and for which enterprises each was named."""

    missing = PayeeHolderUnknown

    def __init__(self) -> None:
        super().__init__()
        self.namings: set[tuple[str, str]] = set()

    def save(self, aggregate: RegisteredHolder) -> None:
        super().save(aggregate)
        self.namings |= {(aggregate.id, enterprise) for enterprise in aggregate.named_for}

    def known_by(self, identity: HolderIdentity) -> RegisteredHolder | None:
        wanted = {identity.known_by, *identity.also_known_by}
        return next((each for each in self.rows.values() if each.known_by in wanted), None)

    def is_named_for(self, holder_id: str, enterprise_id: str) -> bool:
        return (holder_id, enterprise_id) in self.namings

    def standing(self, holder_id: str) -> tuple[HolderStanding, bool]:
        assert self.unit is not None
        accounts = [each for each in self.unit.of(HolderAccounts).rows.values() if each.holder_id == holder_id]  # type: ignore[attr-defined]
        confirmed = max((each.account_version for each in accounts if each.state == "confirmed"), default=0)
        waits = any(each.withdrawn_by is None and each.account_version > confirmed for each in accounts)
        return standing_of(confirmed > 0, waits), waits


class MemoryHolderAccounts(MemoryStore[HolderAccount]):
    missing = HolderAccountUnknown

    def account_versions(self, holder_id: str) -> tuple[int, int]:
        mine = [each for each in self.rows.values() if each.holder_id == holder_id]
        confirmed = [each.account_version for each in mine if each.state == "confirmed"]
        return max((each.account_version for each in mine), default=0), max(confirmed, default=0)

    def is_of(self, account: HolderAccount, enterprise_id: str) -> bool:
        return account.named_by == enterprise_id


class MemoryContactChanges:
    """What was changed: (enterprise, the change, the sealed former number)."""

    unit: FakeUnit | None = None

    def __init__(self) -> None:
        self.kept: list[tuple[str, ContactChange, str | None]] = []

    def add(self, enterprise: Enterprise, change: ContactChange, former_sealed: str | None) -> None:
        self.kept.append((enterprise.id, change, former_sealed))


@pytest.fixture
def sample_item() -> Callable[[str], PolicyItemContent]:
    """`sample_item("GZ-009")` → the item as it is published in the demo."""

    def load(code: str) -> PolicyItemContent:
        return PolicyItemContent.model_validate_json((ITEMS / f"{code}.json").read_bytes())

    return load


@pytest.fixture
def unit() -> FakeUnit:
    """A window clerk's unit of work in Zhanggong."""
    departments = MemoryDepartments()
    stores = {
        KnownDepartments: departments,
        KnownPlanTerms: MemoryPlanTerms(departments),
        PolicyItems: MemoryItems(),
        Reminders: MemoryStore(),
        Changes: MemoryChanges(),
        Enterprises: MemoryEnterprises(),
        EnterpriseNames: MemoryNames(),
        NameChanges: MemoryNameChanges(),
        PayeeAccounts: MemoryAccounts(),
        AdmittedCodes: NothingAdmitted(),
        PayeeHolders: MemoryHolders(),
        HolderAccounts: MemoryHolderAccounts(),
        ContactChanges: MemoryContactChanges(),
    }
    return FakeUnit("360702", stores=stores, actor=CLERK)


@pytest.fixture
def cipher() -> AesCipher:
    return AesCipher([b"k" * 32])
