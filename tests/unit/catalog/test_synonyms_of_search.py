"""What means the same is found by one another: never less than the words themselves, and never without end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.catalog.search_index.domain import Texts
from services.catalog.search_index.lexemes import heading_lexemes, wanted, words_lexemes
from services.catalog.search_index.synonyms import (
    MOST_TOGETHER,
    MOST_WIDENED,
    Synonyms,
    national,
    national_groups,
    national_words,
    together,
)
from services.catalog.search_index.words import name_of
from services.catalog.synonyms.checking import MOST_OF_A_GROUP, wrong_with
from tests.unit.catalog.tsquery_kit import lexemes, read

TRADE = [
    "高企",
    "高新技术企业",
    "技改",
    "技术改造",
    "补助",
    "奖励",
    "租金",
    "房租",
    "企业",
    "研发",
    "R&D",
    "提高",
    "火炬券",
    "认定",
    "的",
]
SAYINGS = st.one_of(
    st.lists(st.sampled_from(TRADE), min_size=1, max_size=8).map("".join),
    st.text(alphabet="高企新技术改造补助奖励租房 ，", max_size=24),
)
WORDS = st.text(alphabet="甲乙丙丁戊己庚辛", min_size=2, max_size=4)
LISTS = st.lists(st.lists(st.lists(WORDS, min_size=1, max_size=12), max_size=12), max_size=4)


def item(title: str, guide: str = "") -> tuple[dict[str, str], dict[str, str]]:
    """What an item is found by, and what it is ranked by."""
    texts = Texts(title=(title,), belongs_to=(), guide=(guide,), document=())
    return lexemes(words_lexemes(texts)), lexemes(heading_lexemes(texts))


def finds(query: str, title: str, synonyms: Synonyms | None = None) -> bool:
    sought = wanted(query, synonyms or national())
    return sought is not None and read(sought.all).fits(item(title)[0])


def test_what_people_say_finds_what_the_item_is_called() -> None:
    assert finds("高企补助", "高新技术企业认定奖励")
    assert finds("高新技术企业补贴", "高企认定奖励")
    assert finds("房租补贴", "标准厂房租金奖励")
    assert finds("技改扶持", "技术改造设备购置补助")
    assert finds("小升规奖金", "首次入规工业企业奖励")


def test_letters_that_happen_to_stand_side_by_side_are_not_a_word() -> None:
    assert not finds("提高企业研发", "高新技术企业研发奖励")
    assert "高新技术企业" not in national().said_in("提高企业研发投入")


def test_a_word_that_is_made_of_words_is_widened_by_each() -> None:
    assert finds("外贸企业补贴", "进出口企业奖励")


def test_a_list_of_a_place_joins_the_national_group_that_it_shares_a_word_with() -> None:
    here = Synonyms(together(national_groups(), [["火炬企业", "高企"]]))
    assert finds("火炬企业补助", "高新技术企业认定奖励", here)
    assert finds("高新技术企业", "火炬企业认定", here)
    assert not finds("火炬企业补助", "高新技术企业认定奖励")


def test_a_title_in_other_words_is_known_from_one_in_the_querys_own() -> None:
    sought = wanted("高企", national())
    assert sought is not None
    (others,) = sought.others
    assert read(others).fits(item("高新技术企业认定")[1])
    assert not read(others).fits(item("高企认定（高新技术企业）")[1])
    assert not read(others).fits(item("别的", guide="高新技术企业")[1])
    assert sought.itself is not None
    assert read(sought.itself).fits(item("高企认定")[0]) and not read(sought.itself).fits(item("高新技术企业认定")[0])


def test_the_national_list_is_in_order_itself() -> None:
    words = [name_of(word) for group in national_groups() for word in group]
    assert len(words) == len(set(words)), "a word stands in one group"
    assert all(len(group) >= 2 and all(len(name_of(word)) >= 2 for word in group) for group in national_groups())
    assert max(map(len, national_words().values())) + MOST_OF_A_GROUP <= MOST_TOGETHER + 2


@given(LISTS)
def test_groups_that_were_put_together_share_no_word_and_stay_bounded(lists: list[list[list[str]]]) -> None:
    groups = together(*lists)
    words = [word for group in groups for word in group]
    assert len(words) == len(set(words))
    assert all(2 <= len(group) <= MOST_TOGETHER for group in groups)


@given(LISTS)
def test_putting_together_what_was_put_together_changes_nothing(lists: list[list[list[str]]]) -> None:
    once = together(*lists)
    assert {frozenset(group) for group in together(once)} == {frozenset(group) for group in once}


@given(LISTS, WORDS)
def test_widening_what_was_widened_adds_nothing(lists: list[list[list[str]]], word: str) -> None:
    synonyms = Synonyms(together(*lists))
    found = set(synonyms.alike(word))
    assert name_of(word) in found
    assert {each for one in found for each in synonyms.alike(one)} == found


@given(SAYINGS, SAYINGS)
def test_a_query_never_loses_what_its_own_words_find(query: str, title: str) -> None:
    plain, widened = wanted(query, Synonyms(())), wanted(query, national())
    assert (plain is None) == (widened is None)
    if plain is not None and widened is not None:
        found = item(title)[0]
        assert not read(plain.all).fits(found) or read(widened.all).fits(found)
        assert set(read(plain.all).words()) <= set(read(widened.all).words())


@given(st.lists(st.sampled_from([word for group in national_groups() for word in group]), max_size=40).map("".join))
def test_a_query_of_many_known_words_stays_bounded(query: str) -> None:
    sought = wanted(query[:200], national())
    if sought is not None:
        assert len(sought.others) <= MOST_WIDENED
        assert max(len(list(read(text).words())) for _way, text, _rank in sought.ways()) < 2_500


def codes(*groups: list[str]) -> list[tuple[str | None, str]]:
    return [(each.field, each.code) for each in wrong_with(groups)]


def test_everything_that_is_wrong_with_a_list_is_told_at_once() -> None:
    assert codes(
        ["火炬券", "科技券"],
        [],
        ["火炬券", "创新券"],
        ["券", "票券"],
        ["独一"],
        ["长" * 21, "不长"],
        ["什么", "何物"],
        ["企业", "经营主体"],
        ["高企", "技改"],
        ["同词", "同词"],
    ) == [
        ("groups.1", "synonym_group_empty"),
        ("groups.2.0", "synonym_word_twice"),
        ("groups.3.0", "synonym_word_too_short"),
        ("groups.4", "synonym_group_of_one"),
        ("groups.5.0", "synonym_word_too_long"),
        ("groups.6.0", "synonym_word_says_nothing"),
        ("groups.7.0", "synonym_word_too_common"),
        ("groups.8", "synonym_groups_joined"),
        ("groups.9.1", "synonym_word_twice"),
    ]  # fmt: skip


def test_too_many_groups_and_too_large_ones_are_told() -> None:
    many = [[f"甲{number}号", f"乙{number}号"] for number in range(301)]
    assert codes(*many) == [("groups", "synonym_groups_too_many")]
    assert codes([f"第{number}词" for number in range(13)]) == [("groups.0", "synonym_group_too_large")]


def test_a_list_in_order_has_nothing_wrong_with_it() -> None:
    assert codes(["火炬企业", "高企"], ["红包", "补助"], ["Ｒ＆Ｄ费用", "科研费"]) == []


@given(st.lists(st.lists(st.text(max_size=30), max_size=14), max_size=12))
def test_whatever_a_list_says_it_is_answered_with_reasons_in_chinese(groups: list[list[str]]) -> None:
    for reason in wrong_with(groups):
        assert (reason.message and "：" in reason.message) or "两次" in reason.message
