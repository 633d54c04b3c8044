"""The form of an item while it is filled in: kept field by field, found again, told apart from what another tab saved."""

from __future__ import annotations

import html
import re
from typing import Any

import enterprise_kit as kit
import pytest
from enterprise_pages_kit import answering, beside, enterprise_visitor, ordered
from page_samples.public import guide
from portal_kit import CSRF, Bus, Visitor

from contracts.application_drafts import ApplicationDraftView, DraftField
from gateway.portal.enterprise.applications.drafting import answers_in

APPLY = "/my/apply/KEPT"
SAVE = f"{APPLY}/draft"
NOW = "2026-03-10T04:00:00Z"


def the_form() -> dict[str, Any]:
    """The form of a sample item that asks for something."""
    for code in ("SD-002", "FJ-011", "AH-002", "GZ-001"):
        form = kit.form(code)
        if any(each["known"] is None and each["kind"] == "number" for each in form["fields"]):
            return form | {"newest_version": form["item_version"]}
    raise AssertionError("no sample form asks for a number")


FORM = the_form()
ASKED = next(each for each in FORM["fields"] if each["known"] is None and each["kind"] == "number")
NAME = f"answers.{ASKED['name']}:{ASKED['period'] or ''}"


def draft(*fields: tuple[str, tuple[str, ...], int], differing: tuple[str, ...] = (), **changed: Any) -> dict[str, Any]:
    kept = [DraftField(name=n, values=v, number=k, saved_at=NOW, saved_by="boss") for n, v, k in fields]  # type: ignore[arg-type]
    given = {
        "draft_id": "draft-1",
        "enterprise_id": "ent-1",
        "item_id": "KEPT",
        "item_version": FORM["item_version"],
        "newest_version": FORM["item_version"],
        "item_title": "示例事项",
        "fields": kept,
        "differing": differing,
        "begun_at": NOW,
        "begun_by": "boss",
        "saved_at": NOW,
        "kept_until": "2026-09-06T04:00:00Z",
    }
    return ApplicationDraftView.model_validate({**given, **changed}).model_dump(mode="json")


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return enterprise_visitor()


@pytest.fixture(autouse=True)
def bus(visitor: Visitor) -> Bus:
    bus = answering(visitor)
    bus.answers |= {"get_application_form": FORM, "get_guide": guide("SD-002"), "save_application_draft": draft()}
    return bus


def stands(page: str, name: str) -> str:
    """What stands in a text field."""
    found = re.search(rf'name="{re.escape(name)}"[^>]*value="([^"]*)"', html.unescape(page))
    assert found, name
    return found.group(1)


def test_what_was_begun_stands_in_the_form_and_is_worked_out_with(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_application_draft"] = {"draft": draft((NAME, ("12,000",), 3))}
    page = visitor.get(APPLY, "owner").text
    assert stands(page, NAME) == "12,000"
    assert stands(page, f"seen.{NAME}") == "3"
    assert "已暂存" in page and "保留至" in page
    first, second = ordered(bus, "get_application_form")
    assert (first["item_version"], first["declared"]) == (FORM["item_version"], [])
    assert [each["value"] for each in second["declared"]] == ["12000"]


def test_what_is_typed_half_is_kept_and_not_worked_out_with(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_application_draft"] = {"draft": draft((NAME, ("十二万左右",), 3))}
    page = visitor.get(APPLY, "owner").text
    assert stands(page, NAME) == "十二万左右"
    assert len(ordered(bus, "get_application_form")) == 1


def test_one_field_is_kept_by_itself_and_nothing_else_is_blanked(visitor: Visitor, bus: Bus) -> None:
    said = {"item_version": FORM["item_version"], "only": NAME, NAME: "12,0", f"seen.{NAME}": "2"}
    sent = visitor.post(SAVE, said, "owner")
    assert sent.headers["location"] == f"{APPLY}?done=draft_saved"
    (order,) = ordered(bus, "save_application_draft")
    assert order["fields"] == [{"name": NAME, "values": ["12,0"], "seen": 2}]


def test_without_a_script_all_fields_are_kept_with_one_button(visitor: Visitor, bus: Bus) -> None:
    said = {"item_version": FORM["item_version"], NAME: "12", "replaces": "ZG-"}
    visitor.post(SAVE, said, "owner")
    (order,) = ordered(bus, "save_application_draft")
    kept = {each["name"]: each["values"] for each in order["fields"]}
    assert (kept[NAME], kept["replaces"], kept["commitments"]) == (["12"], ["ZG-"], [])
    assert 'formaction="/my/apply/KEPT/draft"' in visitor.get(APPLY, "owner").text


def test_another_tab_s_word_is_told_at_the_field_and_what_was_typed_stays(visitor: Visitor, bus: Bus) -> None:
    other = draft((NAME, ("99",), 7), differing=(NAME,))
    bus.answers |= {"save_application_draft": other, "get_application_draft": {"draft": other}}
    page = visitor.post(SAVE, {"item_version": FORM["item_version"], NAME: "12", f"seen.{NAME}": "2"}, "owner")
    assert page.status_code == 409
    assert "已在别处暂存为“99”" in beside(page.text, NAME)
    assert stands(page.text, NAME) == "12"
    assert stands(page.text, f"seen.{NAME}") == "7", "sent again, it counts"


def test_a_script_is_told_of_it_without_losing_the_page(visitor: Visitor, bus: Bus) -> None:
    other = draft((NAME, ("99",), 7), differing=(NAME,))
    bus.answers |= {"save_application_draft": other, "get_application_draft": {"draft": other}}
    said = {"item_version": FORM["item_version"], "only": NAME, NAME: "12", "csrf": CSRF, "_key": "0123456789abcdef"}
    headers = {"Accept": "text/html", "Origin": "http://door", "HX-Request": "true"}
    sent = visitor.send("POST", SAVE, "owner", data=said, headers=headers)
    page = visitor.get(sent.headers["location"], "owner").text
    seen = f'id="seen-{NAME.replace(".", "-").replace(":", "-")}"'
    assert "已在别处暂存为“99”" in html.unescape(page).split(seen, 1)[1].split("</div>", 1)[0]


def test_a_form_of_a_version_that_was_revised_says_so_and_is_renewed_in_one_step(visitor: Visitor, bus: Bus) -> None:
    revised = draft((NAME, ("12",), 1), newest_version=FORM["item_version"] + 1)
    bus.answers |= {
        "get_application_draft": {"draft": revised},
        "get_application_form": FORM | {"newest_version": FORM["item_version"] + 1},
        "renew_application_draft": revised,
    }
    page = visitor.get(APPLY, "owner").text
    assert f"现行的是第 {FORM['item_version'] + 1} 版" in page
    sent = visitor.post(f"{APPLY}/draft/renew", {"draft_id": "draft-1"}, "owner")
    assert sent.headers["location"] == f"{APPLY}?done=draft_renewed"
    assert ordered(bus, "renew_application_draft") == [{"draft_id": "draft-1"}]


def test_the_form_says_of_which_version_it_is_when_it_is_filed(visitor: Visitor, bus: Bus) -> None:
    bus.answers["submit_application"] = {
        "refused": {
            "kind": "invalid",
            "code": "item_revised",
            "message": "该事项已修订为第 2 版",
            "reasons": [{"code": "item_revised", "message": "该事项已修订为第 2 版", "field": "item_version"}],
        }
    }
    said = {"item_version": FORM["item_version"], f"seen.{NAME}": "3", "seen.commitments": "0", **every_answer()}
    sent = visitor.post(APPLY, said, "owner")
    assert "该事项已修订为第 2 版" in sent.text
    (order,) = ordered(bus, "submit_application")
    assert order["item_version"] == FORM["item_version"]


def every_answer() -> dict[str, Any]:
    said: dict[str, Any] = {"commitments[]": [each["code"] for each in FORM["materials"] if each["commitment"]]}
    for each in FORM["fields"]:
        if each["known"] is None:
            example = {"number": "12", "flag": "true", "date": "2026-03-01"}.get(each["kind"])
            said[f"answers.{each['name']}:{each['period'] or ''}"] = example or (
                each["codes"][0]["code"] if each["codes"] else "x"
            )
    return said


def test_the_form_is_there_while_drafts_cannot_be_asked_for(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_application_draft"] = {"fault": {"retryable": True, "code": "took_too_long"}}
    assert visitor.get(APPLY, "owner").status_code == 200


def test_what_was_begun_is_listed_and_thrown_away_on_purpose(visitor: Visitor, bus: Bus) -> None:
    bus.answers |= {"list_application_drafts": {"items": [draft()]}, "discard_application_draft": draft()}
    page = visitor.get("/my/drafts", "owner").text
    assert "示例事项" in page and 'href="/my/apply/KEPT"' in page
    assert "示例事项" in visitor.get("/my", "owner").text
    sent = visitor.post("/my/drafts/draft-1/discard", {}, "owner")
    assert sent.headers["location"] == "/my/drafts?done=draft_discarded"
    assert ordered(bus, "discard_application_draft") == [{"draft_id": "draft-1"}]


def test_several_choices_come_back_as_several(bus: Bus) -> None:
    kept = ApplicationDraftView.model_validate(draft(("answers.kinds:", ("a", "b"), 1), ("answers.one:", ("a",), 1)))
    assert answers_in(kept) == {"kinds:": ("a", "b"), "one:": "a"}


@pytest.mark.parametrize("name", ["unheard_of", "answers", "csrf.x", "commitments.a"])
def test_what_no_form_calls_a_field_is_not_kept(visitor: Visitor, bus: Bus, name: str) -> None:
    visitor.post(SAVE, {"item_version": FORM["item_version"], "only": name}, "owner")
    assert ordered(bus, "save_application_draft") == []


def test_what_a_script_keeps_is_sent_on_without_asking_for_the_form(visitor: Visitor, bus: Bus) -> None:
    visitor.post(SAVE, {"item_version": FORM["item_version"], "only": NAME, NAME: "12"}, "owner")
    assert [name for name, _payload in bus.asked] == ["save_application_draft"]
