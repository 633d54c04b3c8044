"""Whether what counts earlier awards counts each of them once, and speaks of parts that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.rule import (
    Additive,
    AmountRule,
    Cap,
    CapInOrder,
    Counted,
    Difference,
    Exclusive,
    ItemRules,
    NamedFigure,
    OncePer,
    Quotient,
    Sum,
    Threshold,
    TopUp,
)
from contracts.rule.amount_node import AmountNode
from contracts.rule.facts import RulePart
from rules.earlier import places
from rules.findings import Findings
from rules.parts import PartNames, names_in, part_names
from rules.text.phrases import SCOPES

Values = Mapping[str, AmountRule]


@dataclass(frozen=True, slots=True)
class HistoryLimit:
    """A node that takes earlier awards off, and which."""

    node: Cap | CapInOrder | TopUp
    counted: Counted

    @property
    def called(self) -> str:
        if self.node.name:
            return self.node.name
        return "补差" if isinstance(self.node, TopUp) else f"{SCOPES[self.node.scope]}封顶"


def check_history(rules: ItemRules, findings: Findings, family: str | None = None) -> None:
    """Add what is wrong with the use of earlier awards. `family` is the item's code, where it is known: lists of
    items that name it count its own awards too.
    """
    values = {value.name: value.of for value in rules.values}
    names = part_names(rules)
    for where, part in places(rules):
        if isinstance(part, AmountNode):
            _check_twice(part, where, values, family, findings)
            _check_raising(part, where, values, findings)
        if isinstance(part, OncePer | Exclusive) or (isinstance(part, Counted) and part.families == "own"):
            _check_parts(part, where, names, findings)
        if isinstance(part, OncePer) and part.used_up == "drop_part" and not part.parts:
            text = "只扣除已享受的部分（drop_part）的，应写明是哪些部分（parts）"
            findings.add("drop_without_parts", f"{where}/used_up", text)
        if isinstance(part, OncePer) and part.across_enterprises and part.within.key is None:
            text = "不论由哪家单位享受都只算一次（across_enterprises）的，应写明按什么编号认定（within 的 key）"
            findings.add("across_without_key", f"{where}/across_enterprises", text)
    _check_covering(rules.amount, "/amount", values, None, findings)
    _check_differences(rules, values, findings)


# -- parts --------------------------------------------------------------------------------------------------


def _check_parts(rule: Counted | OncePer | Exclusive, where: str, names: PartNames, findings: Findings) -> None:
    """Each is a term of the amount and one at a time; where awards are told apart by it, every term has a name."""
    for index, name in enumerate(rule.parts):
        if name not in names:
            known = "、".join(names.counts) or "无"
            text = f"金额中没有可以单独支付的“{name}”（有：{known}）；部分是合计（sum、cap_in_order）中写了 name 的各项"
            findings.add("part_unknown", f"{where}/parts/{index}", text)
        elif names.counts[name] > 1:
            findings.add("part_repeated", f"{where}/parts/{index}", f"金额中有不止一项叫“{name}”，请分别命名")
    if len(set(rule.parts)) < len(rule.parts):
        findings.add("part_repeated", f"{where}/parts", "同一部分列了不止一次")
    if rule.parts and names.rest and not isinstance(rule, Exclusive):
        text = "按部分计算历次奖补的，金额的每一项都要写明名称（name），否则已获奖补分不清属于哪一部分"
        findings.add("part_unnamed", f"{where}/parts", text)


def _check_covering(node: AmountRule, where: str, values: Values, inside: str | None, findings: Findings) -> None:
    """A cap that counts some parts is over these parts: what it lets through is counted the next time. `inside` is the
    part that a node belongs to.
    """
    if isinstance(node, Cap | CapInOrder) and node.counted is not None and node.counted.families == "own":
        under = {inside} if inside is not None else set(names_in(node, values).counts)
        if node.counted.parts and (others := sorted(under - set(node.counted.parts))):
            text = f"封顶也管到“{'、'.join(others)}”，却不计这一部分已获的奖补；请列入 parts，或把封顶写在所列部分里面"
            findings.add("part_not_counted", f"{where}/counted/parts", text)
    terms = isinstance(node, Sum | CapInOrder)
    for place, below in children(node, where):
        name = below.name if terms and inside is None and "/of/" in place[len(where) :] else None
        _check_covering(below, place, values, name or inside, findings)


def children(part: RulePart, where: str) -> Iterator[tuple[str, AmountRule]]:
    """The amounts right below, through bands, rows and branches; not those in conditions."""
    for field, value in part.__dict__.items():
        several = isinstance(value, tuple)
        for index, each in enumerate(value if several else (value,)):
            place = f"{where}/{field}/{index}" if several else f"{where}/{field}"
            if isinstance(each, AmountNode):
                yield place, each  # type: ignore[misc]
            elif isinstance(each, RulePart) and field != "condition":
                yield from children(each, place)


# -- each award once ----------------------------------------------------------------------------------------


def _check_twice(node: AmountNode, where: str, values: Values, family: str | None, findings: Findings) -> None:
    """Twice is taken off what is below a top-up, or in the limit of a cap over earlier awards, and takes them off too.

    A cap over a cap, and a cap over a top-up, hold against the same total each: there nothing is taken off twice.
    """
    outer = _limit_of(node)
    if outer is None:
        return
    field = "of" if isinstance(outer.node, TopUp) else "limit"
    below = outer.node.of if isinstance(outer.node, TopUp) else outer.node.limit
    for inner in limits_in(below, values):
        if overlap(outer.counted, inner.counted, family):
            where_to = "请把封顶写在补差外面" if not isinstance(inner.node, TopUp) else "请只留一处"
            text = f"“{outer.called}”里面的“{inner.called}”已经扣减过同样的已获奖补，会扣两次；{where_to}"
            findings.add("history_deducted_twice", f"{where}/{field}", text)


def _limit_of(node: object) -> HistoryLimit | None:
    if isinstance(node, TopUp):
        return HistoryLimit(node, node.counted)
    if isinstance(node, Cap | CapInOrder) and node.scope != "payment":
        return HistoryLimit(node, node.counted or Counted())
    return None


def limits_in(node: object, values: Values) -> Iterator[HistoryLimit]:
    """What takes earlier awards off in an amount and in the named values that it uses; conditions pay nothing."""
    found = _limit_of(node)
    if found is not None:
        yield found
    if isinstance(node, NamedFigure) and node.value in values:
        rest = {name: of for name, of in values.items() if name != node.value}
        yield from limits_in(values[node.value], rest)
    if not isinstance(node, RulePart):
        return
    for field, value in node.__dict__.items():
        if field == "condition":
            continue
        for each in value if isinstance(value, tuple) else (value,):
            yield from limits_in(each, values)


def overlap(one: Counted, other: Counted, family: str | None) -> bool:
    """Whether an award can be one that both count. Keys and years may always be the same."""
    if one.levels and other.levels and not set(one.levels) & set(other.levels):
        return False
    if one.parts and other.parts and not set(one.parts) & set(other.parts):
        return False
    mine, theirs = _families(one, family), _families(other, family)
    return mine is None or theirs is None or bool(mine & theirs)


def _families(counted: Counted, family: str | None) -> frozenset[str] | None:
    """Of which items awards count; None: of any. The own one is `family`, or has no name here."""
    if counted.families == "any":
        return None
    return frozenset((family or "",) if counted.families == "own" else counted.families)


def _check_differences(rules: ItemRules, values: Values, findings: Findings) -> None:
    """What `exclusive` tops up against is not taken off by the amount, or by another `exclusive`, as well."""
    added = {family for rule in rules.stacking if isinstance(rule, Additive) for family in rule.families}
    limits = list(limits_in(rules.amount, values))
    before: list[Exclusive] = []
    for index, rule in enumerate(rules.stacking):
        if not isinstance(rule, Exclusive) or rule.granted != "top_up":
            continue
        place = f"/stacking/{index}/granted"
        for limit in limits:
            if _also_counts(rule, limit.counted, added):
                text = f"“{limit.called}”已经扣减过同样的已获奖补，再补足差额会扣两次；请只留一处"
                findings.add("history_deducted_twice", place, text)
        if any(_both_take_off(rule, other) for other in before):
            text = "对同样的已获奖补，前面一条已经只补足差额，会扣两次；请合并为一条"
            findings.add("history_deducted_twice", place, text)
        before.append(rule)


def _also_counts(rule: Exclusive, counted: Counted, added: set[str]) -> bool:
    if counted.families == "own":
        return False
    if counted.families == "any":
        return True
    listed = set(counted.families)
    return bool(listed - added) if rule.families == "any" else bool(listed & set(rule.families))


def _both_take_off(one: Exclusive, other: Exclusive) -> bool:
    """Two rules without parts are one rule for any one award: the first that names it."""
    if not one.parts and not other.parts:
        return False
    return one.families == "any" or other.families == "any" or bool(set(one.families) & set(other.families))


# -- more had, more paid ------------------------------------------------------------------------------------


def _check_raising(node: AmountNode, where: str, values: Values, findings: Findings) -> None:
    """What is taken away, divided by or asked for at least must not become smaller by what was granted before."""
    field, below = {
        Difference: ("less", getattr(node, "less", None)),
        Quotient: ("by", getattr(node, "by", None)),
        Threshold: ("least", getattr(node, "least", None)),
    }.get(type(node), ("", None))
    for limit in limits_in(below, values):
        text = f"“{limit.called}”使已获得的越多、给的也越多；扣减历次奖补的封顶和补差不能写在这里"
        findings.add("history_raises", f"{where}/{field}", text)
