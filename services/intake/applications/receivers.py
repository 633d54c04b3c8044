"""Who is to receive what, as the applicant names it, and what it signs in place of papers: checked against the plan. Pure.

Holders and their accounts are no business of intake's: whether one is known, and whether the sums fit, review sees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from contracts.case_payees import NamedPayee
from contracts.refusal import Reason
from contracts.rule import ItemRules, PayeeKind, Plan


def needs_own_account(rules: ItemRules) -> bool:
    """Whether any of the money goes to the applicant itself."""
    return rules.payees is None or any(part.who is PayeeKind.APPLICANT for part in rules.payees.parts)


def about_credit(plan: Plan, *, credit_commitment: bool) -> list[Reason]:
    """A commitment is signed where the plan has one."""
    if not credit_commitment or plan.credit is not None:
        return []
    text = "该事项不适用以信用代审核，请按要求提交材料，不要勾选信用承诺"
    return [Reason(code="credit_commitment_unknown", message=text, field="credit_commitment")]


def about_payees(rules: ItemRules, payees: Sequence[NamedPayee]) -> list[Reason]:
    """Everything that is wrong with the receivers that were named, each at its place."""
    return [reason for index, each in enumerate(payees) for reason in _about(index, each, rules, payees)]


def _about(index: int, named: NamedPayee, rules: ItemRules, payees: Sequence[NamedPayee]) -> Iterator[Reason]:
    parts = rules.payees.parts if rules.payees is not None else ()
    at = f"payees.{index}"
    if not parts:
        text = "该事项的资金全部付给申报企业，无需指定收款人"
        yield Reason(code="payees_unexpected", message=text, field=f"{at}.part")
        return
    if named.part > len(parts):
        text = f"该事项的收款人共 {len(parts)} 部分，没有第 {named.part} 部分"
        yield Reason(code="payee_part_unknown", message=text, field=f"{at}.part")
        return
    part = parts[named.part - 1]
    if part.who is PayeeKind.APPLICANT:
        text = f"第 {named.part} 部分（{part.label}）付给申报企业本身，无需指定收款人"
        yield Reason(code="payee_part_is_applicant", message=text, field=f"{at}.part")
        return
    if any((each.part, each.holder_id) == (named.part, named.holder_id) for each in payees[:index]):
        text = f"同一收款人在第 {named.part} 部分（{part.label}）重复出现，请合并为一条"
        yield Reason(code="payee_named_twice", message=text, field=f"{at}.holder_id")
    if named.amount_fen is None and Counter(each.part for each in payees)[named.part] > 1:
        text = f"第 {named.part} 部分（{part.label}）有多名收款人，请逐人写明金额"
        yield Reason(code="payee_amount_missing", message=text, field=f"{at}.amount_fen")
    if named.amount_fen is not None and named.amount_fen <= 0:
        text = "收款人的金额须大于零"
        yield Reason(code="payee_amount_wrong", message=text, field=f"{at}.amount_fen")
