"""Groups of duties that rows of the table of permissions speak of (`gateway.permissions`)."""

from __future__ import annotations

from contracts.duties import DutyKind
from gateway.permission import Machine, Mandated

OFFICERS: tuple[DutyKind, ...] = ("policy_author", "first_review", "review_check", "leader")
"""A policy department's people."""

DECIDERS: tuple[DutyKind, ...] = ("first_review", "review_check", "leader")
BUREAU: tuple[DutyKind, ...] = ("bureau_intake", "payment_maker", "payment_check")
FINANCE: tuple[DutyKind, ...] = ("finance", "finance_check")
INSPECTORS: tuple[DutyKind, ...] = ("supervision", "discipline", "audit")
SUPERVISORS: tuple[DutyKind, ...] = (*INSPECTORS, "lay_supervisor")
WINDOW: tuple[DutyKind, ...] = ("window",)
EXPERTS: tuple[DutyKind, ...] = ("panel_expert",)
STAFF: tuple[DutyKind, ...] = (*OFFICERS, *WINDOW, *BUREAU, *FINANCE)
VIEW: tuple[Mandated, ...] = ("enterprise_view",)
CONTACTS: tuple[Mandated, ...] = ("enterprise_contacts",)
APPLY: tuple[Mandated, ...] = ("enterprise_apply",)
ACCOUNTS: tuple[Mandated, ...] = ("enterprise_accounts",)
CONSENTS: tuple[Mandated, ...] = ("enterprise_consents",)
PARTNER: tuple[Machine, ...] = ("partner",)
BANK: tuple[Machine, ...] = ("bank",)

SYSTEM: tuple[DutyKind, ...] = ("system_admin",)
SECURITY: tuple[DutyKind, ...] = ("security_admin",)
ADMINISTRATORS = (*SYSTEM, *SECURITY)
PLACE_READERS = (*ADMINISTRATORS, "audit_admin", *STAFF, *SUPERVISORS, *PARTNER)
