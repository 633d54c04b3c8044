"""The receipt as a paper (收件回执): what was filed, the number and query code by which it is followed, and a code to scan. Pure."""

from __future__ import annotations

from chassis.papers.paper import Block, Facts, Paper, Paragraph, ScanCode
from chassis.time.clock import CHINA
from contracts.intake import ApplicationView
from contracts.receipt_numbers import TRACKING, tracking_address
from gateway.portal.shell.figures import instant, yuan
from gateway.portal.shell.language import PageTexts
from gateway.portal.shell.site import Site


def receipt_paper(application: ApplicationView, site: Site, origin: str | None) -> Paper:
    """The applicant's own, at home or printed at the counter for whoever stands there: it says the query code, its scan code
    never does. In Chinese, as every official paper. Without `origin` it has no scan code."""
    t, claim = PageTexts("zh"), application.claim
    blocks: list[Block] = [
        Paragraph(t("enterprise.receipt.paper_opening", item=claim.item_title)),
        Facts(tuple((label, value) for label, value in _facts(application, t) if value)),
    ]
    if origin is not None:
        blocks.append(ScanCode(tracking_address(origin, claim.receipt), t("enterprise.receipt.paper_scan")))
    if application.account_needed:
        blocks.append(Paragraph(t("enterprise.receipt.account_needed")))
    blocks.append(Paragraph(t("enterprise.receipt.paper_closing")))
    return Paper(
        title=t("enterprise.receipt.title"),
        number=claim.receipt,
        issuer=site.name or claim.department,
        addressee=claim.enterprise_name,
        on=application.submitted_at.astimezone(CHINA).date(),
        blocks=tuple(blocks),
        verify_at=f"{origin}{TRACKING}" if origin is not None else "",
    )


def _facts(application: ApplicationView, t: PageTexts) -> tuple[tuple[str, str], ...]:
    claim = application.claim
    most = application.highest_fen
    between = f"{yuan(application.lowest_fen or 0)} – {yuan(most)}" if most is not None else ""
    estimated = yuan(application.estimated_fen) if application.estimated_fen is not None else ""
    return (
        (t("enterprise.receipt.number"), claim.receipt),
        (t("enterprise.receipt.code"), application.query_code),
        (t("enterprise.receipt.uscc"), claim.uscc),
        (t("enterprise.receipt.department"), claim.department),
        (t("enterprise.receipt.submitted"), instant(application.submitted_at)),
        (t("enterprise.receipt.estimated"), estimated or between),
        (t("enterprise.receipt.replaces"), claim.replaces.receipt if claim.replaces else ""),
    )
