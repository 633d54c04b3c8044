"""What an enterprise allows, what people look at, and how long a paper is good for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import NOON, FakeUnit, MemoryStore
from contracts.consents import GiveConsent, RevealContact, RevokeConsent
from contracts.enterprises import RegisterEnterprise
from contracts.given_materials import OpenKeptMaterial
from contracts.material_events import MaterialGone, MaterialKept
from contracts.materials import KeepMaterial, WithdrawMaterial
from contracts.message import Actor
from services.catalog.consents import use_cases as consent_use_cases
from services.catalog.consents.domain import (
    Consent,
    ConsentByEnterpriseOnly,
    ConsentRefused,
    ConsentRevokedAlready,
    ConsentUnknown,
    Disclosure,
)
from services.catalog.consents.store import Consents, Disclosures
from services.catalog.consents.use_cases import give_consent, reveal_contact, revoke_consent
from services.catalog.enterprises.domain import EnterpriseNotYours
from services.catalog.enterprises.names import EnterpriseNames
from services.catalog.enterprises.store import Enterprises
from services.catalog.enterprises.use_cases import register_enterprise
from services.catalog.materials.domain import (
    KeptMaterial,
    MaterialCountsNoMore,
    MaterialRefused,
    MaterialUnknown,
)
from services.catalog.materials.opening import KeptMaterialOpening
from services.catalog.materials.store import KeptMaterialOpenings, Materials
from services.catalog.materials.use_cases import keep_material, open_kept_material, withdraw_material
from services.catalog.payee_accounts.store import PayeeAccounts

ENTERPRISE = RegisterEnterprise(uscc="91360702DEM000014H", name="示例企业01", contact_mobile="19900000001")
TODAY = date(2026, 3, 10)


class MemoryMaterials(MemoryStore[KeptMaterial]):
    missing = MaterialUnknown

    def seen(self, material_id: str) -> KeptMaterial | None:
        return self.rows.get(material_id)


class MemoryConsents(MemoryStore[Consent]):
    missing = ConsentUnknown


@pytest.fixture
def office(unit: FakeUnit, monkeypatch: pytest.MonkeyPatch) -> FakeUnit:
    """The unit of work with stores for consents, looks and materials; no label is defined but two."""
    stores: dict[type, Any] = {
        Enterprises: unit.of(Enterprises),
        EnterpriseNames: unit.of(EnterpriseNames),
        PayeeAccounts: unit.of(PayeeAccounts),
        Consents: MemoryConsents(),
        Disclosures: MemoryStore[Disclosure](),
        Materials: MemoryMaterials(),
        KeptMaterialOpenings: MemoryStore[KeptMaterialOpening](),
    }
    known = [type("Known", (), {"code": code}) for code in ("technology_score", "tech_sme")]
    monkeypatch.setattr(consent_use_cases, "holding", lambda _uow: known)
    return FakeUnit("360702", stores=stores, actor=unit.actor)


@pytest.fixture
def enterprise(office: FakeUnit, cipher: AesCipher) -> str:
    """The id of a registered enterprise, for which the actor acts from now on."""
    enterprise_id = register_enterprise(ENTERPRISE, office, cipher).enterprise_id
    office.actor = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id=enterprise_id)
    return enterprise_id


def consent(enterprise: str, **changes: Any) -> GiveConsent:
    fields = {
        "enterprise_id": enterprise,
        "grantee": "bank-1",
        "grantee_name": "示例银行",
        "labels": ("technology_score",),
        "purposes": ("credit_assessment",),
        "valid_from": TODAY,
        "valid_until": date(2026, 12, 31),
    }
    return GiveConsent(**{**fields, **changes})


def test_only_the_enterprise_itself_consents_and_takes_back(office: FakeUnit, enterprise: str) -> None:
    given = give_consent(consent(enterprise), office)
    boss = office.actor
    office.actor = Actor(id="clerk-1", roles=frozenset({"window"}))
    with pytest.raises(ConsentByEnterpriseOnly):
        give_consent(consent(enterprise), office)
    with pytest.raises(ConsentByEnterpriseOnly):
        revoke_consent(RevokeConsent(consent_id=given.consent_id), office)
    office.actor = Actor(id="x", roles=frozenset({"enterprise"}), enterprise_id="another")
    with pytest.raises(EnterpriseNotYours):
        give_consent(consent(enterprise), office)
    with pytest.raises(ConsentUnknown):
        revoke_consent(RevokeConsent(consent_id=given.consent_id), office)
    office.actor = boss
    assert revoke_consent(RevokeConsent(consent_id=given.consent_id), office).standing == "revoked"
    with pytest.raises(ConsentRevokedAlready):
        revoke_consent(RevokeConsent(consent_id=given.consent_id), office)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"labels": ("tech_sme", "no_such"), "valid_until": date(2026, 3, 9)}, ["label_unknown", "consent_reversed"]),
        ({"valid_from": date(2026, 1, 1), "valid_until": date(2026, 3, 9)}, ["consent_past"]),
        ({"valid_until": date(2030, 1, 1)}, ["consent_too_long"]),
    ],
)
def test_an_impossible_consent_is_refused_with_all_reasons(
    office: FakeUnit, enterprise: str, changes: dict[str, Any], codes: list[str]
) -> None:
    with pytest.raises(ConsentRefused) as refused:
        give_consent(consent(enterprise, **changes), office)
    assert [each.code for each in refused.value.reasons] == codes


@pytest.mark.parametrize(
    ("day", "standing"),
    [(-1, "not_begun"), (0, "standing"), (10, "standing"), (11, "run_out")],
)
def test_a_consent_holds_from_its_first_through_its_last_day(
    office: FakeUnit, enterprise: str, day: int, standing: str
) -> None:
    given = give_consent(consent(enterprise, valid_until=TODAY + timedelta(days=10)), office)
    kept = office.of(Consents).rows[given.consent_id]
    when = TODAY + timedelta(days=day)
    assert kept.standing(when) == standing
    assert kept.covers("technology_score", "credit_assessment", when) is (standing == "standing")
    assert not kept.covers("tech_sme", "credit_assessment", when)
    assert not kept.covers("technology_score", "post_loan_monitoring", when)


def test_a_look_at_the_contact_is_written_down_and_read_by_its_taker_for_ten_minutes(
    office: FakeUnit, enterprise: str
) -> None:
    office.actor = Actor(id="clerk-1", roles=frozenset({"window"}), name="专窗经办")
    view = reveal_contact(RevealContact(enterprise_id=enterprise, reason="核实申报信息"), office)
    assert "1990000" not in view.model_dump_json()
    look = office.of(Disclosures).rows[view.disclosure_id]
    assert (look.seen_by, look.seen_by_name, look.reason, look.subject) == (
        "clerk-1",
        "专窗经办",
        "核实申报信息",
        "contact",
    )
    assert look.readable_by(office.actor, NOON + timedelta(minutes=10))
    assert not look.readable_by(office.actor, NOON + timedelta(minutes=10, seconds=1))
    assert not look.readable_by(Actor(id="clerk-2"), NOON)


def licence(enterprise: str, **changes: Any) -> KeepMaterial:
    fields = {
        "enterprise_id": enterprise,
        "kind": "permit",
        "name": "食品生产许可证",
        "number": "SC10336070200001",
        "issuer": "章贡区市场监管局",
        "sha256": "ab" * 32,
        "valid_from": date(2025, 1, 1),
        "valid_until": date(2026, 6, 30),
    }
    return KeepMaterial(**{**fields, **changes})


@pytest.mark.parametrize(
    ("valid_until", "today", "standing"),
    [
        (date(2026, 6, 30), date(2024, 12, 31), "not_begun"),
        (date(2026, 6, 30), date(2026, 5, 30), "valid"),
        (date(2026, 6, 30), date(2026, 5, 31), "expiring"),
        (date(2026, 6, 30), date(2026, 6, 30), "expiring"),
        (date(2026, 6, 30), date(2026, 7, 1), "expired"),
        (None, date(2099, 1, 1), "valid"),
    ],
)
def test_a_paper_is_good_through_its_last_day_and_warns_thirty_days_before(
    office: FakeUnit, enterprise: str, valid_until: date | None, today: date, standing: str
) -> None:
    view = keep_material(licence(enterprise, valid_until=valid_until), office)
    assert office.of(Materials).rows[view.ref.material_id].standing(today) == standing


def test_a_renewed_licence_takes_the_place_of_the_old_one(office: FakeUnit, enterprise: str) -> None:
    old = keep_material(licence(enterprise), office)
    renewal = licence(enterprise, valid_until=date(2031, 6, 30), sha256="cd" * 32, replaces=old.ref.material_id)
    new = keep_material(renewal, office)
    replaced = office.of(Materials).rows[old.ref.material_id]
    assert (replaced.standing(TODAY), replaced.replaced_by) == ("replaced", new.ref.material_id)
    with pytest.raises(MaterialCountsNoMore):
        keep_material(renewal, office)
    with pytest.raises(MaterialCountsNoMore):
        withdraw_material(WithdrawMaterial(material_id=old.ref.material_id, reason="传错文件"), office)
    gone = withdraw_material(WithdrawMaterial(material_id=new.ref.material_id, reason="传错文件"), office)
    assert (gone.standing, gone.withdrawn_why) == ("withdrawn", "传错文件")


def test_a_material_that_cannot_be_right_is_refused_with_all_reasons(office: FakeUnit, enterprise: str) -> None:
    old = keep_material(licence(enterprise), office)
    wrong = licence(enterprise, kind="contract", valid_until=date(2024, 1, 1), replaces=old.ref.material_id)
    with pytest.raises(MaterialRefused) as refused:
        keep_material(wrong, office)
    assert [each.code for each in refused.value.reasons] == ["validity_reversed", "kind_differs"]
    with pytest.raises(MaterialRefused) as refused:
        keep_material(licence(enterprise, valid_until=date(2026, 3, 9)), office)
    assert [each.code for each in refused.value.reasons] == ["material_expired"]


def test_a_enterprise_keeps_and_withdraws_its_own_materials_only(office: FakeUnit, enterprise: str) -> None:
    kept = keep_material(licence(enterprise), office)
    office.actor = Actor(id="x", roles=frozenset({"enterprise"}), enterprise_id="another")
    with pytest.raises(EnterpriseNotYours):
        keep_material(licence(enterprise), office)
    with pytest.raises(EnterpriseNotYours):
        withdraw_material(WithdrawMaterial(material_id=kept.ref.material_id, reason="传错文件"), office)


def test_whoever_takes_materials_with_claims_hears_of_each_and_when_it_goes(office: FakeUnit, enterprise: str) -> None:
    office.recorded.clear()
    old = keep_material(licence(enterprise, size=4096), office)
    new = keep_material(licence(enterprise, sha256="cd" * 32, replaces=old.ref.material_id), office)
    withdraw_material(WithdrawMaterial(material_id=new.ref.material_id, reason="传错文件"), office)
    told = [each for each in office.events if isinstance(each, MaterialKept | MaterialGone)]
    said = sorted((type(each).__name__, each.material_id, getattr(each, "why", "")) for each in told)
    assert said == sorted(
        [
            ("MaterialKept", old.ref.material_id, ""),
            ("MaterialGone", old.ref.material_id, "replaced"),
            ("MaterialKept", new.ref.material_id, ""),
            ("MaterialGone", new.ref.material_id, "withdrawn"),
        ]
    )
    assert next(each for each in told if isinstance(each, MaterialKept)).size == 4096


def test_an_enterprise_reads_its_own_materials_and_every_reading_is_kept(office: FakeUnit, enterprise: str) -> None:
    kept = keep_material(licence(enterprise, size=4096), office)
    office.actor = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id=enterprise)
    answer = open_kept_material(OpenKeptMaterial(material_id=kept.ref.material_id), office)
    assert (answer.sha256, answer.size, answer.tenant) == (kept.ref.sha256, 4096, office.tenant)
    open_kept_material(OpenKeptMaterial(material_id=kept.ref.material_id), office)
    assert [each.opened_by for each in office.of(KeptMaterialOpenings).rows.values()] == ["boss", "boss"]


def test_to_another_enterprise_a_material_does_not_exist_and_nothing_is_kept_of_its_look(
    office: FakeUnit, enterprise: str
) -> None:
    kept = keep_material(licence(enterprise), office)
    office.actor = Actor(id="other", roles=frozenset({"enterprise"}), enterprise_id="someone-else")
    with pytest.raises(MaterialUnknown):
        open_kept_material(OpenKeptMaterial(material_id=kept.ref.material_id), office)
    assert not office.of(KeptMaterialOpenings).rows
