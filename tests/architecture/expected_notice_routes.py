"""Who may call which route of public notices, and see which page of them."""

from __future__ import annotations

NOTICES = {
    ("GET", "/notices"): "public",
    ("GET", "/notices/{tenant}/{notice_id}"): "public",
    ("POST", "/notices/{tenant}/{notice_id}/objections"): "public",
    ("GET", "/notice-objections"): "public",
    ("GET", "/department/objections"): "department",
    ("GET", "/department/cases/{case_id}/notices"): "bureau department supervisor",
    ("POST", "/department/cases/{case_id}/notices"): "department",
    ("POST", "/department/cases/{case_id}/notices/objections/{objection_id}/answer"): "department",
    ("POST", "/department/cases/{case_id}/notices/objections/{objection_id}/objector"): "department",
    ("GET", "/api/v1/public-notices/{tenant}"): "public",
    ("GET", "/api/v1/public-notices/{tenant}/{notice_id}"): "public",
    ("POST", "/api/v1/public-notices/{tenant}/{notice_id}/objections"): "public",
    ("POST", "/api/v1/public-notices/{tenant}/objection-checks"): "public",
    ("GET", "/api/v1/objections"): "department",
    ("POST", "/api/v1/objections/{objection_id}/answer"): "department",
    ("GET", "/api/v1/objections/{objection_id}/objector"): "department",
    ("GET", "/api/v1/cases/{case_id}/notices"): "bureau department supervisor",
    ("POST", "/api/v1/cases/{case_id}/notices"): "department",
    ("GET", "/api/v1/cases/{case_id}/notice-preview"): "department",
}
