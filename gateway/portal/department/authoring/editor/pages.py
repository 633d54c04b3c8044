"""The editor of a draft, a section on a page: every action is a form that changes one place and shows the section anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field
from starlette.responses import Response

from contracts.authoring import CheckedItem, CheckPolicyItem, FindDeclaredFacts
from contracts.documents import ListDocuments
from contracts.drafting import DraftView, EditDraft, GetDraft
from contracts.message import Id, Model
from contracts.refusal import Conflict
from gateway.access import Permitted
from gateway.door import Door, RefusedThere
from gateway.portal.department.authoring.editor.called import kinds_in_order, section_title
from gateway.portal.department.authoring.editor.changes import done, filled_in, with_fact, with_json
from gateway.portal.department.authoring.editor.offered import offered_words
from gateway.portal.department.authoring.editor.pictures_taken import PICTURES_TAKEN, pictures_of
from gateway.portal.department.authoring.editor.places_named import named_problems
from gateway.portal.department.authoring.editor.pointers import Json
from gateway.portal.department.authoring.editor.sections import (
    SECTION_NAMES,
    SECTIONS,
    Section,
    SectionName,
    section_of,
)
from gateway.portal.department.authoring.editor.tree import View, section_tree
from gateway.portal.shell.entries import sent_form_of
from gateway.portal.shell.headers import NOBODY_KEEPS
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.portal import portal_of
from gateway.portal.shell.rendering import address
from gateway.portal.shell.serving import redirect

pages = Pages("authoring")
AUTHORS = Permitted(EditDraft)
BEING_WRITTEN = ("draft", "consulted")
STALE = "stale_version"
SAID_TEMPLATE = "department/authoring/editor/said.html"
OPENED = ("choose", "more", "json")
"""What a button may open without doing anything."""

Pointer = str


class EditedMeanwhile(Conflict):
    """Somebody else has changed the draft since the page was shown; what was filled in is shown beside it."""

    code = "edited_meanwhile"
    sentence = "这份草稿刚被修改过，您填写的内容没有保存。下面是最新内容，您刚才填写的列在最前面，请核对后重新填写。"


class SectionAsked(Model):
    """A section, and what is opened in it: `choose` a place where something is to be added, `more` a node with all that
    can be done to it, `json_at` one that is written as JSON. `words`: what facts are looked for.
    """

    draft_id: Id
    section: SectionName
    at: Pointer = Field(default="", max_length=400)
    choose: Pointer = Field(default="", max_length=400)
    more: Pointer = Field(default="", max_length=400)
    json_at: Pointer = Field(default="", max_length=400)
    words: str = Field(default="", max_length=60)


class SectionChange(Model):
    """A section as a person filled it in: `f` are its fields by their places, `j` nodes that are written as JSON, `k` the
    kinds that were chosen; `act` is the button that was pressed.
    """

    draft_id: Id
    section: SectionName
    expected_version: int = Field(ge=1)
    act: str = Field(default="save", max_length=460)
    f: dict[str, Any] = Field(default_factory=dict)
    j: dict[Pointer, str] = Field(default_factory=dict)
    k: dict[Pointer, str] = Field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/department/drafts/{self.draft_id}/write/{self.section}"


@pages.show(
    "/department/drafts/{draft_id}/write/{section}",
    SectionAsked,
    AUTHORS,
    template="section.html",
    called={"json_at": "json"},
)
async def write_section(door: Door, asked: SectionAsked) -> Values | Response:
    """One section with its fields, the sentence and the problems beside it."""
    draft = await door.told(GetDraft(draft_id=asked.draft_id))
    if draft.stage not in BEING_WRITTEN:
        return redirect(door.request, f"/department/drafts/{draft.draft_id}")
    checked = await door.told(CheckPolicyItem(content=draft.content))
    view = View(checked.parts, frozenset({asked.json_at} - {""}))
    documents = (await door.told(ListDocuments(limit=100))).documents if asked.section == "document" else ()
    facts = await door.told(FindDeclaredFacts(words=asked.words)) if asked.section == "facts" else None
    return {
        **beside(draft, draft.content, checked, asked.section),
        "blocks": section_tree(draft.content, SECTIONS[asked.section], checked.problems, view),
        "opened": asked,
        "offered": offered_words(draft, door.principal.actor.department, documents),
        "known_facts": facts,
        "kinds_in_order": kinds_in_order,
        "pictures": pictures_of(draft),
        "pictures_taken": PICTURES_TAKEN,
    }


@pages.form("/department/drafts/{draft_id}/write/{section}", SectionChange, AUTHORS, on=write_section, versioned=True)
async def change_section(door: Door, change: SectionChange) -> str:
    """Keep what was filled in, and do the one thing that the button says."""
    draft = await door.told(GetDraft(draft_id=change.draft_id))
    if draft.version != change.expected_version:
        raise EditedMeanwhile(field="_stale")
    content, shown = await _changed(door, change, await _written(door, change, draft.content))
    if content != draft.content:
        await _keep(door, change, content)
    return f"{address(change.path, shown)}#{anchor(shown.get('at', ''))}"


@pages.form(
    "/department/drafts/{draft_id}/write/{section}/look", SectionChange, AUTHORS, on=write_section, versioned=True
)
async def look_at_section(door: Door, change: SectionChange) -> Response:
    """What the section would say with what stands in the form now. Nothing is kept: it is asked while one types."""
    draft = await door.told(GetDraft(draft_id=change.draft_id))
    content = await _written(door, change, draft.content)
    checked = await door.told(CheckPolicyItem(content=content))
    values = beside(draft, content, checked, change.section)
    return await portal_of(door.request).render(
        door.request, SAID_TEMPLATE, values, audience=pages.audience, status=200, cache=NOBODY_KEEPS
    )


def beside(draft: DraftView, text: Json, checked: CheckedItem, name: SectionName) -> dict[str, Any]:
    """What stands beside a section of a text: its sentences, what is wrong with it, and how far the others are."""
    counts = dict.fromkeys(SECTION_NAMES, 0)
    for problem in checked.problems:
        counts[section_of(problem.where)] += 1
    return {
        "draft": draft,
        "section": name,
        "section_title": section_title(name),
        "sections": [(each, section_title(each), counts[each]) for each in SECTION_NAMES],
        "told": _told(SECTIONS[name], checked),
        "problems": named_problems(text, [each for each in checked.problems if section_of(each.where) == name]),
        "guide": {each.part: each for each in checked.guide},
    }


def anchor(pointer: Pointer) -> str:
    """The id of what stands at a place."""
    return f"at{pointer.replace('/', '-')}"


def _told(section: Section, checked: CheckedItem) -> list[str]:
    """The sentences of a section's parts; of lists those of each entry."""
    told = []
    for each in section.pointers:
        listed = [text for where, text in checked.parts.items() if where.rpartition("/")[0] == each]
        told += [checked.parts[each]] if each in checked.parts else listed
    return told


async def _written(door: Door, change: SectionChange, content: Json) -> Json:
    """The draft with the section's fields as they were filled in. Raises PlaceGone and NotJson."""
    said: dict[str, list[str]] = {}
    for name, value in (await sent_form_of(door.request)).said:
        if name.startswith("f."):
            said.setdefault(name.removeprefix("f."), []).append(value)
    written = filled_in(content, list(said.items()))
    for pointer, text in change.j.items():
        written = with_json(written, pointer, text)
    return written


async def _changed(door: Door, change: SectionChange, content: Json) -> tuple[Json, dict[str, str]]:
    """The draft after what the button says, and what is to be opened. Raises PlaceGone and KindMissing."""
    what, _, pointer = change.act.partition(":")
    if what in OPENED:
        return content, {what: pointer, "at": pointer}
    if what == "declare":
        found: Sequence[Any] = (await door.told(FindDeclaredFacts(names=(pointer,)))).facts
        declared = [each.fact_type.model_dump(mode="json", exclude_none=True) for each in found]
        return with_fact(content, declared[0]) if declared else content, {}
    content, at = done(content, change.act, change.k.get(pointer, ""))
    return content, {"at": at} if at else {}


async def _keep(door: Door, change: SectionChange, content: Json) -> None:
    reason = f"网页编辑：{section_title(change.section)}"
    edit = EditDraft(draft_id=change.draft_id, expected_version=change.expected_version, content=content, reason=reason)
    try:
        await door.done(edit)
    except RefusedThere as refused:
        if refused.refusal().code != STALE:
            raise
        raise EditedMeanwhile(field="_stale") from None
