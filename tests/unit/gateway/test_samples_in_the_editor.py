"""Every sample opens in the editor, one figure of it is changed, and nothing else; most are written from scratch."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from contracts.item import PolicyItemContent
from gateway.portal.department.authoring.editor.blanks import new_text
from gateway.portal.department.authoring.editor.places import EditedPlace, inside, place_of
from gateway.portal.department.authoring.editor.pointers import NOWHERE, found, joined
from gateway.portal.department.authoring.editor.sections import SECTIONS, SectionName, section_of
from gateway.portal.department.authoring.editor.shapes import Kinds, Many, Part, Words, beside, members
from gateway.portal.department.authoring.editor.writing import shown
from tests.unit.gateway.editor_kit import SAMPLES, DraftDesk, Json, Page, nodes, sample_text
from tests.unit.rules.plan_writing import GUIDE_PLAN, PROJECT_AWARD

FROM_SCRATCH = sorted(SAMPLES)[::3]
"""A third of them: each takes a hundred actions."""


@pytest.fixture(scope="module")
def desk() -> DraftDesk:
    return DraftDesk({})


# -- opened and changed ---------------------------------------------------------------------------------------


def figures(text: Json) -> Iterator[str]:
    """Every figure of the rules that is written down: where its number stands."""
    for where, node in nodes(text["rules"], "/rules"):
        if node.get("node") == "fixed":
            yield f"{where}/value"
    yield "/rules/plan/payout_limit/limit"


@pytest.mark.parametrize("code", SAMPLES)
def test_a_sample_opens_and_one_figure_is_changed_and_nothing_else(desk: DraftDesk, code: str) -> None:
    before = sample_text(code)
    desk.open(before)
    pointer = next(figures(before))
    section = section_of(pointer)
    for name in SECTIONS:
        page = desk.page(name)
        if name == section:
            assert f"f.{pointer}" in page.fields
            filled = page.filled_in | {f"f.{pointer}": ["7"]}
            assert desk.send(name, filled).status_code == 303
        else:
            desk.send(name, page.filled_in)
    expected = copy.deepcopy(before)
    above, _, last = pointer.rpartition("/")
    found(expected, above)[last] = 7 if last == "limit" else "7"
    assert desk.content == expected
    assert len(desk.edits) == 1


# -- written from scratch -------------------------------------------------------------------------------------


def written_out(text: Json) -> Json:
    """The item with what the absence of a field means written down, as the editor writes it."""
    return PolicyItemContent.model_validate(text).model_dump(mode="json", exclude_none=True)


class Writer:
    """Somebody who writes an item by the editor's buttons and fields alone, wanting it to become `target`."""

    def __init__(self, desk: DraftDesk, target: Json) -> None:
        self.desk = desk
        self.target = target
        desk.open(new_text("NEW-1", "新的事项"))

    def write(self) -> None:
        for name in SECTIONS:
            for pointer in SECTIONS[name].pointers:
                self._build(name, pointer)
            self._fill(name)

    def _build(self, section: SectionName, pointer: str) -> None:
        """Adds whatever stands below, one by one."""
        wanted = found(self.target, pointer)
        place = place_of(self.desk.content, pointer)
        if wanted is NOWHERE or isinstance(place.shape, Words) or (place.field and beside(place.field)):
            return
        entries = wanted if isinstance(wanted, list) else [wanted]
        for index, each in enumerate(entries):
            at = joined(pointer, index) if isinstance(place.shape, Many) else pointer
            of = place.shape.of if isinstance(place.shape, Many) else place.shape
            if not isinstance(found(self.desk.content, at), dict):
                self._press(section, "add", pointer, each, of)
            elif isinstance(of, Kinds) and found(self.desk.content, at)[of.tag] != each[of.tag]:
                self._press(section, "turn", pointer, each, of)
            model = place_of(self.desk.content, at).model
            assert model is not None
            for member in members(model):
                self._build(section, joined(at, member.name))

    def _press(self, section: SectionName, what: str, pointer: str, wanted: Json, of: Part | Kinds) -> None:
        kind = {f"k.{pointer}": wanted[of.tag]} if isinstance(of, Kinds) else {}
        self.desk.act(section, f"{what}:{pointer}", **kind)

    def _fill(self, section: SectionName) -> None:
        """Fills in what the page asks for; what it asks for seldom where a node is opened."""
        page = self.desk.page(section)
        self._send(section, page, dict(self._texts(section, page)))
        for pointer, _place in list(self._words(section)):
            if f"f.{pointer}" not in page.fields and f"f.{pointer}[]" not in page.fields:
                node = pointer.rpartition("/")[0]
                opened = self.desk.page(section, more=node, at=node)
                assert f"f.{pointer}" in opened.fields, pointer
                self._send(section, opened, {f"f.{pointer}": [str(found(self.target, pointer))]})

    def _texts(self, section: SectionName, page: Page) -> Iterator[tuple[str, list[str]]]:
        for pointer, place in self._words(section):
            assert isinstance(place.shape, Words)
            value = found(self.target, pointer)
            ticks, line = f"f.{pointer}[]", f"f.{pointer}"
            if ticks in page.fields:
                yield ticks, [each for each in page.offered[ticks] if each in map(str, value)]
            elif line in page.fields:
                text = shown(place.shape, value)
                assert isinstance(text, str)
                if page.offered.get(line) and place.shape.kind != "value":
                    assert text in page.offered[line], (pointer, text, page.offered[line])
                yield line, [text]

    def _words(self, section: SectionName) -> Iterator[tuple[str, EditedPlace]]:
        """Every word that is wanted in the section and does not stand there yet."""

        def below(place: EditedPlace) -> Iterator[EditedPlace]:
            if isinstance(place.shape, Words):
                yield place
            elif isinstance(place.shape, Many):
                for index in range(len(place.value) if isinstance(place.value, list) else 0):
                    yield from below(inside(place, str(index)))
            elif place.model is not None:
                for member in members(place.model):
                    yield from below(inside(place, member.name))

        for pointer in SECTIONS[section].pointers:
            for place in below(place_of(self.desk.content, pointer)):
                wanted = found(self.target, place.at)
                if wanted is not NOWHERE and wanted != place.value:
                    yield place.at, place

    def _send(self, section: SectionName, page: Page, said: dict[str, Any]) -> None:
        if said:
            answer = self.desk.send(section, page.filled_in | said)
            assert answer.status_code == 303, answer.text


def with_the_plan_of_the_guide(text: Json) -> Json:
    """An item whose plan uses all that a plan may have."""
    rules = text["rules"] | {"amount": PROJECT_AWARD, "plan": GUIDE_PLAN}
    return written_out({**text, "rules": rules, "guide": {**text["guide"], "materials": []}})


def test_a_plan_with_all_that_it_may_have_opens_and_what_was_shown_is_no_change(desk: DraftDesk) -> None:
    desk.open(with_the_plan_of_the_guide(sample_text("GZ-010")))
    page = desk.page("plan")
    for field in ("steps/1/beside_previous", "steps/2/level", "steps/4/sets", "steps/7/apart_from", "reference_date"):
        assert f"f./rules/plan/{field}" in page.fields, field
    assert desk.send("plan", page.filled_in).status_code == 303
    assert desk.edits == []


def test_a_plan_with_all_that_it_may_have_is_written_from_scratch_by_buttons_and_fields(desk: DraftDesk) -> None:
    target = with_the_plan_of_the_guide(sample_text("GZ-010"))
    Writer(desk, target).write()
    assert desk.content == target


@pytest.mark.parametrize("code", FROM_SCRATCH)
def test_a_sample_is_written_from_scratch_by_buttons_and_fields(desk: DraftDesk, code: str) -> None:
    target = written_out(sample_text(code))
    Writer(desk, target).write()
    assert desk.content == target
    assert len(desk.edits) > 15
