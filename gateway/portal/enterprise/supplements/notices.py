"""Which notices a case has had, by the step that says it: what is printed, by the enterprise or for it at the counter."""

from __future__ import annotations

from collections.abc import Mapping

NOTICES: Mapping[str, str] = {
    "CaseAccepted": "accepted",
    "SupplementRequested": "supplement",
    "CaseNotAccepted": "not_accepted",
}
