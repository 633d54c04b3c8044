"""Sample items, and a unit of work with the catalogue's stores in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.secrecy import AesCipher
from chassis.testing import FakeUnit, MemoryStore
from contracts.item import PolicyItemContent
from contracts.message import Actor
from contracts.rule import Fact, FactSheet
from services.catalog.enterprises.domain import Enterprise, EnterpriseUnknown
from services.catalog.enterprises.payee_account import PayeeAccount, PayeeAccountUnknown
from services.catalog.enterprises.store import Enterprises, PayeeAccounts
from services.catalog.policies.domain import PolicyItem
from services.catalog.policies.store import PolicyItems

ITEMS = Path(__file__).resolve().parents[3] / "sample" / "items"
CLERK = Actor(id="clerk-1", roles=frozenset({"window"}), name="专窗经办")


class MemoryItems(MemoryStore[PolicyItem]):
    def by_code(self, code: str) -> PolicyItem | None:
        return next((item for item in self.rows.values() if item.code == code), None)


class MemoryEnterprises(MemoryStore[Enterprise]):
    missing = EnterpriseUnknown

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[Fact] = []

    def save(self, aggregate: Enterprise) -> None:
        super().save(aggregate)
        self.facts += aggregate.recorded

    def current_facts(self, enterprise_id: str) -> list[Fact]:
        sheet = FactSheet(facts=tuple(self.facts), reference_year=2026)
        keys = dict.fromkeys((fact.name, fact.period) for fact in self.facts)
        return [fact for key in keys if (fact := sheet.find(*key))]


class MemoryAccounts(MemoryStore[PayeeAccount]):
    missing = PayeeAccountUnknown

    def account_versions(self, enterprise_id: str) -> tuple[int, int]:
        mine = [each for each in self.rows.values() if each.enterprise_id == enterprise_id]
        confirmed = [each.account_version for each in mine if each.state == "confirmed"]
        return max((each.account_version for each in mine), default=0), max(confirmed, default=0)


@pytest.fixture
def sample_item() -> Callable[[str], PolicyItemContent]:
    """`sample_item("GZ-009")` → the item as it is published in the demo."""

    def load(code: str) -> PolicyItemContent:
        return PolicyItemContent.model_validate_json((ITEMS / f"{code}.json").read_bytes())

    return load


@pytest.fixture
def unit() -> FakeUnit:
    """A window clerk's unit of work in Zhanggong."""
    stores = {PolicyItems: MemoryItems(), Enterprises: MemoryEnterprises(), PayeeAccounts: MemoryAccounts()}
    return FakeUnit("360702", stores=stores, actor=CLERK)


@pytest.fixture
def cipher() -> AesCipher:
    return AesCipher([b"k" * 32])
