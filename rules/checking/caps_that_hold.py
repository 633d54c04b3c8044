"""Whether a cap over earlier awards holds all that is paid: nothing outside of it adds to what it lets through."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.rule import AtLeast, Cap, CapInOrder, ItemRules, PerUnit, Product, Rate, Sum
from contracts.rule.amount_node import AmountNode
from rules.checking.history import HistoryLimit, Values, limits_in, overlap
from rules.earlier import places
from rules.findings import Findings

_MULTIPLIED = {Rate: ("base", "rate"), PerUnit: ("quantity", "price"), Product: ("of",)}


def check_caps_hold(rules: ItemRules, findings: Findings, family: str | None = None) -> None:
    """Add each floor, each multiplication and each second cap by which more could be paid than a cap allows.

    A cap of one payment may be raised by what stands around it, and the text says so; a cap over years may not, since the
    next claim is measured against what was paid and not against what the cap let through.
    """
    values = {value.name: value.of for value in rules.values}
    for where, part in places(rules):
        if isinstance(part, AtLeast) and (caps := list(_caps(part.of, values))):
            text = f"保底写在“{caps[0].called}”外面，会突破封顶；请把保底写在封顶里面"
            findings.add("floor_above_cap", f"{where}/of", text)
        elif isinstance(part, Rate | PerUnit | Product):
            _check_multiplied(part, where, values, findings)
        elif isinstance(part, Sum):
            _check_beside(part, where, values, family, findings)


def _caps(node: object, values: Values) -> Iterator[HistoryLimit]:
    return (each for each in limits_in(node, values) if isinstance(each.node, Cap | CapInOrder))


def _check_multiplied(node: AmountNode, where: str, values: Values, findings: Findings) -> None:
    for field in _MULTIPLIED[type(node)]:
        for cap in _caps(getattr(node, field), values):
            text = f"“{cap.called}”之后又相乘，会突破封顶；请把封顶写在最外面"
            findings.add("cap_multiplied", f"{where}/{field}", text)
            return


def _check_beside(node: Sum, where: str, values: Values, family: str | None, findings: Findings) -> None:
    """Two terms, each capped over the same awards, come to twice the room that is left."""
    capped = [(index, cap) for index, term in enumerate(node.of) for cap in _caps(term, values)]
    for place, (index, cap) in enumerate(capped):
        for other_index, other in capped[:place]:
            if other_index != index and overlap(cap.counted, other.counted, family):
                text = f"“{other.called}”与“{cap.called}”算的是同样的已获奖补，余额会用两次；请写明各自只算哪些部分（counted.parts）"
                findings.add("caps_share_awards", f"{where}/of/{index}", text)
                return
