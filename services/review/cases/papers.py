"""What leaves a case as an event leaves it as a paper too, in the same commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.case_events import BenefitGranted, CaseNotAccepted, CaseReopened, SupplementRequested
from contracts.case_notices import NoticeKind
from contracts.message import Event
from contracts.review import CaseAccepted, CaseApproved, CaseRejected
from services.review.cases.case import Case
from services.review.cases.pinned import PinnedVersion, version_of
from services.review.item_copies.item import PinnedItem
from services.review.item_copies.store import ItemVersions
from services.review.notices.notice import IssuedPaper, NoticeDraft
from services.review.notices.store import IssuedPapers
from services.review.notices.wording import Leaving, PaperOf, content_of

KINDS: Mapping[type[Event], NoticeKind] = {
    CaseAccepted: "acceptance",
    SupplementRequested: "supplement",
    CaseNotAccepted: "not_accepted",
    CaseApproved: "approval",
    BenefitGranted: "approval",
    CaseRejected: "refusal",
    CaseReopened: "reopening",
}
NUMBERED = (CaseNotAccepted, CaseRejected)
"""Whose events say the number of the paper."""


def issue_papers(cases: Iterable[Case], uow: UnitOfWork) -> None:
    """Issue the paper of whatever these are about to say; a refusal then says its number.

    An approval is one paper, whoever pays. Who has not applied was not accepted either: a line of a list, and a later instalment,
    have no paper about that.
    """
    leaving = [(case, place, event) for case in cases for place, event in _leaving(case)]
    if not leaving:
        return
    items = uow.of(ItemVersions).items({version_of(case.claim) for case, _place, _event in leaving})
    name = cache(uow.registry.name)
    today = uow.now.astimezone(CHINA).date()
    drafts = [
        _draft(
            case,
            event,
            PaperOf(case.claim, name(case.tenant), _citation(case, items), today, case.received_at, _working(case)),
        )
        for case, _place, event in leaving
    ]
    for (case, place, event), issued in zip(leaving, uow.of(IssuedPapers).issue(drafts), strict=True):
        if isinstance(event, NUMBERED):
            _say_number(case, place, issued)


def _leaving(case: Case) -> Iterator[tuple[int, Leaving]]:
    approved = False
    for place, recorded in enumerate(case.pending):
        event = recorded.event
        if isinstance(event, CaseAccepted) and (event.instalment > 1 or case.claim.mode == "no_application"):
            continue
        if isinstance(event, CaseApproved):
            if approved:
                continue
            approved = True
        if isinstance(event, Leaving):
            yield place, event


def _draft(case: Case, event: Leaving, of: PaperOf) -> NoticeDraft:
    kind = KINDS[type(event)]
    return NoticeDraft(
        tenant=case.tenant,
        case_id=case.id,
        claim=case.claim,
        kind=kind,
        department=case.claim.department,
        department_id=case.claim.department_id,
        revision=case.revision,
        instalment=case.instalment,
        content=content_of(kind, event, of),
    )


def _say_number(case: Case, place: int, issued: IssuedPaper) -> None:
    case.notice_number = issued.number
    recorded = case.pending[place]
    said = recorded.event.model_copy(update={"notice_number": issued.number})
    case.pending[place] = replace(recorded, event=said)


def _citation(case: Case, items: Mapping[PinnedVersion, PinnedItem]) -> str:
    item = items.get(version_of(case.claim))
    return (item.citation if item is not None else "") or f"《{case.claim.item_title}》"


def _working(case: Case) -> tuple[str, ...]:
    return tuple(line.text_zh for line in case.assessment.amount.working)
