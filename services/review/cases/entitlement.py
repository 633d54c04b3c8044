"""What the pinned item version says a claim is worth, and what it says against it. Pure."""

from __future__ import annotations

from contracts.money import Money
from contracts.refusal import Conflict, Invalid, Refused
from contracts.rule import Assessment, State
from rules import headline_of


class NotEligible(Conflict):
    """The pinned version's conditions are not met on the case's facts."""

    code = "not_eligible"
    sentence = "企业不符合该事项的条件：{why}。"


class FactsMissing(Conflict):
    """The pinned version cannot be evaluated on the case's facts."""

    code = "facts_missing"
    sentence = "缺少判定或测算所需的信息：{what}。"


class FactsContradict(Conflict):
    """The case's facts break what the pinned version says that they owe each other: nothing can be told."""

    code = "facts_contradict"
    sentence = "该申报所依据的数据互相矛盾，请先核对更正：{why}。"


class NotClaimable(Conflict):
    """The claim was made on a day on which the pinned version takes none."""

    code = "not_claimable"
    sentence = "申报时不在受理期内：{why}。"


class NothingToPay(Conflict):
    code = "nothing_to_pay"
    sentence = "没有可兑付的资金：{why}。"


class AmountMismatch(Invalid):
    """Only the rule's amount can be granted, to the fen."""

    code = "amount_mismatch"
    sentence = "金额 {asked} 元与按事项规则测算的 {due} 元不一致。"


def amount_due(assessment: Assessment) -> int | None:
    """The rule's amount in fen; absent while a fact that it needs is missing."""
    money = assessment.amount.money
    return money.fen if money is not None else None


def obstacles_in(assessment: Assessment, asked_fen: int | None = None, *, in_kind: bool = False) -> list[Refused]:
    """Everything that the rule says against granting it, or against this amount if one is named. `in_kind`: what is granted
    is not money, and needs no amount."""
    verdict, amount, due_fen = assessment.verdict, assessment.amount, amount_due(assessment)
    headline = headline_of(assessment)
    found: list[Refused] = []
    if assessment.claimable != "open":
        found.append(NotClaimable(why=headline.text_zh))
    if verdict.state is State.NOT_MET:
        why = [each.text_zh for each in verdict.reasons if each.decisive and each.state is State.NOT_MET]
        found.append(NotEligible(why="；".join(dict.fromkeys(why))))
    if any(each.why == "contradicts" for each in verdict.missing):
        found.append(FactsContradict(why="；".join(each.text_zh for each in verdict.reasons)))
    elif verdict.state is State.UNDETERMINED or (due_fen is None and not in_kind):
        labels = dict.fromkeys(each.label for each in (*verdict.missing, *amount.missing))
        found.append(FactsMissing(what="、".join(labels) or headline.text_zh))
    if due_fen == 0 and not in_kind:
        found.append(NothingToPay(why=headline.text_zh))
    if (mismatch := mismatch_with(assessment, asked_fen)) is not None:
        found.append(mismatch)
    return found


def mismatch_with(assessment: Assessment, asked_fen: int | None) -> AmountMismatch | None:
    """Why this amount is not the one that is due, where both are known."""
    due_fen = amount_due(assessment)
    if asked_fen is None or due_fen in (None, asked_fen):
        return None
    asked, due = Money(asked_fen).yuan_text(), Money(due_fen or 0).yuan_text()
    return AmountMismatch(asked=asked, due=due, field="amount_fen")
