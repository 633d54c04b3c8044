"""Names and values as a browser sends them, and addresses that lead nowhere but here."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import HTTPException
from hypothesis import given
from hypothesis import strategies as st

from gateway.portal.shell.addresses import local_path
from gateway.portal.shell.entries import flat, in_fen, meant, nested

NAMES = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
TREES = st.recursive(
    st.text("甲乙 xyz", min_size=1).map(str.strip).filter(bool),
    lambda inner: (
        st.dictionaries(NAMES, inner, min_size=1, max_size=3)
        | st.lists(st.dictionaries(NAMES, inner, min_size=1, max_size=2), min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, TREES, max_size=4))
def test_what_is_taken_apart_is_put_together_again(tree: dict[str, Any]) -> None:
    assert nested(list(flat(tree))) == tree


@pytest.mark.parametrize(
    ("pairs", "tree"),
    [
        ([("a", "1"), ("b", "")], {"a": "1"}),
        ([("a", "false"), ("a", "true")], {"a": "true"}),
        ([("a[]", "1"), ("a[]", "2")], {"a": ["1", "2"]}),
        ([("many", "1")], {"many": ["1"]}),
        ([("r.0.n", "x"), ("r.1.n", ""), ("r.2.n", "z")], {"r": [{"n": "x"}, {"n": "z"}]}),
        ([("r.10.n", "b"), ("r.9.n", "a")], {"r": [{"n": "a"}, {"n": "b"}]}),
        ([("r.0.kinds[]", "x"), ("r.0.kinds[]", "")], {"r": [{"kinds": ["x"]}]}),
    ],
)
def test_blanks_are_not_said_and_rows_close_up(pairs: list[tuple[str, str]], tree: dict[str, Any]) -> None:
    assert nested(pairs, ["many"]) == tree


@pytest.mark.parametrize("pairs", [[("a", "1"), ("a.b", "2")], [(".".join("a" * 20), "1")]])
def test_names_that_cannot_be_put_together_are_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(HTTPException):
        nested(pairs)


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("１８０", "180"),
        ("２０２７／０１／０１", "2027/01/01"),
        ("２０２７－０１－０１", "2027-01-01"),
        ("１３８００００００００", "13800000000"),
        ("０９：３０", "09:30"),
        (" ６２２２　００００ ", "6222 0000"),
        ("－５", "-5"),
        ("第３号", "第３号"),
        ("ＡＢＣ", "ＡＢＣ"),
        ("：", "："),
        ("１８٠", "１８٠"),
    ],
)
def test_a_figure_typed_wide_is_the_figure_and_a_text_stays_as_it_is(said: str, taken: str) -> None:
    assert meant([("days", said)]) == [("days", taken)]
    assert meant([("password", said)]) == [("password", said)]


def test_what_the_frame_put_there_is_not_the_persons() -> None:
    said = meant([("csrf", "c"), ("_key", "k"), ("lang", "en"), ("name", " 王五 \r\n"), ("password", " x ")])
    assert said == [("name", "王五"), ("password", " x ")]


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [
        ("1,000.50", 100050),
        ("１２", 1200),
        ("¥3", 300),
        ("5元", 500),
        ("1.005", "1.005元"),
        ("一百", "一百元"),
        ("1,5", "1,5元"),
        ("1，000，000", 100000000),
        ("1,0000", "1,0000元"),
        ("12,34.5", "12,34.5元"),
        ("#N/A", "#N/A元"),
        ("92,233,720,368,547,758.07", 2**63 - 1),
        ("-2", -200),
    ],
)
def test_an_amount_is_exact_or_no_amount(yuan: str, fen: int | str) -> None:
    assert in_fen({"a": [{"limit_yuan": yuan}], "b": "7"}) == {"a": [{"limit_fen": fen}], "b": "7"}


@pytest.mark.parametrize("address", ["/", "/my/cases?state=open", "/a//b", "/甲"])
def test_a_way_to_one_of_our_own_pages_is_taken(address: str) -> None:
    assert local_path(address) == address


ELSEWHERE = (
    *(None, "", "my", "//elsewhere.test", "/\\elsewhere.test", "\\\\elsewhere.test", "https://elsewhere.test"),
    *("/a\nb", "/\t/elsewhere.test", "javascript:alert(1)", " /x", "/a\\b", "/" + "x" * 3000),
)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_way_elsewhere_is_not(address: str | None) -> None:
    assert local_path(address, "/home") == "/home"
