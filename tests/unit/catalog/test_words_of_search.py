"""How texts become words: what is silent, what a slip leaves, what is marked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.place import CHECKOUT
from contracts.search import Segment
from services.catalog.search.highlights import Marker
from services.catalog.search_index.domain import Texts
from services.catalog.search_index.lexemes import heading_lexemes, wanted, words_lexemes
from services.catalog.search_index.synonyms import Synonyms, national
from services.catalog.search_index.words import digest, folded, grams_of_text, words_of_query, words_of_text

MIGRATIONS = CHECKOUT / "services" / "catalog" / "migrations" / "versions"


def test_a_text_is_found_by_its_words_and_those_inside_them() -> None:
    assert set(words_of_text("科技型中小企业补助")) >= {"科技", "科技型", "中小企业", "企业", "补助"}


def test_a_text_is_kept_as_what_it_says_and_not_what_it_could_have_said_instead() -> None:
    assert "高企" not in words_of_text("首次认定的高新技术企业")
    assert "高企" not in words_of_text("提高企业研发投入")


def test_silent_words_are_not_looked_for() -> None:
    assert words_of_query("请问怎么申请高企的补贴吗") == ["申请", "高企", "补贴"]
    assert wanted("怎么 的 ？！", national()) is None


def test_width_case_and_signs_are_folded_away() -> None:
    assert folded("ＡＢＣ１２３") == "abc123"
    assert grams_of_text("专精特新“小巨人”")[:6] == ["专精", "精特", "特新", "新小", "小巨", "巨人"]


def test_a_long_query_is_looked_for_by_its_first_words() -> None:
    sought = wanted("奖励补助贴息技改研发上云设备厂房租金用电物流展会人才引进融资担保", Synonyms(()))
    assert sought is not None
    assert sought.all.count("&") < 40


def test_a_slip_in_a_name_of_two_characters_is_not_guessed_at() -> None:
    sought = wanted("高启", national())
    assert sought is not None
    assert sought.similar is None


LEXEMES = re.compile(r"(?:'(?:[^']|'')+'(?::\d[ABD](?:,\d[ABD])*)?(?: |$))*")
NODES = re.compile(r"'(?:[^'\\]|''|\\\\)+'")


@given(st.text(max_size=120))
def test_whatever_a_text_says_becomes_well_formed_lexemes(text: str) -> None:
    texts = Texts(title=(text,), belongs_to=(text,), guide=(text,), document=(text,))
    assert LEXEMES.fullmatch(words_lexemes(texts))
    assert LEXEMES.fullmatch(heading_lexemes(texts))


@given(st.text(max_size=200))
def test_whatever_a_person_types_becomes_a_query_of_quoted_words_only(text: str) -> None:
    sought = wanted(text, national())
    for _way, query, rank in sought.ways() if sought else ():
        assert set(NODES.sub("", rank)) <= set("()| ")
        assert set(NODES.sub("", query)) <= set("()&| ")
        assert query.count("(") == query.count(")")
    for others in sought.others if sought else ():
        assert set(NODES.sub("", others).replace(":A", "")) <= set("()&|! ")


@given(st.text(max_size=80), st.text(max_size=20))
def test_marking_loses_no_character(text: str, query: str) -> None:
    segments = Marker(query, national()).segments(text)
    assert "".join(each.text for each in segments) == text


@pytest.mark.parametrize(
    ("query", "text", "hits"),
    [
        ("高企", "高新技术企业认定（高企）", ["高新技术企业", "高企"]),
        ("研发补助", "企业研发费用补贴", ["研发", "补贴"]),
        ("ＧＢ", "按gb/T 2260", ["gb"]),
        ("研发", "Ｒ＆Ｄ经费", ["Ｒ＆Ｄ"]),
        ("", "奖励", []),
    ],
)
def test_what_was_found_is_marked_and_what_is_alike_too(query: str, text: str, hits: list[str]) -> None:
    assert [each.text for each in Marker(query, national()).segments(text) if each.hit] == hits


def test_a_snippet_is_the_text_around_the_first_hit() -> None:
    snippet = Marker("冷库", national()).snippet({"summary": "没有", "conditions": "甲" * 100 + "冷库" + "乙" * 100})
    assert snippet is not None
    assert snippet.field == "conditions"
    assert snippet.segments[1] == Segment(text="冷库", hit=True)
    assert sum(len(each.text) for each in snippet.segments) == 80


def test_another_vocabulary_comes_with_a_migration_that_builds_the_index_anew() -> None:
    """If this fails, add a migration that names the new digest; the index is rebuilt after it."""
    built_with = [
        found.group(1)
        for file in sorted(MIGRATIONS.glob("*.py"))
        if (found := re.search(r'^VOCABULARY = "(\w+)"$', file.read_text(), re.M))
    ]
    assert built_with[-1] == digest()
