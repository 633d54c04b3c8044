"""Versions whose rules keep their meaning and may pay too much by it: a person looks at each of their cases. Pure."""

from __future__ import annotations

from contracts.refusal import Conflict, Refused
from contracts.review import CaseView
from contracts.rule import ItemRules
from rules.checking.overpaying import would_overpay
from rules.remembered import once_per_rules


class VersionMayOverpay(Conflict):
    """Stands against approval that nobody looks at; whoever decides the case reads it and may go on."""

    code = "version_may_overpay"
    sentence = "办件所适用的事项版本可能多付，请人工核对金额后决定：{why}。"


def held_for_a_person(rules: ItemRules | None) -> list[Refused]:
    """Why a case under these rules is not approved without a person; nothing under sound ones."""
    why = _why(rules) if rules is not None else ""
    return [VersionMayOverpay(why=why)] if why else []


@once_per_rules
def _why(rules: ItemRules) -> str:
    return "；".join(each.text_zh for each in would_overpay(rules))


def remarked(case: CaseView, rules: ItemRules) -> CaseView:
    """The case with this remark, which one that was opened before the remark was known has not."""
    if case.state != "accepted" or any(each.code == VersionMayOverpay.code for each in case.remarks):
        return case
    more = [reason for each in held_for_a_person(rules) for reason in each.reasons]
    return case.model_copy(update={"remarks": (*case.remarks, *more)})
