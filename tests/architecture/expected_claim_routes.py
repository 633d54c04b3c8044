"""The same of what happens to a claim between its filing and its acceptance."""

from __future__ import annotations

CLAIM_ROUTES = {
    ("GET", "/department/cases/{case_id}/acceptance"): "bureau department",
    ("POST", "/department/cases/{case_id}/acceptance"): "department",
    ("GET", "/department/cases/{case_id}/papers/{sha256}"): "bureau department",
    ("POST", "/department/cases/{case_id}/acceptance/supplement"): "department",
    ("POST", "/department/cases/{case_id}/acceptance/refuse"): "department",
    ("POST", "/api/v1/cases/{case_id}/accept"): "department",
    ("POST", "/api/v1/cases/{case_id}/refuse-acceptance"): "department",
    ("POST", "/api/v1/cases/{case_id}/supplements"): "department",
    ("GET", "/api/v1/cases/{case_id}/supplements"): "bureau department supervisor",
    ("GET", "/api/v1/applications/{application_id}/supplement"): "enterprise window",
    ("POST", "/api/v1/applications/{application_id}/supplement/answer"): "enterprise window",
    ("POST", "/api/v1/applications/{application_id}/withdraw"): "enterprise window",
    ("POST", "/my/cases/{receipt}/withdraw"): "enterprise",
    ("GET", "/my/cases/{receipt}/supplement"): "enterprise",
    ("POST", "/my/cases/{receipt}/supplement"): "enterprise",
    ("GET", "/my/cases/{receipt}/notice"): "enterprise",
    ("GET", "/window/claims"): "window",
    ("GET", "/window/claims/{application_id}"): "window",
    ("POST", "/window/claims/{application_id}/supplement"): "window",
    ("POST", "/window/claims/{application_id}/withdraw"): "window",
    ("GET", "/window/claims/{application_id}/notices"): "window",
    ("GET", "/window/claims/{application_id}/receipt"): "window",
    ("GET", "/api/v1/applications/by-receipt/{receipt}"): "window",
    ("GET", "/my/cases/{receipt}/receipt/paper"): "enterprise",
}
