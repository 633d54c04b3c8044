"""Whom to reach in an enterprise: changed by itself, told to the number until now, and accounts wait two working days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from chassis.time.calendar import Calendar, announced_days
from chassis.time.clock import CHINA
from contracts.enterprises import (
    ChangeContact,
    ConfirmPayeeAccount,
    EnterpriseContactChanged,
    EnterpriseView,
    RegisterEnterprise,
    RegisterPayeeAccount,
)
from contracts.message import Actor
from contracts.refusal import StaleVersion
from services.catalog.contacts.domain import ContactChangedRecently
from services.catalog.contacts.store import ContactChanges
from services.catalog.contacts.use_cases import change_contact
from services.catalog.enterprises.domain import ContactByEnterpriseOnly, ContactUnchanged, EnterpriseNotYours
from services.catalog.enterprises.store import Enterprises
from services.catalog.enterprises.use_cases import register_enterprise
from services.catalog.payee_accounts.use_cases import confirm_payee_account, register_payee_account

NAME = "示例企业01（科技型中小企业）"
OLD, NEW = "19900000001", "13900000002"
SECOND = Actor(id="clerk-2", roles=frozenset({"bureau"}), name="复核岗")


def at(text: str) -> datetime:
    """An instant in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.fixture
def enterprise(unit: FakeUnit, cipher: AesCipher) -> EnterpriseView:
    """A registered enterprise; its agent is who acts from now on."""
    command = RegisterEnterprise(uscc="91360702DEM000014H", name=NAME, contact_mobile=OLD)
    made = register_enterprise(command, unit, cipher)
    unit.actor = Actor(
        id="agent", roles=frozenset({"enterprise"}), name="李四", enterprise_id=made.enterprise_id, duties=frozenset()
    )
    return made


def change(
    unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView, mobile: str = NEW, **said: str | int | None
) -> EnterpriseView:
    version = unit.of(Enterprises).rows[enterprise.enterprise_id].version  # type: ignore[attr-defined]
    command = ChangeContact.model_validate(
        {
            "enterprise_id": enterprise.enterprise_id,
            "contact_mobile": mobile,
            "reason": "原联系人离职",
            "expected_version": version,
            **said,
        }
    )
    return change_contact(command, unit, cipher)


def confirm(unit: FakeUnit, account_id: str) -> bool:
    unit.actor, before = SECOND, unit.actor
    try:
        return confirm_payee_account(ConfirmPayeeAccount(account_id=account_id), unit).confirmed
    finally:
        unit.actor = before


def account(unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView) -> str:
    command = RegisterPayeeAccount(
        enterprise_id=enterprise.enterprise_id,
        account_name=NAME,
        account_number="3607020000000000001",
        bank_name="示例银行章贡支行",
    )
    return register_payee_account(command, unit, cipher).account_id


def test_the_new_number_is_told_with_the_one_that_it_replaces(
    unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView
) -> None:
    shown = change(unit, cipher, enterprise, contact_name="王五")
    assert (shown.contact_name, shown.contact_masked, shown.contact_changed_at) == ("王五", "139****0002", unit.now)
    event = unit.events[-1]
    assert isinstance(event, EnterpriseContactChanged)
    assert event.former_sealed is not None
    numbers = [
        cipher.open(sealed, purpose="contact", tenant="360702")
        for sealed in (event.former_sealed, event.contact_sealed)
    ]
    assert numbers == [OLD, NEW]
    assert OLD not in event.model_dump_json() and NEW not in event.model_dump_json()
    assert (event.former_masked, event.contact_masked, event.name) == ("199****0001", "139****0002", NAME)


def test_who_changed_it_why_and_what_it_was_is_kept(
    unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView
) -> None:
    change(unit, cipher, enterprise)
    ((of, kept, former),) = unit.of(ContactChanges).kept  # type: ignore[attr-defined]
    assert (of, kept.reason, kept.changed_by, kept.changed_by_name) == (
        enterprise.enterprise_id,
        "原联系人离职",
        "agent",
        "李四",
    )
    assert cipher.open(former, purpose="contact", tenant="360702") == OLD


def test_another_name_at_the_same_number_holds_nothing_up(
    unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView
) -> None:
    shown = change(unit, cipher, enterprise, OLD, contact_name="王五")
    assert (shown.contact_name, shown.contact_changed_at) == ("王五", None)
    event = unit.events[-1]
    assert isinstance(event, EnterpriseContactChanged)
    assert (event.former_sealed, event.former_masked) == (None, None)
    assert confirm(unit, account(unit, cipher, enterprise))


def test_what_is_as_it_was_is_no_change(unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView) -> None:
    with pytest.raises(ContactUnchanged):
        change(unit, cipher, enterprise, OLD)


def test_nobody_but_the_enterprise_changes_its_contact(
    unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView
) -> None:
    unit.actor = Actor(id="clerk-1", roles=frozenset({"window"}), name="专窗经办")
    with pytest.raises(ContactByEnterpriseOnly):
        change(unit, cipher, enterprise)
    unit.actor = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id="another")
    with pytest.raises(EnterpriseNotYours):
        change(unit, cipher, enterprise)


def test_whoever_read_an_older_dossier_reads_it_again(
    unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView
) -> None:
    with pytest.raises(StaleVersion):
        change(unit, cipher, enterprise, expected_version=7)


@pytest.mark.parametrize(
    ("changed", "refused_until", "free_from"),
    [
        # A Tuesday: Wednesday and Thursday are the two; the last is over at midnight.
        ("2026-03-10T12:00", "2026-03-12T23:59:59", "2026-03-13"),
        # On the stroke of the last minute of a day, the next is the first that counts.
        ("2026-03-10T23:59:59", "2026-03-12T23:59:59", "2026-03-13"),
        ("2026-03-11T00:00", "2026-03-13T23:59:59", "2026-03-14"),
        # A Friday: Monday and Tuesday.
        ("2026-03-13T09:00", "2026-03-17T23:59:59", "2026-03-18"),
        # A Saturday: Monday and Tuesday as well.
        ("2026-03-14T09:00", "2026-03-17T23:59:59", "2026-03-18"),
        # The day before the National Day's holidays (1 to 7 October; 10 October is worked): the 8th and the 9th.
        ("2026-09-30T09:00", "2026-10-09T23:59:59", "2026-10-10"),
    ],
)
def test_no_account_is_confirmed_until_the_second_working_day_is_over(
    unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView, changed: str, refused_until: str, free_from: str
) -> None:
    unit.now = at(changed)
    named_before = account(unit, cipher, enterprise)
    change(unit, cipher, enterprise)
    for instant in (changed, refused_until):
        unit.now = at(instant)
        with pytest.raises(ContactChangedRecently) as refused:
            confirm(unit, named_before)
        assert refused.value.code == "contact_changed_recently"
        assert f"自 {free_from} 起可以复核" in refused.value.message
        assert changed[:10] in refused.value.message
    named_meanwhile = account(unit, cipher, enterprise)
    unit.now = at(f"{free_from}T00:00")
    assert confirm(unit, named_before)
    assert confirm(unit, named_meanwhile)


def test_while_the_calendar_of_the_year_is_not_published_it_says_so_and_waits(
    unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView
) -> None:
    unit.now = at("2026-12-31T09:00")
    named = account(unit, cipher, enterprise)
    change(unit, cipher, enterprise)
    unit.now = at("2027-01-20T09:00")
    with pytest.raises(ContactChangedRecently) as refused:
        confirm(unit, named)
    assert "2027 年的工作日安排尚未公布" in refused.value.message
    assert unit.alarms == {(unit.tenant, "calendar", "2027", "contact", "100")}, "somebody is asked for it"


def test_a_wait_that_stood_open_ends_when_its_year_is_loaded_and_follows_a_day_that_is_not_worked(
    unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView
) -> None:
    unit.now = at("2026-12-31T09:00")
    named = account(unit, cipher, enterprise)
    change(unit, cipher, enterprise)
    unit.now = at("2027-01-05T09:00")
    next_year = [(date(2027, 1, 1) + timedelta(days=n), n % 7 not in (1, 2) and n > 0) for n in range(365)]
    days = [*announced_days(2026), *next_year]
    unit._calendar = Calendar.from_rows(days)
    with pytest.raises(ContactChangedRecently) as refused:
        confirm(unit, named)
    assert "自 2027-01-06 起可以复核" in refused.value.message
    unit._calendar = Calendar.from_rows(days, overrides=[(date(2027, 1, 5), False)])
    unit.now = at("2027-01-06T09:00")
    with pytest.raises(ContactChangedRecently) as refused:
        confirm(unit, named)
    assert "自 2027-01-07 起可以复核" in refused.value.message
    unit._calendar = Calendar.from_rows(days)
    assert confirm(unit, named)


def test_nobody_is_asked_for_a_calendar_that_is_there(
    unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView
) -> None:
    unit.now = at("2026-12-29T09:00")
    change(unit, cipher, enterprise)
    assert unit.alarms == set()


def test_a_later_change_begins_the_two_days_anew(unit: FakeUnit, cipher: AesCipher, enterprise: EnterpriseView) -> None:
    unit.now = at("2026-03-10T12:00")
    named = account(unit, cipher, enterprise)
    change(unit, cipher, enterprise)
    unit.now = at("2026-03-12T12:00")
    change(unit, cipher, enterprise, "13900000003")
    unit.now = at("2026-03-13T12:00")
    with pytest.raises(ContactChangedRecently) as refused:
        confirm(unit, named)
    assert "自 2026-03-17 起" in refused.value.message
