"""Who may call which route of official papers, and see which page of them."""

from __future__ import annotations

PAPERS = {
    ("GET", "/window/notices"): "bureau department window",
    ("POST", "/window/notices/{notice_id}/service"): "department window",
    ("POST", "/window/notices/{notice_id}/file"): "bureau department window",
    ("POST", "/department/cases/{case_id}/papers/{notice_id}"): "bureau department supervisor",
    ("POST", "/my/cases/{receipt}/papers/{notice_id}"): "enterprise window",
    ("POST", "/my/cases/{receipt}/electronic-service"): "enterprise",
    ("GET", "/api/v1/cases/{case_id}/refusal-grounds"): "department",
    ("POST", "/api/v1/cases/{case_id}/refusal-previews"): "department",
    ("GET", "/api/v1/cases/{case_id}/papers"): "bureau department supervisor",
    ("GET", "/api/v1/applications/{application_id}/papers"): "enterprise window",
    ("GET", "/api/v1/papers/to-serve"): "bureau department window",
    ("POST", "/api/v1/papers/{notice_id}/open"): "bureau department enterprise supervisor window",
    ("GET", "/api/v1/papers/{notice_id}/file"): "bureau department enterprise supervisor window",
    ("POST", "/api/v1/papers/{notice_id}/service"): "department window",
    ("POST", "/api/v1/applications/{application_id}/electronic-service"): "enterprise",
    ("POST", "/api/v1/applications/{application_id}/electronic-service/withdraw"): "enterprise",
    ("POST", "/department/drafts/{draft_id}/write/{section}/pictures"): "department",
    ("GET", "/department/drafts/{draft_id}/pictures/{sha256}"): "department",
    ("GET", "/items/{item_id}/card"): "public",
    ("GET", "/items/{item_id}/pictures/{sha256}"): "public",
}
