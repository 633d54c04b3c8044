"""The receipt as a paper (收件回执): what was filed, the number and query code by which it is followed, and a code to scan."""

from __future__ import annotations

from chassis.papers.paper import Block, Facts, Paper, Paragraph, ScanCode
from chassis.time.clock import CHINA
from contracts.intake import ApplicationView
from contracts.receipt_numbers import TRACKING, tracking_address
from gateway.portal.shell.figures import instant, yuan
from gateway.portal.shell.language import PageTexts
from gateway.portal.shell.site import Site

OPENING = "你单位提交的“{item}”申报已经收到，登记如下："
SCAN = "扫码查询办理进度，需输入查询码。到窗口办理时请出示。"
CLOSING = (
    "凭收件编号和查询码可以查询办理进度，请勿把查询码告诉他人。"
    "收件回执只证明已收到申报，不是审核决定；金额以审核结果为准。"
)


def receipt_paper(application: ApplicationView, site: Site, origin: str | None) -> Paper:
    """The applicant's own, at home or printed at the counter for whoever stands there: it says the query code, its scan code
    never does. In Chinese, as every official paper. Without `origin` it has no scan code."""
    t, claim = PageTexts("zh"), application.claim
    blocks: list[Block] = [
        Paragraph(OPENING.format(item=claim.item_title)),
        Facts(tuple((label, value) for label, value in _facts(application, t) if value)),
    ]
    if origin is not None:
        blocks.append(ScanCode(tracking_address(origin, claim.receipt), SCAN))
    if application.account_needed:
        blocks.append(Paragraph(t("enterprise.receipt.account_needed")))
    blocks.append(Paragraph(CLOSING))
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
