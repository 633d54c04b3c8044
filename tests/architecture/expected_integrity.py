"""Who may handle findings about claims, and read records of firms."""

FIRM = "enterprise window"

INTEGRITY = {
    ("GET", "/api/v1/findings"): "bureau department supervisor",
    ("GET", "/api/v1/findings/{finding_id}"): "bureau department enterprise supervisor window",
    ("POST", "/api/v1/cases/{case_id}/findings"): "department",
    ("POST", "/api/v1/findings/{finding_id}/notify"): "department",
    ("POST", "/api/v1/findings/{finding_id}/defence"): FIRM,
    ("POST", "/api/v1/findings/{finding_id}/decide"): "department",
    ("POST", "/api/v1/findings/{finding_id}/repair-requests"): FIRM,
    ("POST", "/api/v1/findings/{finding_id}/record-objections"): FIRM,
    ("POST", "/api/v1/findings/{finding_id}/requests/{request_id}/decide"): "department",
    ("POST", "/api/v1/findings/{finding_id}/recoveries"): "department",
    ("POST", "/api/v1/recovery-decisions/{recovery_id}/confirm"): "department",
    ("POST", "/api/v1/recovery-decisions/{recovery_id}/decline"): "department",
    ("GET", "/api/v1/my/records"): "enterprise",
    ("GET", "/api/v1/my/finding-places"): "enterprise",
    ("GET", "/api/v1/record-lines"): "department supervisor",
}
