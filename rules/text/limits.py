"""Limits in words: caps, top-ups, figures that persons set."""

from __future__ import annotations

from contracts.rule import AmountRule, Cap, CapInOrder, Counted, Decided, DecidedOpen, TopUp
from contracts.typed import is_digits
from rules.text.phrases import Names, counted_text, scope_text
from rules.text.trees import AMOUNTS, all_of, amount_sentence, bracketed, entry, lists, numbered
from rules.units import number, quantity_text


def _decided(rule: Decided, names: Names) -> str:
    least = f"不低于 {bracketed(rule.min, names)}、" if rule.min is not None else ""
    return f"由{rule.by}核定，{least}最高不超过 {bracketed(rule.max, names)}"


def _decided_open(rule: DecidedOpen, names: Names) -> str:
    """In which unit it is set tells what it is: 比例 or 金额; without grounds a cap around it says the maximum."""
    least = f"，不低于 {bracketed(rule.min, names)}" if rule.min is not None else ""
    if rule.grounds is None:
        return f"由{rule.by}核定（以“{rule.unit}”计{least}）"
    ceiling = quantity_text(number(rule.grounds.ceiling.limit), rule.grounds.ceiling.unit)
    minutes = rule.grounds.minutes
    return (
        f"由{rule.by}一事一议核定{least}，财政限额 {ceiling}，依据{rule.grounds.ceiling.basis}，超过的须重新决策"
        f"，一事一议依据{rule.grounds.legal_basis}，会议纪要为{minutes.reference}，{minutes.date}"
    )


def _cap(rule: Cap, names: Names) -> str:
    named = f"{rule.name}：" if rule.name else ""
    phrase, limit = f"{amount_sentence(rule.of, names)}，{named}{all_of(rule.of)}", entry(rule.limit, names)
    if rule.scope == "payment":
        return f"{phrase}最高不超过 {limit}"
    counted = f"与{_had(rule.counted, names)}合并计算" if rule.counted is not None else ""
    if counted:
        counted = f"，{counted}" if "（" in counted else f"（{counted}）"
    return f"{phrase}{_reach(rule, names)}最高不超过 {limit}{counted}"


def _had(counted: Counted, names: Names) -> str:
    """What the firm itself was granted before: nobody takes it for what all firms were."""
    told = counted_text(counted, names)
    return f"本企业已享受的{' ' if is_digits(told[:1]) else ''}{told}"  # no cell: our own


def _reach(rule: Cap | CapInOrder, names: Names) -> str:
    """Over what it reaches; what has no years is over all of them."""
    reach = scope_text(rule.scope, rule.counted, names)
    return f"历年{reach}" if rule.scope == "lifetime" and reach == "累计" else reach


def _cap_in_order(rule: CapInOrder, names: Names) -> str:
    parts = numbered(_in_order(part, names) for part in rule.of)
    reach = "" if rule.scope == "payment" else _reach(rule, names)
    counted = f"，与{_had(rule.counted, names)}合并计算" if rule.counted is not None else ""
    return f"按次序计算下列各项，{reach}合计最高不超过 {entry(rule.limit, names)}{counted}，先满足前一项，余额用于后一项：{parts}"


def _in_order(rule: AmountRule, names: Names) -> str:
    return bracketed(rule, names) if lists(rule) and not rule.name else amount_sentence(rule, names)


def _top_up(rule: TopUp, names: Names) -> str:
    phrase = f"{amount_sentence(rule.of, names)}，{all_of(rule.of)}"
    return f"{phrase}{'：' if lists(rule.of) else ''}{counted_text(rule.counted, names)}已获奖补的，只补足差额"


AMOUNTS.update({Decided: _decided, DecidedOpen: _decided_open, Cap: _cap, CapInOrder: _cap_in_order, TopUp: _top_up})
