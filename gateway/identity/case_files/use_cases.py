"""Opening a file: it is written down before anything is read."""

from __future__ import annotations

from datetime import timedelta

from chassis.write.uow import UnitOfWork
from contracts.case_files import OpenCaseFile, OpenedCaseFile
from gateway.identity.security.events import NOWHERE, Origin, SecurityEvent
from gateway.identity.security.store import record

OPEN_FOR = timedelta(minutes=30)
"""As long as a session may stand idle: whoever comes back later says again under which document."""


def open_case_file(cmd: OpenCaseFile, uow: UnitOfWork, *, origin: Origin = NOWHERE) -> OpenedCaseFile:
    """Let the actor read this case's file for a while."""
    record(
        uow,
        SecurityEvent(
            kind="case_file_opened",
            tenant=uow.tenant,
            actor_id=uow.actor.id,
            department_id=uow.actor.department_id,
            origin=origin,
            details={"case_id": cmd.case_id, "document_number": cmd.document_number, "reason": cmd.reason},
        ),
    )
    return OpenedCaseFile(
        case_id=cmd.case_id, document_number=cmd.document_number, opened_at=uow.now, until=uow.now + OPEN_FOR
    )
