"""The application in whose place another one is filed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.refusal import Reason
from services.intake.applications.domain import AlreadyReplaced


@dataclass(frozen=True, slots=True)
class Filed:
    """An application as it was filed; `replaced_by` is the receipt of the one filed in its place, if there is one."""

    application_id: str
    receipt: str
    replaced_by: str | None


def reasons_against_replacing(receipt: str | None, filed: Filed | None) -> list[Reason]:
    """Why this receipt's application cannot be replaced; whether it was granted is for review to say."""
    if receipt is None:
        return []
    if filed is None:
        message = f"没有找到本企业在本期内对该事项、收件编号为 {receipt} 的申报，不能替代。"
        return [Reason(code="replaced_application_unknown", message=message, field="replaces")]
    if filed.replaced_by is not None:
        message = f"收件编号 {receipt} 的申报已由 {filed.replaced_by} 替代，请注明最近一次的收件编号。"
        return [Reason(code=AlreadyReplaced.code, message=message, field="replaces")]
    return []
