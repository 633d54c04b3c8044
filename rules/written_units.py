"""In what unit a rule writes what a node comes to, without evaluating it: for a nought, which has none of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts.rule import (
    AmountRule,
    CountCodes,
    CountMet,
    DecidedOpen,
    Elapsed,
    FactAmount,
    FactType,
    Fixed,
    Growth,
    GrowthBands,
    Interest,
    Lookup,
    Parameter,
    ParameterType,
    PerUnit,
    Rate,
    Rounded,
    Table,
    When,
    WholeSteps,
    YearSchedule,
)
from contracts.rule.amount_node import AmountNode
from rules.units import unit_of_product

Types = Mapping[str, FactType]
Parameters = Mapping[str, ParameterType]


def written_unit(node: AmountNode, types: Types, parameters: Parameters) -> str | None:
    """The unit as it is written; None where the rule does not write one."""
    match node:
        case Fixed() | Elapsed() | DecidedOpen():
            return node.unit
        case FactAmount():
            return types[node.fact].unit if node.fact in types else None
        case Parameter():
            return parameters[node.parameter].unit if node.parameter in parameters else None
        case WholeSteps() | CountCodes() | CountMet():
            return node.counted_as
        case Growth():
            return "%"
        case Rate():
            return _product(node.base, node.rate, types, parameters)
        case PerUnit():
            return _product(node.quantity, node.price, types, parameters)
        case Interest():
            return written_unit(node.principal, types, parameters)
        case GrowthBands():
            return _product(node.now, node.steps[0].rate, types, parameters)
        case YearSchedule():
            return written_unit(node.steps[0].then, types, parameters)
        case Table(basis="marginal"):
            return _product(node.by, node.bands[0].then, types, parameters)
        case _:
            found = (written_unit(part, types, parameters) for part in _parts(node))
            return next((unit for unit in found if unit is not None), None)


def _product(left: AmountRule, right: AmountRule, types: Types, parameters: Parameters) -> str | None:
    return unit_of_product(written_unit(left, types, parameters), written_unit(right, types, parameters))


def _parts(node: AmountNode) -> Iterator[AmountNode]:
    """What it takes its unit from: its branches, its parts, what it limits."""
    if isinstance(node, Rounded):
        yield node.of
    elif isinstance(node, When):
        yield from (part for part in (node.then, node.otherwise) if part is not None)
    elif isinstance(node, Table):
        yield from (band.then for band in node.bands)
    elif isinstance(node, Lookup):
        yield from (row.then for row in node.rows)
        if node.otherwise is not None:
            yield node.otherwise
    else:
        for name in ("of", "max", "limit"):
            inner = getattr(node, name, None)
            yield from (
                each for each in (inner if isinstance(inner, tuple) else (inner,)) if isinstance(each, AmountNode)
            )
