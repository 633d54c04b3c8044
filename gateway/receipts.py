"""Whose case a receipt is: its prefix names the tenant. Both the API and the page ask here."""

from __future__ import annotations

from contracts.oversight import TrackCase
from contracts.refusal import NotFound
from gateway.door import Door, Wire


class CaseUntraceable(NotFound):
    """No case with this receipt number and query code; which of the two is wrong is not said."""

    code = "case_untraceable"
    sentence = "收件编号或查询码不正确。"


async def track(door: Door, receipt: str, code: str) -> Wire:
    """The bus's answer for a receipt. Raises CaseUntraceable where no tenant has such receipts."""
    tenant = (await door.tenants()).of_receipt(receipt)
    if tenant is None:
        raise CaseUntraceable()
    return await door.reply_to(TrackCase(receipt=receipt.upper(), query_code=code.upper()), tenant=tenant)
