"""One name for one fact: what the samples use stands in the dictionary once, and is found by whatever people call it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

import pytest

from console.place import CHECKOUT
from console.policy.labelled_pairs import read_questions
from console.policy.sample_city.enterprises import draw
from console.policy.sample_city.facts import SampleFacts
from console.policy.sample_city.items import sample_items
from contracts.rule import FactKind, FactType
from rules.units import unit
from services.catalog.dictionary.facts import DictionaryFact, dictionary, present_names, synonyms
from services.catalog.dictionary.finding import find, nearest
from services.catalog.search_index.words import name_of
from tests.unit.rules.sample_files import ITEMS, SCENE, worked_cases

FACTS = dictionary()
FORMER = {former.name: name for name, fact in FACTS.items() for former in fact.formerly}
LABELS = CHECKOUT / "sample" / "labels"


def told_by_labels() -> Iterator[FactType]:
    for path in sorted(LABELS.glob("*.json")):
        yield from (FactType.model_validate(each) for each in json.loads(path.read_bytes())["fact_types"])


def declared_by_items() -> Iterator[FactType]:
    for item in ITEMS.values():
        yield from item.rules.fact_types


def names_of_the_city() -> set[str]:
    return {column.name for column in SampleFacts(draw(400)).columns()}


def twice(said: Callable[[DictionaryFact], str]) -> list[tuple[str, ...]]:
    """Names whose facts are said alike."""
    by_text: dict[str, list[str]] = {}
    for name, fact in FACTS.items():
        by_text.setdefault(name_of(said(fact)), []).append(name)
    return [tuple(names) for names in by_text.values() if len(names) > 1]


# -- one name for one fact ---------------------------------------------------------------------------------


def test_no_two_facts_have_the_same_label_or_the_same_meaning() -> None:
    assert twice(lambda fact: fact.label) == []
    assert twice(lambda fact: fact.meaning) == []


def test_a_meaning_does_not_say_what_another_one_says_before_it_sends_on() -> None:
    """`…；哪一年由期间说明` and `…；含税的见 …` are told apart by what stands before them."""
    assert twice(lambda fact: fact.meaning.partition("；")[0]) == []


@pytest.mark.parametrize("said", [lambda fact: fact.label, lambda fact: fact.meaning], ids=["label", "meaning"])
def test_no_two_facts_differ_only_in_words_of_the_period(said: Callable[[DictionaryFact], str]) -> None:
    """年营业收入, 季度营业收入 and 月营业收入 are 营业收入 of a period."""
    period = re.compile(r"^(该|每|上|当|本)?(年度|年|季度|季|月份|月)的?|年(?=营业收入|产值|租金|销售|交易|出口)")
    assert twice(lambda fact: period.sub("", said(fact).partition("；")[0])) == []


def test_a_former_name_is_no_name_and_belongs_to_one_fact() -> None:
    formers = [former.name for fact in FACTS.values() for former in fact.formerly]
    assert len(formers) == len(set(formers))
    assert not set(formers) & set(FACTS)
    assert all(
        former.said.endswith("。") or former.said.endswith("）。") for f in FACTS.values() for former in f.formerly
    )


def test_the_dictionary_is_sorted_and_every_fact_says_what_it_means_and_has_a_unit_that_is_one() -> None:
    assert list(FACTS) == sorted(FACTS)
    for name, fact in FACTS.items():
        assert len(fact.meaning) >= 4, name
        fact.typed(name)
        if fact.unit is not None:
            unit(fact.unit)
        assert len({code.code for code in fact.codes}) == len(fact.codes) or name == "registered_county", name


def test_a_meaning_that_sends_to_another_fact_names_one_that_there_is() -> None:
    said = {
        (name, word)
        for name, fact in FACTS.items()
        for word in re.findall(r"(?<![a-z_])[a-z]+(?:_[a-z]+)+(?![a-z_])", fact.meaning)
    }
    codes = {code.code for fact in FACTS.values() for code in fact.codes}
    assert {(name, word) for name, word in said if word not in FACTS and word not in codes} == set()
    assert not {(name, word) for name, word in said if word == name}


def test_a_name_says_no_year_no_unit_and_no_period() -> None:
    """The naming rule (docs/policies.md): English snake_case for what is measured, and nothing of when or in what."""
    units = {"mu", "yuan", "wan", "yi", "rmb", "kwh", "sqm"}
    periods = {"annual", "yearly", "quarter", "quarterly", "month", "monthly"}
    manner = {"entered_statistics_monthly"}
    """That statistics took it in by the month, not by the year, is what is asked."""
    for name in set(FACTS) - manner:
        parts = set(name.split("_"))
        assert not parts & (units | periods), name
        assert not re.search(r"[0-9]{2,}", name), name


# -- every sample speaks its words -------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [*declared_by_items(), *told_by_labels()], ids=lambda fact: fact.name)
def test_a_sample_declares_a_fact_as_the_dictionary_has_it(declared: FactType) -> None:
    known = FACTS[declared.name]
    assert (declared.label, declared.kind, declared.unit) == (known.label, known.kind, known.unit)
    assert set(declared.codes) <= set(known.codes)


def test_cases_the_scene_labelled_pairs_and_the_city_speak_of_facts_of_the_dictionary() -> None:
    told = [fact for cases in worked_cases().values() for case in cases for fact in case.facts]
    told += [fact for question in read_questions() for fact in question.facts]
    assert all(FACTS[fact.name].kind is fact.kind for fact in told)
    for case in SCENE["cases"]:
        for fact in (*case["file_facts"], *case["declared_facts"]):
            assert FACTS[fact["name"]].kind is FactKind(fact["kind"])
    assert names_of_the_city() <= set(FACTS)
    for _code, rules in sample_items(400):
        for declared in rules.fact_types:
            assert (FACTS[declared.name].label, FACTS[declared.name].kind) == (declared.label, declared.kind)


def test_the_dictionary_holds_no_fact_that_no_sample_uses() -> None:
    used = {fact.name for fact in (*declared_by_items(), *told_by_labels())} | names_of_the_city()
    used |= {fact.name for question in read_questions() for fact in question.facts}
    assert set(FACTS) == used


def test_no_sample_file_and_no_program_writes_a_former_name() -> None:
    word = re.compile(r"(?<![a-z0-9_])(" + "|".join(sorted(FORMER, key=len, reverse=True)) + r")(?![a-z0-9_])")
    files: Iterable = (
        path
        for folder in ("sample", "console", "bench", "gateway", "docs")
        for path in (CHECKOUT / folder).rglob("*")
        if path.suffix in {".json", ".jsonl", ".py", ".md", ".toml"}
    )
    found = {
        (str(path.relative_to(CHECKOUT)), match) for path in files for match in word.findall(path.read_text("utf-8"))
    }
    telling = {"docs/decisions/0018-one-name-for-one-fact.md", "gateway/document/examples.toml"}
    assert {each for each in found if each[0] not in telling} == set()


# -- what people say leads to it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("高企", "hi_tech_certified"),
        ("高新技术企业", "hi_tech_certified"),
        ("high-tech", "hi_tech_certified"),
        ("营收", "revenue"),
        ("营业收入", "revenue"),
        ("上年度营业收入总额", "revenue"),
        ("revenue", "revenue"),
        ("租金", "rent_paid"),
        ("annual_rent", "rent_paid"),
        ("ANNUAL RENT", "rent_paid"),
        ("用电", "electricity_used"),
        ("产值", "industrial_output"),
        ("固投", "fixed_asset_investment"),
        ("中小企业", "is_sme"),
        ("技改", "renovation_investment"),
        ("从业人数", "employees"),
        ("跨境电子商务 出口", "cbec_export"),
        ("小巨人", "quality_sme_titles"),
        ("含税 设备", "min_equipment_unit_price_with_vat"),
    ],
)
def test_people_s_words_lead_to_the_fact(asked: str, first: str) -> None:
    found = [each.name for each in find(asked, FACTS)]
    assert first in found[:3], found[:5]


def test_every_fact_is_the_first_by_its_name_and_by_its_label_and_every_former_name_finds_the_present() -> None:
    for name, fact in FACTS.items():
        assert find(name, FACTS)[0].name == name
        assert find(fact.label, FACTS)[0].name == name, name
    for former, present in FORMER.items():
        found = find(former, FACTS)[0]
        assert found.name == present == present_names()[former][0]
        assert former in found.why and present in found.why


def test_a_word_that_stands_in_a_code_leads_to_its_fact_and_says_so() -> None:
    found = {each.name: each.why for each in find("龙头链主", FACTS)}
    assert "chain_leader（龙头链主企业）" in found["chain_role"]


def test_all_words_must_lead_there() -> None:
    assert {each.name for each in find("营业收入 集团", FACTS)} >= {"group_revenue"}
    assert "electricity_used" not in {each.name for each in find("用电 租金", FACTS)}


def test_signs_alone_find_nothing_and_are_near_nothing() -> None:
    for nothing in ("", "  ", "%", "_ -"):
        assert find(nothing, FACTS) == []
        assert nearest(nothing, FACTS) == []


def test_what_is_not_there_is_answered_with_what_is_written_most_alike() -> None:
    assert find("营业收如", FACTS) == []
    assert "revenue" in [each.name for each in nearest("营业收如", FACTS)]
    assert find("rd_expence", FACTS) == []
    assert nearest("rd_expence", FACTS)[0].name == "rd_expense"
    assert nearest("火星", FACTS) == []


def test_synonyms_are_words_and_no_group_says_one_twice() -> None:
    for group in synonyms():
        folded = [name_of(each) for each in group]
        assert len(set(folded)) == len(folded) >= 2 and all(len(each) >= 2 for each in folded), group
