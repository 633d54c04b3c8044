"""Who may do what with findings and the records of firms: rows of the table of permissions (`gateway.permissions`)."""

from __future__ import annotations

from contracts import integrity, integrity_records
from contracts.duties import DutyKind
from gateway.permission import Permission, of
from gateway.permission_groups import APPLY, BUREAU, DECIDERS, INSPECTORS, OFFICERS, VIEW, WINDOW

READERS: tuple[DutyKind, ...] = (*OFFICERS, *BUREAU, *INSPECTORS)
"""They name enterprises, which lay supervisors see masked."""

LEADERS: tuple[DutyKind, ...] = ("leader",)
RECOVERERS: tuple[DutyKind, ...] = ("review_check", "leader")
"""Who proposes that money come back, and who agrees."""

INTEGRITY_ROWS: tuple[Permission, ...] = (
    of(integrity.OpenFinding, DECIDERS, "department"),
    of(integrity.NotifyFinding, DECIDERS, "department", states=("opened",)),
    of(integrity.DecideFinding, LEADERS, "department", states=("notified", "defended")),
    of(integrity.DecideRecordRequest, LEADERS, "department", states=("established",)),
    of(integrity.ProposeRecovery, RECOVERERS, "department", states=("established",)),
    of(integrity.ConfirmRecovery, RECOVERERS, "department", states=("proposed",)),
    of(integrity.DeclineRecovery, RECOVERERS, "department", states=("proposed",)),
    of(integrity.PreviewFindingNotice, DECIDERS, "department"),
    of(integrity.PreviewFindingDecision, LEADERS, "department"),
    of(integrity.ListFindings, READERS, "tenant"),
    of(integrity.GetFinding, (*READERS, *WINDOW, *VIEW), "tenant"),
    of(integrity_records.ListRecordLines, (*OFFICERS, *INSPECTORS), "tenant"),
    of(integrity.GiveDefence, (*WINDOW, *APPLY), "tenant", states=("notified",)),
    of(integrity.AskForRepair, (*WINDOW, *APPLY), "tenant", states=("established",)),
    of(integrity.ObjectToRecord, (*WINDOW, *APPLY), "tenant", states=("established",)),
    of(integrity_records.ListOwnRecords, VIEW, "enterprise"),
    of(integrity_records.ListOwnFindingPlaces, VIEW, "enterprise"),
)
