"""What is done about contacts: changed, and asked for by whoever confirms an account."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher, mask_phone
from chassis.tenancy.working_days import ask_for
from chassis.time.calendar import CalendarNotLoaded
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.enterprises import ChangeContact, ContactChange, EnterpriseView
from services.catalog.contacts.domain import WORKING_DAYS, ContactChangedRecently, waits, waits_for_calendar
from services.catalog.contacts.store import ContactChanges
from services.catalog.enterprises.domain import Enterprise, refuse_stranger
from services.catalog.enterprises.store import Enterprises


def change_contact(cmd: ChangeContact, uow: UnitOfWork, cipher: Cipher) -> EnterpriseView:
    """The enterprise says whom to reach from now on; notify tells the number until now."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    enterprises = uow.of(Enterprises)
    enterprise = enterprises.get(cmd.enterprise_id, expected_version=cmd.expected_version)
    number: tuple[str, str] | None = None
    if cipher.open(enterprise.contact_sealed, purpose="contact", tenant=uow.tenant) != cmd.contact_mobile:
        sealed = cipher.seal(cmd.contact_mobile, tenant=uow.tenant, purpose="contact")
        number = (sealed, mask_phone(cmd.contact_mobile))
    said = enterprise.change_contact(cmd.contact_name, number, by=uow.actor, at=uow.now)
    enterprises.save(enterprise)
    change = ContactChange(
        contact_name=said.contact_name,
        contact_masked=said.contact_masked,
        former_masked=said.former_masked,
        reason=cmd.reason,
        changed_by=uow.actor.id,
        changed_by_name=uow.actor.name,
        changed_at=uow.now,
    )
    uow.of(ContactChanges).add(enterprise, change, said.former_sealed)
    if number is not None:
        _ask_for_calendar(uow)
    return enterprise.view(enterprises.current_facts(enterprise.id))


def why_accounts_wait(enterprise: Enterprise, uow: UnitOfWork) -> ContactChangedRecently | None:
    """Why no account of the enterprise can be confirmed now, if its contact's number is too new for that."""
    if enterprise.contact_changed_at is None:
        return None
    changed_on = enterprise.contact_changed_at.astimezone(CHINA).date()
    try:
        last_day = uow.calendar(uow.tenant).add_working_days(changed_on, WORKING_DAYS)
    except CalendarNotLoaded as error:
        return waits_for_calendar(changed_on, error.year)
    return waits(changed_on, last_day, uow.now.astimezone(CHINA).date())


def _ask_for_calendar(uow: UnitOfWork) -> None:
    """Somebody is to load the year in which the wait that begins now ends, where it is not there. The wait itself is
    computed whenever it is looked at, and so follows every calendar by itself.
    """
    try:
        uow.calendar(uow.tenant).add_working_days(uow.now.astimezone(CHINA).date(), WORKING_DAYS)
    except CalendarNotLoaded as error:
        ask_for(uow, uow.tenant, error.year, "contact")
