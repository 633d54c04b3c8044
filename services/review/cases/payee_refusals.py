"""What stands in the way of paying the receivers of a case, and what is wrong with naming them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from contracts.case_payees import NamedPayee
from contracts.message import Fen
from contracts.money import Money
from contracts.payee_holders import HolderKind
from contracts.refusal import Conflict, Invalid, Refused
from contracts.rule import Assessment, PayeeKind, Payees, State
from contracts.rule.payees import NATURAL_PERSONS
from services.review.cases.receivers import Receiver

PERSON: frozenset[HolderKind] = frozenset({"person"})
BODY: frozenset[HolderKind] = frozenset({"organisation", "enterprise"})
FITTING: Mapping[PayeeKind, frozenset[HolderKind]] = {
    **dict.fromkeys(NATURAL_PERSONS, PERSON),
    PayeeKind.BANK: BODY,
    PayeeKind.EVENT_HOST: BODY,
}
"""What a receiver can be, where the word leaves no choice: an investor or a landlord may be anybody."""

KINDS: Mapping[HolderKind, str] = {"enterprise": "企业", "person": "自然人", "organisation": "其他组织"}


class PayeeNotNamed(Conflict):
    code = "payee_not_named"
    sentence = "应付给“{payee}”的部分尚未指定收款人；请在本办件“收款人”中指定，并为其登记收款账户。"


class PayeeAccountNeeded(Conflict):
    """Nobody is paid to an account that is not confirmed."""

    code = "payee_account_needed"
    rests_on = ("payee_account", "holder_account")
    sentence = "收款人“{payee}”还没有经复核确认的收款账户，不能批准；请通知其登记账户并由第二人复核。"


class PayeeAmountMissing(Invalid):
    code = "payee_amount_missing"
    sentence = "“{payee}”有多名收款人，请为每一名填写金额。"


class PayeeAmountsDiffer(Invalid):
    code = "payee_amounts_differ"
    sentence = "“{payee}”各收款人的金额合计 {named} 元，应为 {due} 元，{difference}；请更正各人金额。"


class PayeeKindWrong(Invalid):
    code = "payee_kind_wrong"
    sentence = "“{payee}”的收款人应当是{fitting}，而“{holder}”是{kind}；请另行指定。"


class PayeePartUnknown(Invalid):
    code = "payee_part_unknown"
    sentence = "该事项有 {count} 个收款部分，没有第 {part} 部分；请按办理方案中的次序填写。"


class PartIsTheApplicants(Invalid):
    code = "payee_part_is_the_applicants"
    sentence = "“{payee}”就是申报企业，付至该企业自己的账户，不需要指定；请删去这一行。"


class PayeeNamedTwice(Invalid):
    code = "payee_named_twice"
    sentence = "第 {line} 行的收款人在同一部分重复出现；请合并为一行。"


WAITS_FOR = frozenset({PayeeNotNamed.code, PayeeAccountNeeded.code})
"""Reasons for which a line of a list waits, to be granted as it was listed once they are gone."""


def in_the_way(receivers: Sequence[Receiver], assessment: Assessment) -> list[Refused]:
    """Everything that is still to be said of who gets it and where to. Nobody is asked for where nothing is due."""
    if assessment.verdict.state is State.NOT_MET:
        return []
    getting = [each for each in receivers if each.part_fen != 0]
    found: list[Refused] = [
        PayeeNotNamed(payee=each.label) for each in getting if each.holder_id is None and not each.is_applicant
    ]
    found += [*_against_amounts(getting), *_of_wrong_kind(getting)]
    paid = [each for each in getting if each.amount_fen != 0 and (each.is_applicant or each.holder_id is not None)]
    return [*found, *(PayeeAccountNeeded(payee=each.name) for each in paid if each.account is None)]


def against_naming(payees: Payees | None, named: Sequence[NamedPayee], receivers: Sequence[Receiver]) -> list[Refused]:
    """Everything that is wrong with what is named; `receivers` as they would be. Accounts may still come."""
    found: list[Refused] = []
    parts = payees.parts if payees is not None else ()
    lines = Counter((each.part, each.holder_id) for each in named)
    for place, each in enumerate(named):
        field = f"payees.{place}"
        if each.part > len(parts):
            found.append(PayeePartUnknown(part=each.part, count=len(parts), field=f"{field}.part"))
        elif parts[each.part - 1].who is PayeeKind.APPLICANT:
            found.append(PartIsTheApplicants(payee=parts[each.part - 1].label, field=f"{field}.part"))
        if lines[each.part, each.holder_id] > 1:
            found.append(PayeeNamedTwice(line=place + 1, field=f"{field}.holder_id"))
    return [*found, *_against_amounts(receivers), *_of_wrong_kind(receivers)]


def _against_amounts(receivers: Sequence[Receiver]) -> list[Refused]:
    """What the receivers of one part get adds up to it, to the fen, as far as it is known."""
    found: list[Refused] = []
    named = [each for each in receivers if each.holder_id is not None]
    for _part, group in groupby(named, key=lambda each: each.part):
        sharing = list(group)
        amounts = [each.amount_fen for each in sharing]
        known: list[Fen] = [each for each in amounts if each is not None]
        due, label = sharing[0].part_fen, sharing[0].label
        if len(known) < len(amounts) and len(sharing) > 1:
            found.append(PayeeAmountMissing(payee=label))
        elif due is not None and len(known) == len(amounts) and sum(known) != due:
            found.append(_differing(label, sum(known), due))
    return found


def _differing(label: str, named: int, due: int) -> PayeeAmountsDiffer:
    difference = f"{'多' if named > due else '少'} {Money(abs(named - due)).yuan_text()} 元"
    return PayeeAmountsDiffer(
        payee=label, named=Money(named).yuan_text(), due=Money(due).yuan_text(), difference=difference
    )


def _of_wrong_kind(receivers: Sequence[Receiver]) -> list[Refused]:
    found: list[Refused] = []
    for each in receivers:
        fitting, holder = FITTING.get(each.who), each.holder
        if fitting is not None and holder is not None and holder.kind not in fitting:
            said = {"fitting": "自然人" if fitting == PERSON else "单位", "kind": KINDS[holder.kind]}
            found.append(PayeeKindWrong(payee=each.label, holder=holder.name, **said))
    return found
