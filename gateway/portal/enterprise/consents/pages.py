"""Consents (授权): which bank may see which label, for what and until when; and who has looked at what (谁看过)."""

from __future__ import annotations

import asyncio
from datetime import date

from pydantic import Field

from chassis.time.clock import CHINA
from contracts.consents import (
    ConsentPurpose,
    GiveConsent,
    ListConsents,
    ListDisclosures,
    RevokeConsent,
)
from contracts.credentials import ListPartnerBanks
from contracts.labels import LabelCode, ListLabels
from contracts.message import Id, Model
from contracts.refusal import Invalid, Reason
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.credentials.views import list_partner_banks
from gateway.portal.enterprise.frame import framed, unless_away
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")

PURPOSES: tuple[ConsentPurpose, ...] = ("credit_assessment", "post_loan_monitoring", "product_matching")


class FilledConsent(Model):
    """What a person fills in of a consent: the bank's name stands in the register."""

    grantee: Id
    labels: tuple[LabelCode, ...] = Field(min_length=1)
    purposes: tuple[ConsentPurpose, ...] = Field(min_length=1)
    valid_from: date
    valid_until: date


@pages.show("/my/consents", ListDisclosures, template="consents.html", own_enterprise=True, without=("limit",))
async def show_consents(door: Door, query: ListDisclosures) -> Values:
    """What the enterprise has allowed, the form for another consent, and every look there was, page by page."""
    looks, consents, labels, banks = await asyncio.gather(
        door.told(query.model_copy(update={"limit": 20})),
        door.told(ListConsents(enterprise_id=query.enterprise_id)),
        unless_away(door.told(ListLabels())),
        door.found(ListPartnerBanks(), list_partner_banks),
    )
    rules = [each.rule for each in labels.items] if labels is not None else []
    return framed(
        door,
        looks=looks,
        cursor=query.cursor,
        consents=consents.items,
        label_names={rule.code: rule.name for rule in rules},
        offered=[(rule.code, rule.name) for rule in rules if rule.needs_consent],
        banks=[(bank.bank_id, bank.name) for bank in banks.items],
        purposes=PURPOSES,
        today=door.frame.clock.now().astimezone(CHINA).date(),
    )


@pages.form("/my/consents", FilledConsent, Permitted(GiveConsent, own_enterprise=True), on=show_consents)
async def give_consent(door: Door, filled: FilledConsent) -> str:
    """Let a bank see what is named. Raises Invalid for a bank that is not connected here."""
    banks = await door.found(ListPartnerBanks(), list_partner_banks)
    named = {bank.bank_id: bank.name for bank in banks.items}
    if filled.grantee not in named:
        raise Invalid(Reason(code="bank_unknown", message="请选择一家合作银行", field="grantee"))
    command = GiveConsent(enterprise_id=door.enterprise, grantee_name=named[filled.grantee], **dict(filled))
    await door.done(command)
    return "/my/consents?done=consent_given"


@pages.form(
    "/my/consents/{consent_id}/revoke",
    RevokeConsent,
    Permitted(RevokeConsent, own_enterprise=True),
    on=show_consents,
)
async def revoke_consent(door: Door, command: RevokeConsent) -> str:
    """Take it back; the next look is refused."""
    await door.done(command)
    return "/my/consents?done=consent_revoked"
