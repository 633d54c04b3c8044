"""What a clerk enters for whoever stands before them: an account, and who acts for the enterprise."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

from pydantic import Field

from contracts.enterprises import GetEnterprise, Mobile, RegisterPayeeAccount
from contracts.identity import PLATFORM
from contracts.message import Id, Model
from contracts.names import OrganisationName
from contracts.people import (
    EVERYTHING,
    GrantMandate,
    MandateKind,
    MandateScope,
    PersonName,
    RegisterPerson,
    ResidentId,
)
from contracts.typed import Typed
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.people import use_cases
from gateway.portal.window.enterprises.pages import pages, show_enterprise

SpacedNumber = Annotated[
    str, Field(pattern=r"^[0-9 -]{8,60}$"), Typed("账号应为 8 至 32 位数字，用 0 至 9 书写，可以有空格")
]


class AccountAtTheCounter(Model):
    """What stands in the enterprise's bank certificate. The holder's name is sent to the bank as it is written here; who
    leaves it out means the enterprise's own.
    """

    enterprise_id: Id
    account_name: OrganisationName | None = None
    account_number: SpacedNumber
    bank_name: str = Field(min_length=2, max_length=120)


class PersonAtTheCounter(Model):
    """Whose papers the clerk has before them. `until` is the last day; a representative may have none."""

    enterprise_id: Id
    name: PersonName
    resident_id: ResidentId
    mobile: Mobile
    kind: MandateKind
    scope: frozenset[MandateScope] = EVERYTHING
    since: date
    until: date | None = None


@pages.form(
    "/window/enterprises/{enterprise_id}/accounts",
    AccountAtTheCounter,
    Permitted(RegisterPayeeAccount),
    on=show_enterprise,
)
async def register_account(door: Door, said: AccountAtTheCounter) -> str:
    """Enter an account for the enterprise (代企业登记账户); somebody else confirms it."""
    enterprise = await door.told(GetEnterprise(enterprise_id=said.enterprise_id))
    number = said.account_number.replace(" ", "").replace("-", "")
    await door.done(
        RegisterPayeeAccount(
            enterprise_id=said.enterprise_id,
            account_name=said.account_name or enterprise.name,
            account_number=number,
            bank_name=said.bank_name,
        )
    )
    return f"/window/enterprises/{said.enterprise_id}?done=account_registered"


@pages.form(
    "/window/enterprises/{enterprise_id}/people", PersonAtTheCounter, Permitted(GrantMandate), on=show_enterprise
)
async def enter_person(door: Door, said: PersonAtTheCounter) -> str:
    """Enter who acts for the enterprise, and in what (登记法定代表人、经办人). A form sent again counts once."""
    enterprise = await door.told(GetEnterprise(enterprise_id=said.enterprise_id))
    key = door.key or ""
    person = RegisterPerson(name=said.name, resident_id=said.resident_id, mobile=said.mobile)
    door.key = f"{key}/person"
    known = await door.decided(person, partial(use_cases.register_person, cipher=door.frame.cipher), tenant=PLATFORM)
    door.key = f"{key}/mandate"
    mandate = GrantMandate(
        person_id=known.person_id,
        enterprise_id=said.enterprise_id,
        enterprise_name=enterprise.name,
        kind=said.kind,
        scope=EVERYTHING if said.kind == "legal_representative" else said.scope,
        since=said.since,
        until=said.until,
    )
    await door.decided(mandate, use_cases.grant_mandate)
    return f"/window/enterprises/{said.enterprise_id}?done=person_entered"
