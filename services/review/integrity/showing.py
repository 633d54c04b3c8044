"""A finding as its department, supervisors and the firm read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.integrity import FindingView
from services.review.integrity.finding import IntegrityFinding
from services.review.integrity.recovery import RecoveryProposal
from services.review.integrity.store import RecoveryProposals, finding_of
from services.review.integrity.times import follow


def shown(finding: IntegrityFinding, uow: UnitOfWork) -> FindingView:
    """For its department, after a command."""
    recoveries = uow.of(RecoveryProposals)
    return view_of(finding, uow.now, recoveries.of_finding(finding.id), recoveries.recoverable(finding))


def shown_to_enterprise(
    finding: IntegrityFinding, now: datetime, recoveries: Sequence[RecoveryProposal] = ()
) -> FindingView:
    """What is only proposed is nobody's business outside."""
    return view_of(finding, now, [each for each in recoveries if each.state == "confirmed"])


def view_of(
    finding: IntegrityFinding, now: datetime, recoveries: Sequence[RecoveryProposal] = (), recoverable_fen: int = 0
) -> FindingView:
    """The finding on the day of `now`."""
    record = finding.record_made
    today = now.astimezone(CHINA).date()
    same = ("tenant", "case_id", "claim", "ground", "origin", "about", "facts_zh", "evidence", "state", "opened_by")
    more = ("opened_at", "notice", "defence", "decision", "requests", "version")
    return FindingView(
        finding_id=finding.id,
        **{name: getattr(finding, name) for name in (*same, *more)},
        record=record.view(today, disputed=finding.disputed) if record else None,
        recoveries=tuple(each.view() for each in recoveries),
        recoverable_fen=recoverable_fen,
    )


def as_it_stands(row: RowMapping | Any, reader: Reader) -> IntegrityFinding:
    """Its times by the calendar as it is now."""
    finding = finding_of(row)
    follow(finding, reader.calendar(reader.tenant))
    return finding
