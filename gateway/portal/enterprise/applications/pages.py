"""Apply with one form (一表申报): what the dossier knows is not asked for, what is wrong is told at its field."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from pydantic import Field

from chassis.time.clock import CHINA
from contracts.application_drafts import (
    ApplicationDraftView,
    DiscardApplicationDraft,
    GetApplicationDraft,
    ListApplicationDrafts,
    RenewApplicationDraft,
    SaveApplicationDraft,
)
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
from gateway.portal.enterprise.applications.drafting import (
    KeptFields,
    Seen,
    answers_in,
    differing,
    is_field,
    names_of,
    numbers_of,
    said_fields,
    values_of,
)
from gateway.portal.enterprise.frame import framed, unless_away
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address

pages = Pages("enterprise")

OPEN = frozenset({"open", "closing_soon"})
APPLY = "/my/apply/{item_id}"
RECEIPT = re.compile(r"[A-Za-z0-9-]{6,60}")


class FilledApplication(Model):
    """What an applicant fills in. `answers` by the fact's name and period; several values where several may be chosen.
    `receivers`: by the part (`part_key`), who receives it, as far as that is known. `seen` is for whoever keeps it as a draft.
    """

    item_id: Id
    answers: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    commitments: tuple[MaterialCode, ...] = ()
    credit_commitment: bool = False
    receivers: dict[str, Id] = Field(default_factory=dict)
    replaces: ReceiptNumber | None = None
    item_version: int | None = Field(default=None, ge=1)
    seen: Seen = Field(default_factory=dict)


@pages.show(
    APPLY,
    GetApplicationForm,
    template="form.html",
    own_enterprise=True,
    without=("item_version", "declared"),
)
async def show_application_form(door: Door, query: GetApplicationForm) -> Values:
    """The form of an item, with what has been filled in before; where it cannot be filled in now, why not and what to do."""
    draft, guide = await asyncio.gather(
        unless_away(_draft_of(door, query.item_id)), door.told(GetGuide(item_id=query.item_id))
    )
    form = await _form_with(door, query, draft)
    asked = door.request.query_params.get("replaces", "")
    return framed(
        door,
        form=form,
        item=guide,
        draft=draft,
        begun={"replaces": [asked], **values_of(draft)} if RECEIPT.fullmatch(asked) else values_of(draft),
        seen=numbers_of(draft),
        elsewhere=door.request.query_params.get("elsewhere", ""),
        fields=[(field_name(field), field) for field in form.fields if field.known is None],
        known=[field for field in form.fields if field.known is not None],
        pledges=[each for each in form.materials if each.commitment],
        papers=[each for each in form.materials if not each.commitment],
        obstacle=_obstacle(form, guide),
        account_needed=_account_needed(form),
        not_met=[each for each in form.verdict.reasons if each.decisive and each.state is State.NOT_MET],
    )


async def _draft_of(door: Door, item_id: Id) -> ApplicationDraftView | None:
    return (await door.told(GetApplicationDraft(enterprise_id=door.enterprise, item_id=item_id))).draft


async def _form_with(door: Door, query: GetApplicationForm, draft: ApplicationDraftView | None) -> ApplicationForm:
    """The form of the version with which the draft was begun; what has been answered is worked out with it."""
    if draft is None:
        return await door.told(query)
    begun = query.model_copy(update={"item_version": draft.item_version})
    form = await door.told(begun)
    facts = read_answers(form, answers_in(draft), _today(door)).facts
    return await door.told(begun.model_copy(update={"declared": facts})) if facts else form


def _today(door: Door) -> date:
    return door.frame.clock.now().astimezone(CHINA).date()


@pages.form(
    f"{APPLY}/draft",
    KeptFields,
    Permitted(SaveApplicationDraft, own_enterprise=True),
    on=show_application_form,
)
async def save_draft(door: Door, kept: KeptFields) -> str:
    """Keep what stands in the form (暂存). Raises FieldSavedElsewhere for what somebody else has saved meanwhile."""
    saved = await _saved(door, kept, await _names_sent(door, kept))
    by_script = door.request.headers.get("hx-request") == "true"
    if saved is not None and saved.differing and by_script:
        return address(f"/my/apply/{kept.item_id}", elsewhere=saved.differing[0])
    if saved is not None and (refused := differing(saved)) is not None:
        raise refused
    return address(f"/my/apply/{kept.item_id}", done=None if by_script else "draft_saved")


async def _names_sent(door: Door, kept: KeptFields) -> list[str]:
    """The one field that a script has sent; without it all that the form has, of which what is missing is blank."""
    if kept.only is not None:
        return [kept.only] if is_field(kept.only) else []
    return list(names_of(await door.told(_form_of(door, kept.item_id, kept.item_version))))


async def _saved(door: Door, kept: KeptFields, names: Sequence[str]) -> ApplicationDraftView | None:
    """The draft with these fields; None where there was nothing to keep. Saying the same twice changes nothing, so each time is an
    order of its own."""
    fields = said_fields(kept, names)
    if not fields:
        return None
    key, door.key = door.key, uuid4().hex
    try:
        return await door.done(
            SaveApplicationDraft(
                enterprise_id=door.enterprise,
                item_id=kept.item_id,
                item_version=kept.item_version,
                fields=tuple(fields),
            )
        )
    finally:
        door.key = key


def _form_of(door: Door, item_id: Id, version: int | None) -> GetApplicationForm:
    return GetApplicationForm(item_id=item_id, enterprise_id=door.enterprise, item_version=version)


class RenewedDraft(Model):
    item_id: Id
    draft_id: Id


@pages.form(f"{APPLY}/draft/renew", RenewedDraft, Permitted(RenewApplicationDraft), on=show_application_form)
async def renew_draft(door: Door, renewed: RenewedDraft) -> str:
    """Go on with the item's newest version, with what was filled in."""
    await door.done(RenewApplicationDraft(draft_id=renewed.draft_id))
    return address(f"/my/apply/{renewed.item_id}", done="draft_renewed")


@pages.show("/my/drafts", ListApplicationDrafts, template="drafts.html", own_enterprise=True)
async def show_drafts(door: Door, query: ListApplicationDrafts) -> Values:
    """What was begun and not filed, saved last first."""
    return framed(door, drafts=(await door.told(query)).items)


@pages.form("/my/drafts/{draft_id}/discard", DiscardApplicationDraft, on=show_drafts)
async def discard_draft(door: Door, command: DiscardApplicationDraft) -> str:
    """Throw a draft away."""
    await door.done(command)
    return address("/my/drafts", done="draft_discarded")


@pages.form(
    APPLY,
    FilledApplication,
    Permitted(SubmitApplication, own_enterprise=True),
    on=show_application_form,
)
async def submit_application(door: Door, filled: FilledApplication) -> str:
    """File it; what is refused is told beside the fields. Raises Invalid, RefusedThere."""
    form = await door.told(_form_of(door, filled.item_id, filled.item_version))
    answered = read_answers(form, filled.answers, _today(door))
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
        item_version=filled.item_version,
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
