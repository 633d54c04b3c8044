"""What an enterprise looks at: its own pages, as the owners of things would answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import enterprise_kit
from enterprise_kit import (
    BENEFIT,
    MESSAGES,
    NOT_ACCEPTED,
    PAUSED,
    RECEIPT,
    REJECTED,
    TO_MEND,
    WITHDRAWN,
    application,
    cases,
    checked,
    entitled,
    fact,
    form,
    supplement,
)
from enterprise_records_kit import (
    ACCOUNTS,
    BANKS,
    CHANGES,
    CONSENTS,
    HOLDER_SHEET,
    HOLDERS,
    LABELS,
    LOOKS,
    MATERIALS,
    OWN,
    SHARED,
    SHEET,
    mandates,
)
from paper_answers import SERVED, paper, paper_answers

from chassis.testing.fakes import NOON
from contracts.application_drafts import ApplicationDraftView
from contracts.refusal import Refusal
from contracts.rule import Fact, State
from page_samples import PageSample
from page_samples.public import AWAY, guide, tracked

PEOPLE = enterprise_kit.PEOPLE


def tracked_cases(body: dict[str, Any]) -> dict[str, Any]:
    return cases("returned") if body.get("standing") == "yours" else cases("accepted", "settled", "rejected")


WARMING_UP = {
    "refused": Refusal(
        kind="conflict", code="matching_warming_up", message="政策匹配正在准备数据，请稍后重试。", retryable=True
    ).model_dump(mode="json")
}
NOTHING: dict[str, Any] = {"items": []}
UNCLAIMED = {"list_applications": NOTHING, "track_own_cases": NOTHING}
HOME = {
    "track_own_cases": tracked_cases,
    "list_applications": NOTHING,
    "list_entitlements": entitled(State.MET, "GZ-009", more=False),
    "list_messages": MESSAGES,
    "count_unread": {"unread": 2},
    "list_payee_accounts": {"items": []},
    "list_materials": MATERIALS,
}
AWAY_ALL = dict.fromkeys(
    ("track_own_cases", "list_messages", "count_unread", "list_payee_accounts", "list_materials"), AWAY
) | {"list_entitlements": WARMING_UP}
CONSENT_PAGE = {
    "list_disclosures": LOOKS,
    "list_consents": CONSENTS,
    "list_labels": LABELS,
    "list_partner_banks": BANKS,
}


def item(code: str, *more: Fact, **changed: Any) -> dict[str, Any]:
    looked_at = {"check_entitlement": checked(code, *more).model_dump(mode="json"), "get_guide": guide(code, **changed)}
    return UNCLAIMED | looked_at


def claimed(code: str, state: str) -> dict[str, Any]:
    """The enterprise has claimed the item, and so far has it come."""
    filed = application()
    filed["items"][0]["claim"]["item_id"] = code
    return {"list_applications": filed, "track_own_cases": {"items": [tracked(state, receipt=RECEIPT)]}}


def filling(code: str, **changed: Any) -> dict[str, Any]:
    return {"get_application_form": form(code, **changed), "get_guide": guide(code)}


def draft(code: str, **changed: Any) -> dict[str, Any]:
    """What has been begun of the item's form."""
    kept = {
        "draft_id": "draft-1",
        "enterprise_id": "ent-1",
        "item_id": code,
        "item_version": 1,
        "newest_version": 1,
        "item_title": "技改设备投资奖励（示例）",
        "fields": [{"name": "replaces", "values": ["ZG-2026"], "number": 1, "saved_at": NOON, "saved_by": "boss"}],
        "begun_at": NOON,
        "begun_by": "boss",
        "saved_at": NOON,
        "kept_until": NOON + timedelta(days=180),
    }
    return ApplicationDraftView.model_validate({**kept, **changed}).model_dump(mode="json")


BEGUN = {"get_application_draft": {"draft": draft("SD-002")}}
REVISED = {
    "get_application_form": form("SD-002") | {"newest_version": 2},
    "get_application_draft": {"draft": draft("SD-002", newest_version=2)},
}
DONE = fact("site_type", "code", "self_built")
CASE = {"track_own_cases": {"items": [tracked("settled", receipt=RECEIPT)]}, "list_applications": application()}
REFUSED_CASE = {
    "track_own_cases": {"items": [REJECTED]},
    "list_applications": application(),
    **paper_answers(SERVED, paper(notice_id="paper-2")),
}
SAMPLES = [
    PageSample("/my", "/my", HOME, "owner"),
    PageSample("/my", "/my?lang=en", HOME, "owner"),
    PageSample(
        "/my",
        "/my",
        {**HOME, "track_own_cases": NOTHING, "list_messages": NOTHING, "list_materials": NOTHING},
        "viewer",
    ),
    PageSample("/my", "/my?x=away", AWAY_ALL, "owner"),
    PageSample(
        "/my/entitlements",
        "/my/entitlements",
        {"list_entitlements": entitled(State.MET, "GZ-009")} | claimed("GZ-009", "settled"),
        "owner",
    ),
    PageSample(
        "/my/entitlements",
        "/my/entitlements?state=undetermined",
        UNCLAIMED | {"list_entitlements": entitled(State.UNDETERMINED, "FJ-011", "GZ-001")},
        "owner",
    ),
    PageSample(
        "/my/entitlements",
        "/my/entitlements?state=not_met&lang=en",
        {"list_entitlements": entitled(State.NOT_MET, "SD-002")} | claimed("SD-002", "accepted"),
        "owner",
    ),
    PageSample("/my/entitlements", "/my/entitlements?x=warming", {"list_entitlements": WARMING_UP}, "owner", 503),
    PageSample("/my/entitlements/{item_id}", "/my/entitlements/SD-002", item("SD-002"), "owner"),
    PageSample(
        "/my/entitlements/{item_id}",
        "/my/entitlements/SD-002?lang=en",
        item("SD-002") | claimed("SD-002", "ready"),
        "owner",
    ),
    PageSample(
        "/my/entitlements/{item_id}",
        "/my/entitlements/SD-002?x=suspended",
        item("SD-002", state="suspended", state_reason="资金用完"),
        "owner",
    ),
    PageSample(
        "/my/entitlements/{item_id}", "/my/entitlements/FJ-011", item("FJ-011") | claimed("FJ-011", "settled"), "viewer"
    ),
    PageSample("/my/entitlements/{item_id}", "/my/entitlements/GZ-009", item("GZ-009"), "owner"),
    PageSample("/my/apply/{item_id}", "/my/apply/SD-002", filling("SD-002"), "owner"),
    PageSample("/my/apply/{item_id}", f"/my/apply/FJ-011?replaces={RECEIPT}", filling("FJ-011"), "owner"),
    PageSample("/my/apply/{item_id}", "/my/apply/AH-002?lang=en", filling("AH-002"), "owner"),
    PageSample("/my/apply/{item_id}", "/my/apply/SD-002?x=shared", filling("SD-002", **SHARED), "owner"),
    PageSample("/my/apply/{item_id}", "/my/apply/SD-002?x=begun", filling("SD-002") | BEGUN, "owner"),
    PageSample("/my/apply/{item_id}", "/my/apply/SD-002?x=revised&lang=en", filling("SD-002") | REVISED, "owner"),
    PageSample("/my/drafts", "/my/drafts", {"list_application_drafts": {"items": [draft("SD-002")]}}, "owner"),
    PageSample("/my/drafts", "/my/drafts?lang=en", {"list_application_drafts": {"items": []}}, "owner"),
    PageSample("/my/apply/{item_id}", "/my/apply/GZ-001", filling("GZ-001", payee=None, account_waits=True), "owner"),
    PageSample(
        "/my/cases", "/my/cases", {"track_own_cases": cases("accepted", "returned", "settled", more=True)}, "owner"
    ),
    PageSample("/my/cases", "/my/cases?standing=yours&lang=en", {"track_own_cases": NOTHING}, "owner"),
    PageSample("/my/cases/{receipt}", f"/my/cases/{RECEIPT}", CASE, "owner"),
    PageSample("/my/cases/{receipt}", f"/my/cases/{RECEIPT}?lang=en", REFUSED_CASE, "owner"),
    PageSample("/my/cases/{receipt}", f"/my/cases/{RECEIPT}?x=refused", REFUSED_CASE, "owner"),
    *(
        PageSample(
            "/my/cases/{receipt}",
            f"/my/cases/{RECEIPT}?lang={lang}&x={each['state']}",
            {"track_own_cases": {"items": [each]}, "list_applications": application()},
            "owner",
        )
        for lang in ("zh", "en")
        for each in (TO_MEND, NOT_ACCEPTED, WITHDRAWN, BENEFIT, PAUSED)
    ),
    PageSample(
        "/my/cases/{receipt}",
        f"/my/cases/{RECEIPT}?x=filed",
        {"track_own_cases": NOTHING, "list_applications": application()},
        "owner",
    ),
    PageSample(
        "/my/cases/{receipt}/receipt/paper",
        f"/my/cases/{RECEIPT}/receipt/paper",
        {"list_applications": application()},
        "owner",
        gives="application/pdf",
    ),
    PageSample(
        "/my/cases/{receipt}/receipt",
        f"/my/cases/{RECEIPT}/receipt?done=filed",
        {"list_applications": application()},
        "owner",
    ),
    PageSample(
        "/my/cases/{receipt}/receipt",
        f"/my/cases/{RECEIPT}/receipt?lang=en",
        {"list_applications": application()},
        "owner",
    ),
    PageSample(
        "/my/cases/{receipt}/receipt",
        f"/my/cases/{RECEIPT}/receipt?x=account",
        {"list_applications": application(account_needed=True)},
        "owner",
    ),
    *(
        PageSample("/my/cases/{receipt}/supplement", f"/my/cases/{RECEIPT}/supplement?lang={lang}", answers, "owner")
        for lang in ("zh", "en")
        for answers in (
            {"list_applications": application(), "get_supplement": supplement(), "list_materials": MATERIALS},
            {
                "list_applications": application(),
                "get_supplement": supplement(state="lapsed"),
                "list_materials": AWAY,
            },
        )
    ),
    *(
        PageSample(
            "/my/cases/{receipt}/notice",
            f"/my/cases/{RECEIPT}/notice?lang={lang}",
            {"track_own_cases": {"items": [TO_MEND]}},
            "owner",
        )
        for lang in ("zh", "en")
    ),
    PageSample("/my/messages", "/my/messages", {"list_messages": MESSAGES}, "owner"),
    PageSample("/my/messages", "/my/messages?lang=en", {"list_messages": NOTHING}, "owner"),
    PageSample(
        "/my/accounts",
        "/my/accounts",
        {"list_payee_accounts": ACCOUNTS, "get_enterprise": OWN.model_dump(mode="json")},
        "owner",
    ),
    PageSample(
        "/my/accounts",
        "/my/accounts?lang=en",
        {"list_payee_accounts": NOTHING, "get_enterprise": OWN.model_dump(mode="json")},
        "owner",
    ),
    PageSample("/my/receivers", "/my/receivers", {"list_payee_holders": HOLDERS}, "owner"),
    PageSample("/my/receivers", "/my/receivers?lang=en", {"list_payee_holders": NOTHING}, "owner"),
    PageSample("/my/receivers/{holder_id}", "/my/receivers/holder-1", {"get_payee_holder": HOLDER_SHEET}, "owner"),
    PageSample(
        "/my/receivers/{holder_id}",
        "/my/receivers/holder-1?lang=en",
        {"get_payee_holder": {**HOLDER_SHEET, "accounts": []}},
        "owner",
    ),
    PageSample(
        "/my/contacts",
        "/my/contacts",
        {"list_contact_changes": CHANGES, "get_enterprise": OWN.model_dump(mode="json")},
        "owner",
    ),
    PageSample(
        "/my/contacts",
        "/my/contacts?lang=en",
        {"list_contact_changes": NOTHING, "get_enterprise": OWN.model_dump(mode="json")},
        "viewer",
    ),
    PageSample("/my/consents", "/my/consents", CONSENT_PAGE, "owner"),
    PageSample("/my/consents", "/my/consents?lang=en", CONSENT_PAGE, "owner"),
    PageSample(
        "/my/consents",
        "/my/consents?x=none",
        {**CONSENT_PAGE, "list_disclosures": NOTHING, "list_consents": NOTHING, "list_partner_banks": NOTHING},
        "owner",
    ),
    PageSample("/my/dossier", "/my/dossier", {"get_dossier_sheet": SHEET, "list_materials": MATERIALS}, "owner"),
    PageSample("/my/dossier", "/my/dossier?lang=en", {"get_dossier_sheet": SHEET, "list_materials": AWAY}, "viewer"),
    PageSample("/my/materials", "/my/materials", {"list_materials": MATERIALS}, "owner"),
    PageSample("/my/materials", "/my/materials?lang=en&renews=mat-1", {"list_materials": MATERIALS}, "owner"),
    PageSample("/my/people", "/my/people", {"list_mandates": mandates}, "owner"),
    PageSample("/my/people", "/my/people?lang=en", {"list_mandates": mandates}, "viewer"),
]
