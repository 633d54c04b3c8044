"""Limits in words: caps, top-ups, figures that persons set."""

from __future__ import annotations

from contracts.rule import Cap, Decided, TopUp
from rules.text.phrases import Names, counted_text, scope_text
from rules.text.trees import AMOUNTS, all_of, amount_sentence, bracketed, entry, lists


def _decided(rule: Decided, names: Names) -> str:
    least = f"不低于 {bracketed(rule.min, names)}、" if rule.min is not None else ""
    return f"由{rule.by}核定，{least}最高不超过 {bracketed(rule.max, names)}"


def _cap(rule: Cap, names: Names) -> str:
    phrase, limit = f"{amount_sentence(rule.of, names)}，{all_of(rule.of)}", entry(rule.limit, names)
    if rule.scope == "payment":
        return f"{phrase}最高不超过 {limit}"
    counted = f"与{counted_text(rule.counted, names)}合并计算" if rule.counted is not None else ""
    if counted:
        counted = f"，{counted}" if "（" in counted else f"（{counted}）"
    return f"{phrase}{scope_text(rule.scope, rule.counted, names)}最高不超过 {limit}{counted}"


def _top_up(rule: TopUp, names: Names) -> str:
    phrase = f"{amount_sentence(rule.of, names)}，{all_of(rule.of)}"
    return f"{phrase}{'：' if lists(rule.of) else ''}{counted_text(rule.counted, names)}已获奖补的，只补足差额"


AMOUNTS.update({Decided: _decided, Cap: _cap, TopUp: _top_up})
