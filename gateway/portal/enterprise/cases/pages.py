"""The enterprise's own cases (我的办件): where each is, whose turn it is, why one was refused and what can be done."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from pydantic import Field
from starlette.responses import Response

from contracts.acceptance import WithdrawClaim
from contracts.case_notices import (
    CONSENT_TEXT,
    CONSENT_VERSION,
    ConsentToElectronicService,
    ListOwnNotices,
    NoticeList,
    OpenNotice,
    WithdrawElectronicService,
)
from contracts.intake import ApplicationView, ListApplications, ReceiptNumber, SubmitApplication
from contracts.message import Id, Model, Why
from contracts.oversight import TrackingView, TrackOwnCases
from contracts.refusal import NotFound
from contracts.refusal_grounds import RefusalGround
from gateway.access import Permitted
from gateway.door import Door
from gateway.notice_files import opened
from gateway.portal.enterprise.frame import framed, may, unless_away
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")

STANDINGS = ("", "yours", "under_way", "ended")
REFUSALS = {"rejected": "CaseRejected", "not_accepted": "CaseNotAccepted"}
"""In which state the enterprise reads why not, and the step that says it."""


PORTAL_ADDRESS = "本平台企业空间"
"""The address at which everybody can be served who has an account here."""

STILL_THEIRS = frozenset({"submitted", "supplementing", "accepted"})
"""In which state the enterprise may take its claim back."""


class FilledWithdrawal(Model):
    """Why it takes its claim back."""

    receipt: ReceiptNumber
    reason: Why


class OwnPaper(Model):
    """One of the papers of a case."""

    receipt: ReceiptNumber
    notice_id: Id


class FilledServiceConsent(Model):
    """Where papers may be served electronically, and the text that was read; or that it is not wanted any more."""

    receipt: ReceiptNumber
    address: str = Field(default=PORTAL_ADDRESS, min_length=4, max_length=120)
    text_version: str = CONSENT_VERSION
    withdraw: bool = False


class CaseNotYours(NotFound):
    """The enterprise has filed nothing with this receipt number."""

    code = "case_not_yours"
    sentence = "没有找到本企业的这一办件，请核对收件编号。"


@pages.show(
    "/my/cases",
    TrackOwnCases,
    template="list.html",
    own_enterprise=True,
    without=("receipt", "limit"),
)
async def list_own_cases(door: Door, query: TrackOwnCases) -> Values:
    """Newest first; which of them stands in the address."""
    found = await door.told(query.model_copy(update={"limit": 20}))
    return framed(door, found=found, standing=query.standing or "", standings=STANDINGS, cursor=query.cursor)


@pages.show(
    "/my/cases/{receipt}",
    TrackOwnCases,
    template="case.html",
    own_enterprise=True,
    without=("standing", "cursor", "limit"),
)
async def show_own_case(door: Door, query: TrackOwnCases) -> Values:
    """One case: what happened, newest first, and what the enterprise can do about it. Raises CaseNotYours."""
    assert query.receipt is not None
    filed = ListApplications(enterprise_id=query.enterprise_id, receipt=query.receipt)
    tracked, applications = await asyncio.gather(door.told(query), unless_away(door.told(filed)))
    case: TrackingView | None = next(iter(tracked.items), None)
    application: ApplicationView | None = next(iter(applications.items), None) if applications else None
    if case is None and application is None:
        raise CaseNotYours()
    papers = await _papers(door, application)
    return framed(
        door,
        receipt=query.receipt,
        papers=papers.items if papers else (),
        electronic=papers.electronic if papers else None,
        consent_text=CONSENT_TEXT[CONSENT_VERSION],
        consent_version=CONSENT_VERSION,
        portal_address=PORTAL_ADDRESS,
        grounds=_grounds(papers, case),
        may_open=may(door, OpenNotice),
        may_consent=may(door, ConsentToElectronicService),
        case=case,
        application=application,
        steps=tuple(reversed(case.steps)) if case else (),
        refusal=_said_last(case, REFUSALS),
        to_mend=_said_last(case, {"supplementing": "SupplementRequested"}),
        granted=_said_last(case, {"granted": "BenefitGranted"}),
        may_apply=may(door, SubmitApplication),
        may_withdraw=may(door, WithdrawClaim) and (case is None or case.state in STILL_THEIRS),
    )


@pages.form(
    "/my/cases/{receipt}/papers/{notice_id}",
    OwnPaper,
    Permitted(ListOwnNotices, own_enterprise=True),
    on=show_own_case,
)
async def open_paper(door: Door, said: OwnPaper) -> Response:
    """The file of one of its papers (打开文书). Raises CaseNotYours, RefusedThere."""
    claim = (await application_of(door, said.receipt)).claim
    return await opened(door, said.notice_id, claim.application_id)


@pages.form(
    "/my/cases/{receipt}/electronic-service",
    FilledServiceConsent,
    Permitted(ConsentToElectronicService, own_enterprise=True),
    on=show_own_case,
)
async def consent_to_service(door: Door, filled: FilledServiceConsent) -> str:
    """Consent to electronic service, or take it back (电子送达). Raises CaseNotYours, RefusedThere."""
    claim = (await application_of(door, filled.receipt)).claim
    if filled.withdraw:
        await door.done(WithdrawElectronicService(application_id=claim.application_id), tenant=claim.tenant)
        return f"/my/cases/{filled.receipt}?done=service_withdrawn"
    order = ConsentToElectronicService(
        application_id=claim.application_id, address=filled.address, text_version=filled.text_version
    )
    await door.done(order, tenant=claim.tenant)
    return f"/my/cases/{filled.receipt}?done=service_agreed"


@pages.form(
    "/my/cases/{receipt}/withdraw",
    FilledWithdrawal,
    Permitted(WithdrawClaim, own_enterprise=True),
    on=show_own_case,
)
async def withdraw_claim(door: Door, filled: FilledWithdrawal) -> str:
    """Take it back (撤回申请). Raises CaseNotYours, RefusedThere."""
    claim = (await application_of(door, filled.receipt)).claim
    order = WithdrawClaim(application_id=claim.application_id, reason=filled.reason)
    await door.done(order, tenant=claim.tenant)
    return f"/my/cases/{filled.receipt}?done=withdrawn"


async def _papers(door: Door, application: ApplicationView | None) -> NoticeList | None:
    """Its papers; none while review is away, or of what was not filed by it."""
    if application is None:
        return None
    claim = application.claim
    return await unless_away(door.told(ListOwnNotices(application_id=claim.application_id), tenant=claim.tenant))


def _grounds(papers: NoticeList | None, case: TrackingView | None) -> tuple[RefusalGround, ...]:
    """The grounds of the latest refusal, while it stands."""
    if papers is None or case is None or case.state not in REFUSALS:
        return ()
    refusals = [each for each in papers.items if each.kind in ("refusal", "not_accepted")]
    return refusals[0].content.grounds if refusals else ()


async def application_of(door: Door, receipt: ReceiptNumber) -> ApplicationView:
    """The enterprise's own application of this receipt number. Raises CaseNotYours."""
    found = await door.told(ListApplications(enterprise_id=door.enterprise, receipt=receipt))
    if not found.items:
        raise CaseNotYours()
    return found.items[0]


@pages.show(
    "/my/cases/{receipt}/receipt",
    ListApplications,
    template="receipt.html",
    own_enterprise=True,
    without=("item_id", "cursor", "limit"),
)
async def show_receipt(door: Door, query: ListApplications) -> Values:
    """The receipt (收件回执), to be printed or photographed. Raises CaseNotYours."""
    found = await door.told(query)
    if not found.items:
        raise CaseNotYours()
    return framed(door, application=found.items[0])


def _said_last(case: TrackingView | None, codes: Mapping[str, str]) -> str | None:
    """What the department has written of the state that the case is in, as the enterprise was told: by that state, the
    step that says it."""
    code = codes.get(case.state) if case is not None else None
    if case is None or code is None:
        return None
    return next((step.text for step in reversed(case.steps) if step.code == code), None)
