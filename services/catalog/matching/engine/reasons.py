"""Why: an item's conditions with their answers, in the words and the order of the plain evaluator."""

from __future__ import annotations

from typing import NamedTuple

from contracts.rule import ConditionResult, Fact, FactSheet, FactType, Not, State
from rules.bounds import contradictions
from rules.eligibility import verdict_of
from rules.facts import FactReader, Given, given, value_text
from services.catalog.matching.engine.compiling import Compiled, CompiledAnswer, Group
from services.catalog.matching.engine.facts import ColumnKey, EngineFacts


class ConditionReason(NamedTuple):
    """What `contracts.rule.item.ConditionResult` says, in a form that is made a thousand times a millisecond."""

    text_zh: str
    state: State
    fact: str
    period: str | None
    actual: str | None
    required: str
    decisive: bool


class Reasoner:
    """Gives reasons for one enterprise: `ranks` are those of the leaves for it, `row` where its facts are."""

    def __init__(self, ranks: list[int], facts: EngineFacts, row: int) -> None:
        self._ranks = ranks
        self._facts = facts
        self._row = row
        self._met: dict[int, ConditionReason] = {}
        self._found: dict[ColumnKey, Fact] = {}

    def reasons(self, item: Compiled) -> tuple[ConditionReason, ...]:
        """The conditions of the item, each with its answer; decisive are those that its state rests on. On facts that
        break the item's bounds nothing else is said.
        """
        if item.bounded is not None and self._ranks[item.bounded] == 1:
            reader = FactReader(self._sheet(item), self._facts.today, item.types, _besides(item))
            return tuple(_reason(each, True) for each in contradictions(item.bounds, reader))
        if isinstance(item.tree, Group) and item.tree.least == len(item.tree.parts):
            plain = [self._plainly_met(part) for part in item.tree.parts]
            met = tuple(reason for reason in plain if reason is not None)
            if len(met) == len(plain):
                return met
        found: list[ConditionReason] = []
        self._collect(item.tree, True, item, found)
        return tuple(found)

    def _plainly_met(self, part: CompiledAnswer | Group) -> ConditionReason | None:
        """The reason of a single fact's met condition; most are that."""
        known = self._met.get(id(part))
        if known is not None:
            return known
        if isinstance(part, Group) or not part.fact or self._rank(part) != 2:
            return None
        actual = value_text(self._fact((part.fact, part.period)), _types(part))
        reason = ConditionReason(part.text, State.MET, part.fact, part.period, actual, part.required, True)
        self._met[id(part)] = reason
        return reason

    def _collect(
        self, tree: CompiledAnswer | Group, decisive: bool, item: Compiled, found: list[ConditionReason]
    ) -> None:
        if isinstance(tree, Group):
            rank = self._rank(tree)
            for part in tree.parts:
                self._collect(part, decisive and self._rank(part) == rank, item, found)
            return
        plain = self._plainly_met(tree)
        if plain is not None:
            found.append(plain if decisive else plain._replace(decisive=False))
            return
        rule = Not(of=tree.rule) if tree.negated else tree.rule
        reader = FactReader(self._sheet(item), self._facts.today, item.types, _besides(item))
        found += [_reason(each, decisive) for each in verdict_of(rule, reader).reasons]

    def _sheet(self, item: Compiled) -> FactSheet:
        known = (column.fact(self._row) for column in self._facts.named(item.types))
        return FactSheet.model_construct(
            facts=tuple(fact for fact in known if fact is not None),
            reference_year=item.year,
            parameters=self._facts.figures(item.whose, item.outside),
        )

    def _fact(self, key: ColumnKey) -> Fact:
        found = self._found.get(key)
        if found is None:
            read = self._facts.columns[key].fact(self._row)
            assert read is not None, "a met condition has its fact"
            found = self._found[key] = read
        return found

    def _rank(self, tree: CompiledAnswer | Group) -> int:
        if isinstance(tree, CompiledAnswer):
            rank = self._ranks[tree.leaf]
            return 2 - rank if tree.negated else rank
        return sorted((self._rank(part) for part in tree.parts), reverse=True)[tree.least - 1]


def _besides(item: Compiled) -> Given:
    return given(parameters=item.outside, values=item.values)


def _reason(said: ConditionResult, decisive: bool) -> ConditionReason:
    return ConditionReason(
        said.text_zh, said.state, said.fact, said.period, said.actual, said.required, decisive and said.decisive
    )


def _types(said: CompiledAnswer) -> dict[str, FactType]:
    return {} if said.declared is None else {said.fact: said.declared}
