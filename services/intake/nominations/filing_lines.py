"""The lines of a list that hold, filed: one application each, of the enterprise's own place."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.foundation.secrecy import Cipher
from chassis.write.uow import UnitOfWork
from services.intake.applications.admission import Admission
from services.intake.applications.domain import Application, Numbers
from services.intake.applications.filing import application_of, issue_numbers, receipt_head
from services.intake.catalog_copies.domain import Applicant, PublishedItem


def file_lines(
    item: PublishedItem,
    lines: Sequence[tuple[Applicant, Admission]],
    nomination_id: str,
    uow: UnitOfWork,
    cipher: Cipher,
) -> list[tuple[Application, Numbers]]:
    """One application per line, in the order of the list."""
    # Rows are written in the order of their ids: let that be the enterprises' order, so that two lists that share
    # enterprises meet at the first of them instead of blocking each other.
    in_row_order = sorted(enterprise.enterprise_id for enterprise, _admission in lines)
    row_ids = dict(zip(in_row_order, sorted(uow.new_id() for _ in lines), strict=True))
    head = receipt_head(item, uow)
    filed = []
    for enterprise, admission in lines:
        numbers = issue_numbers(head, row_ids[enterprise.enterprise_id], enterprise.tenant, cipher)
        application = application_of(item, enterprise, admission, numbers, uow, nomination_id=nomination_id)
        filed.append((application, numbers))
    return filed
