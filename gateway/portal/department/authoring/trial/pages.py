"""Before it is published: what a draft gives one enterprise or made-up facts, whom it reaches and what it costs."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError
from starlette.responses import Response

from chassis.time.clock import CHINA
from contracts.drafting import DraftView, GetDraft
from contracts.entitlements import CostedPreview, PreviewItem
from contracts.item import PolicyItemContent
from contracts.message import Id, Model
from contracts.refusal import Reason
from contracts.trials import TriedItem, TryItem
from gateway.access import Permitted
from gateway.door import Door, RefusedThere, said
from gateway.portal.department.authoring.drafts.wholes import whole_text
from gateway.portal.department.authoring.editor.places_named import named_problems
from gateway.portal.department.authoring.editor.sections import section_of
from gateway.portal.department.authoring.trial.pasted import (
    FactsUnreadable,
    decisions_said,
    facts_said,
    key_of,
    unfit_decisions,
)
from gateway.portal.department.authoring.trial.results import verdict_lines
from gateway.portal.shell.entries import sent_form_of
from gateway.portal.shell.headers import NOBODY_KEEPS
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.portal import portal_of
from gateway.previews import costed_preview

pages = Pages("authoring")
NOT_READY = "preview_refused"


class TrialAsked(Model):
    """A draft, and the enterprise that it is tried on: a name, a part of it, or a credit code."""

    draft_id: Id
    enterprise: str = Field(default="", max_length=120)


class TrialFacts(Model):
    """Facts that are made up: `v` in their fields, `pasted` a line each; `d` figures that somebody would set."""

    draft_id: Id
    enterprise: str = Field(default="", max_length=120)
    year: int | None = Field(default=None, ge=1980, le=2200)
    pasted: str = Field(default="", max_length=20_000)
    v: dict[str, Any] = Field(default_factory=dict)
    d: dict[str, str] = Field(default_factory=dict)


@pages.show("/department/drafts/{draft_id}/trial", TrialAsked, Permitted(TryItem), template="trial.html")
async def show_trial(door: Door, asked: TrialAsked) -> Values:
    """What the rules look at, and, where an enterprise is named, what they give it."""
    draft = await door.told(GetDraft(draft_id=asked.draft_id))
    return await _tried(door, draft, TryItem(content=draft.content, enterprise=_meant(asked.enterprise)))


@pages.form("/department/drafts/{draft_id}/trial", TrialFacts, Permitted(TryItem), on=show_trial)
async def try_facts(door: Door, filled: TrialFacts) -> Response:
    """What they give on these facts. Nothing is kept: the answer is this page with what was filled in."""
    draft = await door.told(GetDraft(draft_id=filled.draft_id))
    today = door.frame.clock.now().astimezone(CHINA).date()
    first = TryItem(content=draft.content, enterprise=_meant(filled.enterprise), year=filled.year)
    needed = await door.told(first)
    query = first.model_copy(
        update={
            "facts": facts_said(needed, filled.v, filled.pasted, today),
            "decisions": decisions_said(needed, filled.d, today),
        }
    )
    return await _answered(door, await _tried(door, draft, query))


@pages.show("/department/drafts/{draft_id}/preview", GetDraft, Permitted(PreviewItem), template="preview.html")
async def show_preview(door: Door, query: GetDraft) -> Values:
    """How many enterprises it reaches, what it costs before caps, and the department's budget beside it."""
    draft = await door.told(query)
    values = {"draft": draft, "preview": None, "reasons": _wrong(draft)}
    try:
        content = PolicyItemContent.model_validate(whole_text(draft))
    except ValidationError:
        return values
    answer = await costed_preview(door, PreviewItem(content=content))
    refused = answer.get("refused", {})
    if refused.get("code") == NOT_READY:
        return {**values, "reasons": [_with_section(Reason.model_validate(each)) for each in refused["reasons"]]}
    known = said(answer, PreviewItem)
    return {**values, "preview": CostedPreview.model_validate({**known.model_dump(), "budget": answer["ok"]["budget"]})}


async def _tried(door: Door, draft: DraftView, query: TryItem) -> dict[str, Any]:
    """What came of it, for the page; where the rules cannot be tried yet, why. Raises FactsUnreadable where a figure
    that somebody would set does not fit them."""
    shown: dict[str, Any] = {"draft": draft, "said": query, "tried": None, "reasons": [], "unknown": ""}
    try:
        tried = await door.told(query)
    except RefusedThere as refused:
        refusal = refused.refusal()
        if refusal.code == NOT_READY:
            if against := unfit_decisions(refusal.reasons, query.decisions):
                raise FactsUnreadable(*against) from None
            return {**shown, "reasons": [_with_section(each) for each in refusal.reasons]}
        if refusal.kind != "not_found":
            raise
        without = query.model_copy(update={"enterprise": None})
        return {**shown, "unknown": refusal.message, "tried": await door.told(without), "key_of": key_of, "lines": []}
    return {**shown, "tried": tried, "key_of": key_of, "lines": _lines(tried)}


def _meant(enterprise: str) -> str | None:
    """Whom somebody looks for; one sign is nobody's name."""
    return enterprise.strip() if len(enterprise.strip()) > 1 else None


def _lines(tried: TriedItem) -> list[Any]:
    return verdict_lines(tried.assessment.verdict) if tried.assessment is not None else []


def _with_section(reason: Reason) -> tuple[str, str]:
    """Why it cannot be tried, and the part of the draft where that is mended."""
    pointer = "/" + (reason.field or "").removeprefix("content.").replace(".", "/")
    return reason.message, section_of(pointer)


def _wrong(draft: DraftView) -> list[tuple[str, str]]:
    return [(each.text, section_of(each.where)) for each in named_problems(draft.content, draft.problems)]


async def _answered(door: Door, values: dict[str, Any]) -> Response:
    """The page of the trial with its answer and with the form as it was filled in."""
    portal = portal_of(door.request)
    page = next(each for each in pages.declared if each.handle is show_trial)
    form = next(each for each in pages.declared if each.handle is try_facts)
    filled = portal.filled(door.request, form, await sent_form_of(door.request), "")
    shown = {
        "page_path": page.path.format(**door.request.path_params),
        "forms": portal.forms(door.request, page, filled),
        **values,
    }
    return await portal.render(
        door.request, page.template, shown, audience=pages.audience, status=200, cache=NOBODY_KEEPS
    )
