"""Apply with one form (一表申报): what the dossier knows is not asked for, what is wrong is told at its field."""

from __future__ import annotations

import asyncio
import re

from pydantic import Field

from chassis.time.clock import CHINA
from contracts.application_forms import ApplicationForm, GetApplicationForm
from contracts.case_payees import NamedPayee
from contracts.given_materials import MaterialCode
from contracts.intake import ReceiptNumber, SubmitApplication
from contracts.message import Id, Model
from contracts.policy_guide import GetGuide, GuideView
from contracts.refusal import Invalid
from contracts.rule import State
from gateway.access import Permitted
from gateway.door import Door, RefusedThere
from gateway.portal.enterprise.applications.answers import (
    beside_fields,
    field_name,
    part_key,
    pledges_missing,
    read_answers,
)
from gateway.portal.enterprise.frame import framed
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")

OPEN = frozenset({"open", "closing_soon"})
RECEIPT = re.compile(r"[A-Za-z0-9-]{6,60}")


class FilledApplication(Model):
    """What an applicant fills in. `answers` by the fact's name and period; several values where several may be chosen.
    `receivers`: by the part (`part_key`), who receives it, as far as that is known.
    """

    item_id: Id
    answers: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    commitments: tuple[MaterialCode, ...] = ()
    credit_commitment: bool = False
    receivers: dict[str, Id] = Field(default_factory=dict)
    replaces: ReceiptNumber | None = None


@pages.show("/my/apply/{item_id}", GetApplicationForm, template="form.html", own_enterprise=True)
async def show_application_form(door: Door, query: GetApplicationForm) -> Values:
    """The form of an item; where it cannot be filled in now, why not and what to do."""
    form, guide = await asyncio.gather(door.told(query), door.told(GetGuide(item_id=query.item_id)))
    asked = door.request.query_params.get("replaces", "")
    return framed(
        door,
        form=form,
        item=guide,
        fields=[(field_name(field), field) for field in form.fields if field.known is None],
        known=[field for field in form.fields if field.known is not None],
        pledges=[each for each in form.materials if each.commitment],
        papers=[each for each in form.materials if not each.commitment],
        obstacle=_obstacle(form, guide),
        account_needed=_account_needed(form),
        not_met=[each for each in form.verdict.reasons if each.decisive and each.state is State.NOT_MET],
        replaces=asked if RECEIPT.fullmatch(asked) else "",
    )


@pages.form(
    "/my/apply/{item_id}",
    FilledApplication,
    Permitted(SubmitApplication, own_enterprise=True),
    on=show_application_form,
)
async def submit_application(door: Door, filled: FilledApplication) -> str:
    """File it; what is refused is told beside the fields. Raises Invalid, RefusedThere."""
    form = await door.told(GetApplicationForm(item_id=filled.item_id, enterprise_id=door.enterprise))
    answered = read_answers(form, filled.answers, door.frame.clock.now().astimezone(CHINA).date())
    wrong = [*answered.reasons, *pledges_missing(form, filled.commitments)]
    if wrong:
        raise Invalid(*wrong)
    chosen = {each.part: filled.receivers.get(part_key(each.part)) for each in form.parts}
    payees = tuple(NamedPayee(part=part, holder_id=holder) for part, holder in chosen.items() if holder)
    command = SubmitApplication(
        item_id=filled.item_id,
        enterprise_id=door.enterprise,
        declared_facts=answered.facts,
        payee_name=form.payee.account_name if form.payee is not None else None,
        commitments=filled.commitments,
        credit_commitment=filled.credit_commitment,
        payees=payees,
        replaces=filled.replaces,
    )
    try:
        receipt = await door.done(command)
    except RefusedThere as refused:
        parts = [each.part for each in payees]
        raise RefusedThere(beside_fields(refused.refusal(), form, answered.names, parts)) from None
    return f"/my/cases/{receipt.receipt}/receipt?done=filed"


def _obstacle(form: ApplicationForm, guide: GuideView) -> str:
    """Why nobody can apply now, whatever they fill in: the key of a text; empty where one can."""
    if form.mode == "no_application":
        return "no_application"
    if guide.state == "suspended":
        return "suspended"
    if guide.state != "published" or guide.window not in OPEN:
        return "closed"
    return ""


def _account_needed(form: ApplicationForm) -> str:
    """What is to be said of the account before anything can be granted: the key of a text; empty where there is one."""
    if form.payee is not None or not form.own_account:
        return ""
    return "account_waits" if form.account_waits else "account_missing"
