"""What an item would cost: exact amounts by the plain evaluator, once for equal facts, until time is up."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from contracts.rule import ItemRules
from rules.amounts import amount_of_figure
from rules.facts import reader_of
from services.catalog.matching.engine.columns import Rows
from services.catalog.matching.engine.computed import equal_facts, sheet_maker
from services.catalog.matching.engine.facts import EngineFacts
from services.catalog.matching.engine.used import declarations_for


@dataclass(frozen=True, slots=True)
class Cost:
    """Sums in fen over enterprises: `known_fen` over `valued` ones, `lowest_fen` to `highest_fen` over `unvalued`.

    `uncounted` are those that time was too short for.
    """

    known_fen: int = 0
    valued: int = 0
    unvalued: int = 0
    lowest_fen: int = 0
    highest_fen: int = 0
    uncounted: int = 0


def cost_of(rules: ItemRules, facts: EngineFacts, rows: Rows, seconds: float, whose: str = "") -> Cost:
    """The amounts before caps over earlier awards of these enterprises (ascending), added up; on the outside figures
    of `whose` items."""
    give_up_at = time.monotonic() + seconds
    names = frozenset(declared.name for declared in declarations_for((rules.amount,), rules))
    sheets, places = equal_facts(facts, names, rows)
    alike = np.bincount(places, minlength=len(sheets)).tolist()
    on_sheet = sheet_maker(facts.figures(whose, rules.parameters_by_name), facts.today.year)
    known = valued = unvalued = lowest = highest = uncounted = 0
    for sheet, count in zip(sheets, alike, strict=True):
        if not count:
            continue
        if time.monotonic() > give_up_at:
            uncounted += count
            continue
        amount = amount_of_figure(rules.amount, reader_of(rules, on_sheet(sheet), facts.today), rules.rounding)
        if amount.money is not None:
            known, valued = known + amount.money.fen * count, valued + count
            continue
        unvalued += count
        lowest += amount.lowest.fen * count if amount.lowest is not None else 0
        highest += amount.highest.fen * count if amount.highest is not None else 0
    return Cost(known, valued, unvalued, lowest, highest, uncounted)
