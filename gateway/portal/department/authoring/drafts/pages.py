"""Drafts of a department, and those that others ask it about: the list, a new one, one whole, and what is done with it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pydantic import Field

from chassis.time.clock import CHINA
from contracts.departments import DepartmentFunction, ListDepartments
from contracts.drafting import (
    PARTIES,
    AnswerConsultation,
    DiscardDraft,
    DraftPolicyItem,
    DraftView,
    EditDraft,
    GetDraft,
    ListDrafts,
    OpenConsultation,
    PartyAnswer,
    PartyKind,
    PublishDraft,
    RecallConsultation,
)
from contracts.message import Id, Model
from contracts.policies import GetPolicy
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.departments import views
from gateway.portal.department.authoring.drafts.wholes import copied_text, whole_text
from gateway.portal.department.authoring.editor.blanks import new_text
from gateway.portal.department.authoring.editor.called import section_title
from gateway.portal.department.authoring.editor.pages import BEING_WRITTEN
from gateway.portal.department.authoring.editor.places_named import named_problems
from gateway.portal.department.authoring.editor.sections import SECTION_NAMES, SECTIONS, section_of
from gateway.portal.department.authoring.editor.tree import View, section_tree
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values

pages = Pages("authoring")

FUNCTIONS: dict[PartyKind, DepartmentFunction] = {
    "development_reform": "development_reform",
    "finance": "finance",
    "approval_bureau": "approval_bureau",
}
"""By which function of the register the authority of each kind is found."""

USUAL_DAYS = 7
"""Days that others are given to answer, unless somebody says otherwise."""


class NewDraftAsked(Model):
    """What a new draft is begun like: another item, or nothing."""

    like: Id | None = None


class NewDraft(Model):
    """What a person says of a new item; `like`: the item whose text it begins with."""

    code: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    title: str = Field(min_length=2, max_length=200)
    like: Id | None = None


@pages.show("/department/drafts", ListDrafts, template="list.html", nav=("authoring.nav.drafts", 45))
async def list_drafts(door: Door, query: ListDrafts) -> Values:
    """One's own drafts and those that one is asked about, the newest first."""
    return {"found": await door.told(query), "wanted": query, "may_write": may(door, DraftPolicyItem)}


@pages.show("/department/drafts/new", NewDraftAsked, Permitted(DraftPolicyItem), template="new.html")
async def new_draft(door: Door, asked: NewDraftAsked) -> Values:
    """A new item is begun by its code and its title."""
    return {"like": await door.told(GetPolicy(item_id=asked.like)) if asked.like else None}


@pages.form("/department/drafts/new", NewDraft, Permitted(DraftPolicyItem), on=new_draft)
async def begin_draft(door: Door, begun: NewDraft) -> str:
    """Begin it, with nothing in it or like another item, and go on to its first page."""
    if begun.like is None:
        content = new_text(begun.code, begun.title)
    else:
        item = await door.told(GetPolicy(item_id=begun.like))
        content = copied_text(item.content.model_dump(mode="json", exclude_none=True), begun.code, begun.title)
    draft = await door.done(DraftPolicyItem(content=content))
    return f"/department/drafts/{draft.draft_id}/write/basic"


@pages.show("/department/drafts/{draft_id}", GetDraft, template="draft.html")
async def show_draft(door: Door, query: GetDraft) -> Values:
    """One draft: how far it is, what it says, what others said to it, and what may be done with it now."""
    draft = await door.told(query)
    mine = door.principal.actor.department == draft.department
    asked = mine and draft.stage == "draft" and may(door, OpenConsultation)
    return {
        "draft": draft,
        "mine": mine,
        "may_write": mine and draft.stage in BEING_WRITTEN and may(door, EditDraft),
        "may_ask": asked,
        "may_recall": mine and draft.stage == "consultation" and may(door, RecallConsultation),
        "may_publish": mine and draft.stage in BEING_WRITTEN and may(door, PublishDraft),
        "may_discard": mine and draft.stage in BEING_WRITTEN and may(door, DiscardDraft),
        "my_answer": _my_answer(door, draft),
        "parties": await _parties(door) if asked else [],
        "until": _today(door) + timedelta(days=USUAL_DAYS),
        "sections": _sections(draft),
    }


@pages.show("/department/drafts/{draft_id}/read", GetDraft, template="read.html")
async def read_draft(door: Door, query: GetDraft) -> Values:
    """The whole text, part by part, for whoever is asked about it."""
    draft = await door.told(query)
    text = whole_text(draft)
    parts = [(name, section_title(name), section_tree(text, SECTIONS[name], (), View())) for name in SECTION_NAMES]
    return {"draft": draft, "parts": parts}


@pages.form("/department/drafts/{draft_id}/consultation", OpenConsultation, on=show_draft, versioned=True)
async def open_consultation(door: Door, command: OpenConsultation) -> str:
    """Ask the three authorities about it (征求意见)."""
    await door.done(command)
    return f"/department/drafts/{command.draft_id}?done=consultation_opened"


@pages.form("/department/drafts/{draft_id}/consultation/recall", RecallConsultation, on=show_draft, versioned=True)
async def recall_consultation(door: Door, command: RecallConsultation) -> str:
    """Ask no longer (撤回)."""
    await door.done(command)
    return f"/department/drafts/{command.draft_id}?done=consultation_recalled"


@pages.form("/department/drafts/{draft_id}/answers", AnswerConsultation, on=show_draft)
async def answer_consultation(door: Door, command: AnswerConsultation) -> str:
    """Say what one's own authority thinks of it (反馈意见)."""
    await door.done(command)
    return f"/department/drafts/{command.draft_id}?done=answered"


@pages.form("/department/drafts/{draft_id}/discard", DiscardDraft, on=show_draft, versioned=True)
async def discard_draft(door: Door, command: DiscardDraft) -> str:
    """Give it up (作废)."""
    await door.done(command)
    return f"/department/drafts/{command.draft_id}?done=discarded"


@pages.show("/department/drafts/{draft_id}/publish", GetDraft, Permitted(PublishDraft), template="publish.html")
async def publish_page(door: Door, query: GetDraft) -> Values:
    """What stands against publishing it, all at once; what was written beside the rules; and the button."""
    draft = await door.told(query)
    wishes = [each for each in _last_answers(draft) if each.answer == "changes"]
    return {
        "draft": draft,
        "sections": _sections(draft),
        "wishes": wishes,
        "objections": [each for each in _last_answers(draft) if each.answer == "object"],
        "doubts": [each for each in draft.guide if each.differs],
        "written": [each for each in draft.guide if each.written is not None and each.written != each.from_rules],
    }


@pages.form("/department/drafts/{draft_id}/publish", PublishDraft, on=publish_page, versioned=True)
async def publish_draft(door: Door, command: PublishDraft) -> str:
    """Publish it, as an item or as its next version (发布)."""
    item = await door.done(command)
    return f"/department/items/{item.item_id}?done=published"


def _sections(draft: DraftView) -> list[tuple[str, str, list[Any]]]:
    """Each part of the item with what is wrong with it."""
    wrong: dict[str, list[Any]] = {name: [] for name in SECTION_NAMES}
    for problem in named_problems(draft.content, draft.problems):
        wrong[section_of(problem.where)].append(problem)
    return [(name, section_title(name), wrong[name]) for name in SECTION_NAMES]


def _last_answers(draft: DraftView) -> tuple[PartyAnswer, ...]:
    return draft.rounds[-1].answers if draft.rounds else ()


def _my_answer(door: Door, draft: DraftView) -> PartyAnswer | None:
    """The part of a running consultation that whoever looks at it has still to answer."""
    if draft.stage != "consultation" or not may(door, AnswerConsultation):
        return None
    actor = door.principal.actor
    waiting = (each for each in _last_answers(draft) if each.answer is None)
    by_register = actor.department_id
    return next(
        (
            each
            for each in waiting
            if actor.department == each.department or (by_register and by_register == each.department_id)
        ),
        None,
    )


async def _parties(door: Door) -> list[tuple[PartyKind, str]]:
    """The authorities that are to be asked, with their names by the register, as far as it has them."""
    found = []
    for party in PARTIES:
        query = ListDepartments(function=FUNCTIONS[party], limit=2)
        known = (await door.found(query, views.list_departments)).items
        found.append((party, known[0].name if len(known) == 1 else ""))
    return found


def _today(door: Door) -> date:
    return door.frame.clock.now().astimezone(CHINA).date()
