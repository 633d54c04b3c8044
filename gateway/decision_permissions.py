"""Who may take decisions on cases back, and decide many at once: rows of the table of permissions (`gateway.permissions`)."""

from __future__ import annotations

from contracts import bulk_decisions, reopening
from contracts.duties import DutyKind
from gateway.permission import Permission, of

DECIDERS: tuple[DutyKind, ...] = ("first_review", "review_check", "leader")
REOPENERS: tuple[DutyKind, ...] = ("review_check", "leader")
"""Who proposes that a decided case be looked at again, and who agrees."""

READERS: tuple[DutyKind, ...] = (
    *("policy_author", "first_review", "review_check", "leader", "bureau_intake", "payment_maker", "payment_check"),
    *("supervision", "discipline", "audit", "lay_supervisor"),
)
"""Whoever reads cases."""

DECISION_ROWS: tuple[Permission, ...] = (
    of(reopening.UndoDecision, DECIDERS, "department", states=("approved", "rejected")),
    of(reopening.ProposeReopening, REOPENERS, "department", states=("approved", "rejected")),
    of(reopening.ConfirmReopening, REOPENERS, "department", states=("proposed",)),
    of(reopening.DeclineReopening, REOPENERS, "department", states=("proposed",)),
    of(reopening.ListReopenings, READERS, "tenant"),
    of(bulk_decisions.PreviewBulkDecision, DECIDERS, "department"),
    of(bulk_decisions.ApproveCases, DECIDERS, "department"),
    of(bulk_decisions.RejectCases, DECIDERS, "department"),
    of(bulk_decisions.UndoBulk, DECIDERS, "department"),
)
