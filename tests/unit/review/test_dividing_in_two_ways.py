"""An amount is divided among receivers and payers at once, exact on both sides."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.cases.division import divided


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


def test_one_fen_between_two_receivers_and_two_payers_goes_somewhere_once() -> None:
    assert divided({1: 1, 2: 0}, {"a": 0, "b": 1}) == {(1, "a"): 0, (1, "b"): 1, (2, "a"): 0, (2, "b"): 0}


def test_sums_that_differ_are_no_division_of_one_amount() -> None:
    with pytest.raises(ValueError, match="the same sum"):
        divided({1: 2}, {"a": 1})
