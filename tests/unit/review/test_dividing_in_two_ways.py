"""An amount is divided among receivers and payers at once, exact on both sides."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import Level, PayeeKind, Split
from rules import split_shares
from services.review.cases.approvals import shared_out
from services.review.cases.division import divided
from services.review.cases.payments import payments_of
from services.review.cases.receivers import Receiver


@st.composite
def margins(draw: st.DrawFn) -> tuple[dict[int, int], dict[str, int]]:
    """Rows and columns of one sum, some of them nothing."""
    rows = draw(st.lists(st.integers(0, 10**12), min_size=1, max_size=30))
    cuts = sorted(draw(st.lists(st.integers(0, sum(rows)), min_size=0, max_size=4)))
    columns = [after - before for before, after in zip([0, *cuts], [*cuts, sum(rows)], strict=True)]
    return dict(enumerate(rows, 1)), {f"t{place}": amount for place, amount in enumerate(columns)}


@given(margins())
def test_rows_and_columns_are_met_to_the_fen_and_nobody_gets_less_than_nothing(
    given_: tuple[dict[int, int], dict[str, int]],
) -> None:
    rows, columns = given_
    cells = divided(rows, columns)
    assert min(cells.values()) >= 0
    assert {row: sum(cells[row, column] for column in columns) for row in rows} == rows
    assert {column: sum(cells[row, column] for row in rows) for column in columns} == columns


@given(margins(), st.randoms(use_true_random=False))
def test_it_does_not_depend_on_the_order_in_which_they_are_named(
    given_: tuple[dict[int, int], dict[str, int]], chance: random.Random
) -> None:
    rows, columns = given_
    shuffled_rows, shuffled_columns = list(rows.items()), list(columns.items())
    chance.shuffle(shuffled_rows)
    chance.shuffle(shuffled_columns)
    assert divided(dict(shuffled_rows), dict(shuffled_columns)) == divided(rows, columns)


@given(margins())
def test_no_cell_is_below_its_proportion_rounded_down_and_none_far_above(
    given_: tuple[dict[int, int], dict[str, int]],
) -> None:
    rows, columns = given_
    total = sum(rows.values()) or 1
    for (row, column), amount in divided(rows, columns).items():
        proportion = rows[row] * columns[column] // total
        assert proportion <= amount <= proportion + len(columns)


@st.composite
def shared(draw: st.DrawFn) -> tuple[int, Split]:
    """An amount and who bears it."""
    parts = draw(st.lists(st.integers(0, 10), min_size=4, max_size=4).filter(any))
    levels = list(Level)
    said = [{"payer": level, "fraction": _fraction(n, sum(parts))} for level, n in zip(levels, parts, strict=True)]
    mode, rest = draw(st.sampled_from(["direct", "county_advances"])), draw(st.sampled_from(levels))
    split = Split.model_validate({"mode": mode, "parts": said, "remainder_to": rest})
    return draw(st.integers(1, 10**11)), split


def _fraction(of: int, whole: int) -> str:
    return {0: "0", whole: "1"}.get(of, f"{of}/{whole}")


@given(shared(), st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any))
def test_who_pays_who_gets_and_who_bears_it_agree_to_the_fen(
    amount_and_split: tuple[int, Split], weights: list[int]
) -> None:
    amount, split = amount_and_split
    lines = split_shares(Money(amount), split)
    payments, _unknown = payments_of(lines, "here", lambda level, _tenant: level.value)
    gets = [amount * weight // sum(weights) for weight in weights]
    gets[0] += amount - sum(gets)
    receivers = [
        Receiver(number, number, PayeeKind.OTHER, "示例", amount_fen=fen) for number, fen in enumerate(gets, 1)
    ]
    cells, borne = shared_out(receivers, payments)
    paid = {part.payer: sum(cells[each.number, part.payer] for each in receivers) for part in payments.parts}
    assert paid == {part.payer: part.amount_fen for part in payments.parts}
    assert [sum(cells[each.number, payer] for payer in paid) for each in receivers] == gets
    at_cost: Counter[str] = Counter()
    for key, cost in borne.items():
        assert sum(cost.values()) == cells[key]
        at_cost.update(cost)
    assert +at_cost == Counter({share.payer: share.amount_fen for share in payments.shares})


def test_one_fen_between_two_receivers_and_two_payers_goes_somewhere_once() -> None:
    assert divided({1: 1, 2: 0}, {"a": 0, "b": 1}) == {(1, "a"): 0, (1, "b"): 1, (2, "a"): 0, (2, "b"): 0}


def test_sums_that_differ_are_no_division_of_one_amount() -> None:
    with pytest.raises(ValueError, match="the same sum"):
        divided({1: 2}, {"a": 1})


@pytest.mark.parametrize(("rows", "columns"), [({1: 5, 2: -1}, {"a": 4}), ({1: 4}, {"a": 5, "b": -1})])
def test_what_is_below_nothing_is_not_divided_though_the_sums_agree(
    rows: dict[int, int], columns: dict[str, int]
) -> None:
    with pytest.raises(ValueError, match="none of them below nothing"):
        divided(rows, columns)
