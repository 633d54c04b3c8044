"""Sample items and enterprises, and a unit of work with intake's stores in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeRegistry, FakeUnit, MemoryStore
from contracts.enterprises import Payee
from contracts.identity import TenantSettings
from contracts.item import PolicyItemContent
from contracts.message import Actor
from contracts.rule import Fact, Level
from services.intake.applications.domain import Application, DuplicateApplication
from services.intake.applications.earlier_applications import Filed
from services.intake.applications.store import ApplicantPeriod, Applications
from services.intake.catalog_copies.domain import Applicant, PublishedItem
from services.intake.catalog_copies.enterprises import EnterpriseCopies
from services.intake.catalog_copies.items import ItemCopies
from services.intake.drafts.store import ApplicationDrafts
from services.intake.nominations.domain import Nomination
from services.intake.nominations.store import Nominations

SAMPLE = Path(__file__).resolve().parents[3] / "sample"
APPLICANT = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id="e1")

SampleItem = Callable[..., PublishedItem]
SampleEnterprise = Callable[..., Applicant]


class MemoryCopies:
    """What has arrived from the catalogue."""

    def __init__(self) -> None:
        self.unit: FakeUnit | None = None
        self.items: dict[str, PublishedItem] = {}
        self.known: dict[str, Applicant] = {}

    def item(self, item_id: str) -> PublishedItem | None:
        return self.items.get(item_id)

    def enterprises(
        self, enterprise_ids: Collection[str], fact_names: Collection[str], *, tenant: str
    ) -> dict[str, Applicant]:
        return {id: self.known[id] for id in enterprise_ids if id in self.known}


class MemoryDrafts:
    """Which drafts have ended."""

    def __init__(self) -> None:
        self.unit: FakeUnit | None = None
        self.ended: list[tuple[str, str]] = []

    def end(self, enterprise_id: str, item_id: str) -> None:
        self.ended.append((enterprise_id, item_id))


class MemoryApplications(MemoryStore[Application]):
    """Applications under their unique constraint, and what a race would hide from the earlier look."""

    def __init__(self) -> None:
        super().__init__()
        self.unseen = False

    def claimed(self, item_id: str, asked: Collection[ApplicantPeriod]) -> set[ApplicantPeriod]:
        if self.unseen:
            return set()
        return {key[:2] for key in self._keys() if key[2] == item_id and key[:2] in asked}

    def filed(self, item_id: str, applicant_period: ApplicantPeriod, receipt: str) -> Filed | None:
        for row in self.rows.values():
            if (row.claim.receipt, row.claim.item_id, row.claim.enterprise_id, row.period) == (
                receipt,
                item_id,
                *applicant_period,
            ):
                return Filed(row.id, receipt, self._replaced_by(row.id))
        return None

    def _replaced_by(self, application_id: str) -> str | None:
        claims = (row.claim for row in self.rows.values())
        later = (each for each in claims if each.replaces and each.replaces.application_id == application_id)
        return next((each.receipt for each in later), None)

    def save(self, aggregate: Application) -> None:
        if (
            aggregate.claim.replaces is None
            and (aggregate.claim.enterprise_id, aggregate.period, aggregate.claim.item_id) in self._keys()
        ):
            raise DuplicateApplication()
        super().save(aggregate)

    def _keys(self) -> set[tuple[str, str, str]]:
        return {(row.claim.enterprise_id, row.period, row.claim.item_id) for row in self.rows.values()}


@cache
def sample_content(code: str) -> PolicyItemContent:
    return PolicyItemContent.model_validate_json((SAMPLE / "items" / f"{code}.json").read_bytes())


@pytest.fixture(scope="session")
def first_day() -> dict[str, Any]:
    """The first four hours of Zhanggong as the demo replays them."""
    loaded: dict[str, Any] = json.loads((SAMPLE / "zhanggong_first_day.json").read_bytes())
    return loaded


@pytest.fixture(scope="session")
def sample_item() -> SampleItem:
    """`sample_item("SD-002", frequency=…)` → a published item of Zhanggong, with another plan if asked."""

    def load(code: str, *, tenant: str = "360702", year: int | None = 2025, **plan: Any) -> PublishedItem:
        content = sample_content(code)
        rules = content.rules.model_copy(
            update={"plan": content.rules.plan.model_copy(update=plan), "reference_year": year}
        )
        return PublishedItem(code, tenant, 1, content.model_copy(update={"rules": rules}))

    return load


@pytest.fixture(scope="session")
def sample_enterprise(first_day: dict[str, Any]) -> SampleEnterprise:
    """`sample_enterprise(17)` → the enterprise of case 17 with its file and its confirmed account."""

    def load(number: int, *, enterprise_id: str = "e1", confirmed: bool = True) -> Applicant:
        case = first_day["cases"][number - 1]
        account = case["account"]
        payee = Payee(
            account_id=f"account-{number}",
            account_version=1,
            account_name=account["account_name"],
            account_sealed="sealed",
            account_masked="3607…0001",
            bank_name=account["bank_name"],
        )
        return Applicant(
            enterprise_id=enterprise_id,
            tenant="360702",
            uscc=case["enterprise"]["uscc"],
            name=case["enterprise"]["name"],
            facts=tuple(Fact.model_validate(fact) for fact in case["file_facts"]),
            payee=payee if confirmed else None,
        )

    return load


@pytest.fixture
def copies() -> MemoryCopies:
    return MemoryCopies()


@pytest.fixture
def applications() -> MemoryApplications:
    return MemoryApplications()


@pytest.fixture
def unit(copies: MemoryCopies, applications: MemoryApplications) -> FakeUnit:
    """The unit of work of enterprise `e1` of Zhanggong, a county of Ganzhou."""
    nominations: MemoryStore[Nomination] = MemoryStore()
    return FakeUnit(
        "360702",
        stores={
            ItemCopies: copies,
            EnterpriseCopies: copies,
            Applications: applications,
            Nominations: nominations,
            ApplicationDrafts: MemoryDrafts(),
        },
        actor=APPLICANT,
        registry=FakeRegistry(
            {
                "3607": (None, Level.CITY, TenantSettings(receipt_prefix="GZ")),
                "360702": ("3607", Level.COUNTY, TenantSettings(receipt_prefix="ZG")),
                "360732": ("3607", Level.COUNTY, TenantSettings(receipt_prefix="XG")),
            }
        ),
    )


@pytest.fixture
def cipher() -> AesCipher:
    return AesCipher([b"k" * 32])
