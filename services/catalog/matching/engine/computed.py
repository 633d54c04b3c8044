"""Conditions over computed figures: answered by the plain evaluator, once for equal facts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from contracts.rule import Fact, FactSheet, ParameterValue, State
from rules.bounds import broken
from rules.eligibility import decide
from rules.facts import FactReader, given
from services.catalog.matching.engine.columns import Rows
from services.catalog.matching.engine.compiling import Computed
from services.catalog.matching.engine.conditions import Mask
from services.catalog.matching.engine.facts import EngineFacts


def decide_computed(leaf: Computed, facts: EngineFacts, rows: Rows) -> tuple[Mask, Mask]:
    """(met, known) of these rows (ascending); of one that is no enterprise, neither."""
    types = {declared.name: declared for declared in leaf.types}
    named = {value.name: value for value in leaf.values}
    more = given(parameters={declared.name: declared for declared in leaf.outside}, values=named)
    on_sheet = sheet_maker(facts.figures(leaf.whose, more.parameters), leaf.year)
    sheets, places = equal_facts(facts, leaf.names, rows)
    states = [_state(leaf, FactReader(on_sheet(sheet), facts.today, types, more)) for sheet in sheets]
    met = np.array([state is State.MET for state in states], np.bool_)
    known = np.array([state is not State.UNDETERMINED for state in states], np.bool_)
    there = facts.present[rows]
    return met[places] & there, known[places] & there


def _state(leaf: Computed, reader: FactReader) -> State:
    if leaf.rule is not None:
        return decide(leaf.rule, reader)[0]
    return State.UNDETERMINED if broken(leaf.bounds, reader) else State.MET


def equal_facts(
    facts: EngineFacts, names: frozenset[str], rows: Rows
) -> tuple[list[tuple[Fact, ...]], NDArray[np.intp]]:
    """The different sets of facts with these names that `rows` have, and which of them each row has."""
    columns = facts.named(names)
    signature = np.zeros((len(rows), 3 * len(columns)), np.int64)
    for index, column in enumerate(columns):
        part = column.part(rows)
        at = np.searchsorted(rows, part.rows)
        signature[at, 3 * index] = part.forms.astype(np.int64) + 1
        signature[at, 3 * index + 1] = part.values
        signature[at, 3 * index + 2] = part.untils
    # Most enterprises have none of an item's own facts; sorting them all would take most of the time.
    some = np.flatnonzero(signature.any(axis=1))
    distinct, found = np.unique(signature[some], axis=0, return_inverse=True)
    places = np.zeros(len(rows), np.intp)
    places[some] = found.reshape(-1) + 1
    sheets = [
        tuple(
            column.decode(entry[3 * index] - 1, entry[3 * index + 1], entry[3 * index + 2])
            for index, column in enumerate(columns)
            if entry[3 * index]
        )
        for entry in distinct.tolist()
    ]
    return [(), *sheets], places


def sheet_maker(figures: tuple[ParameterValue, ...], year: int) -> Callable[[tuple[Fact, ...]], FactSheet]:
    """Makes sheets of facts with these outside figures."""
    empty = FactSheet.model_construct(facts=(), reference_year=year, parameters=figures)
    # A copy has what was worked out of the figures: once for all sheets instead of most of the time for each.
    empty.figures("", None)
    return lambda facts: empty.model_copy(update={"facts": facts})
