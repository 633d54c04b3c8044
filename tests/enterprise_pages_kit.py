"""The gateway's own application before an enterprise: what the owners of things answer, and what stands on a page."""

from __future__ import annotations

import html
import re
from typing import Any

import enterprise_kit as kit
import enterprise_records_kit as records
from page_samples import enterprise as samples
from portal_kit import Bus, Somebody, Visitor, officer

from console.contracts.program import unconnected_gateway
from contracts.message import Actor
from contracts.rule import State
from gateway.identity.views import Principal

ANSWERS: dict[str, Any] = {
    **samples.item("SD-002"),
    "track_own_cases": samples.tracked_cases,
    "list_applications": kit.application(),
    "list_entitlements": kit.entitled(State.MET, "GZ-009"),
    **samples.filling("SD-002"),
    "list_messages": kit.MESSAGES,
    "count_unread": {"unread": 2},
    "get_enterprise": records.OWN.model_dump(mode="json"),
    "list_payee_accounts": records.ACCOUNTS,
    "list_payee_holders": records.HOLDERS,
    "get_payee_holder": records.HOLDER_SHEET,
    "list_contact_changes": records.CHANGES,
    **samples.CONSENT_PAGE,
    "get_dossier_sheet": records.SHEET,
    "list_materials": records.MATERIALS,
    "list_mandates": records.mandates,
}


def enterprise_visitor() -> Visitor:
    """The owner, a viewer, and two who have no business there."""
    clerk = Actor(id="clerk", roles=frozenset({"window"}), duties=frozenset({"window"}))
    people = {**kit.PEOPLE, "officer": officer("department"), "clerk": Somebody(Principal("zhanggong", clerk))}
    return Visitor(unconnected_gateway(), Bus(), people)


def answering(visitor: Visitor) -> Bus:
    """Its bus, which has all the answers again and was asked nothing yet."""
    visitor.bus.answers, visitor.bus.asked = dict(ANSWERS), []
    return visitor.bus


def refused(code: str, *reasons: tuple[str, str | None], kind: str = "conflict") -> dict[str, Any]:
    told = [{"code": code, "message": message, "field": field} for message, field in reasons]
    return {"refused": {"kind": kind, "code": code, "message": reasons[0][0], "reasons": told}}


def ordered(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for name, payload in bus.asked if name == method]


def beside(page: str, name: str) -> str:
    """What stands between the label of a field and the field itself."""
    text = html.unescape(page)
    end = re.search(rf'name="{re.escape(name)}"', text)
    assert end, name
    start = max(text.rfind('<div class="field', 0, end.start()), text.rfind("<fieldset", 0, end.start()))
    return text[start : end.start()]
