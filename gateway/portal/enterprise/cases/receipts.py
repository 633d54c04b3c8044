"""The receipt of an enterprise's own application as a file."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from chassis.papers.rendering import render
from contracts.intake import ApplicationView, ListApplications
from gateway.door import Door
from gateway.portal.enterprise.cases.pages import CaseNotYours
from gateway.portal.enterprise.cases.receipt_paper import receipt_paper
from gateway.portal.shell.headers import NOBODY_KEEPS
from gateway.portal.shell.pages import Pages
from gateway.portal.shell.portal import portal_of
from gateway.set_papers import SETTING, handed_out, origin_of_pages

pages = Pages("enterprise")


@pages.show(
    "/my/cases/{receipt}/receipt/paper",
    ListApplications,
    template="receipt.html",
    own_enterprise=True,
    without=("item_id", "cursor", "limit"),
    secret=True,
)
async def print_receipt(door: Door, query: ListApplications) -> Response:
    """The receipt (收件回执) to be printed or kept. Raises CaseNotYours."""
    found = await door.told(query)
    if not found.items:
        raise CaseNotYours()
    return await receipt_as_paper(door, found.items[0])


async def receipt_as_paper(door: Door, application: ApplicationView) -> Response:
    """The file, dated and made as of the filing: the same for every asking. It says a secret, so nobody on the way keeps it."""
    site = await portal_of(door.request).sites.of(application.claim.filed_in)
    paper = receipt_paper(application, site, origin_of_pages(door.request))
    pdf = await SETTING.anew(partial(render, paper, application.submitted_at))
    return handed_out(pdf, f"收件回执-{application.claim.receipt}.pdf", "receipt.pdf", NOBODY_KEEPS)
