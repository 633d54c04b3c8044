"""How right the answers are, on pairs that were labelled by reading what the items' sources say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.policy.json_files import BadFile
from console.policy.labelled_pairs import PAIRS, Question, key_of, read_questions
from console.policy.rule_quality import AIM, Answered, answered, answered_without, measured, reached
from contracts.rule import Fact, Mode, State
from rules import assess
from services.catalog.dictionary.facts import dictionary

ASKED = read_questions()
UNFIT = {
    "graduate_years_since_leaving": "2.5",
    "introduced_firm_origins": "inside_city",
    "new_hire_unemployment_insurance_months": "0",
}
"""An entry that does not qualify, in the lists of what is paid per head."""
MET = [question for question in ASKED if question.pair.label is State.MET]


@pytest.fixture(scope="module")
def whole() -> list[Answered]:
    return answered(ASKED)


@pytest.fixture(scope="module")
def less() -> list[Answered]:
    return answered_without(ASKED)


def test_the_set_is_large_and_covers_items_modes_and_labels():
    assert len(ASKED) >= 200
    assert len({question.pair.item for question in ASKED}) >= 40
    assert {question.rules.plan.mode for question in ASKED} == set(Mode)
    labels = Counter(question.pair.label for question in ASKED)
    assert min(labels[state] for state in State) >= 100
    assert len({question.pair.id for question in ASKED}) == len(ASKED)
    assert PAIRS.read_text("utf-8").count("\n") == len(ASKED)


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.pair.id)
def test_a_pair_speaks_of_its_item_in_words_of_the_dictionary(question: Question):
    pair = question.pair
    assert pair.id.partition("/")[0] == pair.item
    assert pair.reason.endswith("。")
    assert set(pair.beside) <= set(pair.facts)
    assert pair.label is State.MET or not pair.beside, "only what is met rests on something"
    assert {fact.name for fact in question.facts} <= set(dictionary())


def test_nine_in_ten_are_right_and_nothing_is_met_on_a_missing_fact(whole: list[Answered], less: list[Answered]):
    figures = measured(whole, less)
    assert figures["precision"] >= AIM
    assert figures["recall"] >= AIM
    assert figures["right"] >= AIM
    assert figures["met_on_missing_fact"] == 0, figures["met_without"]
    assert figures["facts_removed"] >= 300
    assert reached(figures)


def test_every_pair_is_answered_as_it_is_labelled(whole: list[Answered], less: list[Answered]):
    assert measured(whole, less)["wrong"] == []


PER_HEAD = [question for question in MET if question.pair.item in ("JX-001", "JX-006", "ZJ-011")]


@pytest.mark.parametrize("question", PER_HEAD, ids=lambda question: question.pair.id)
def test_what_is_paid_per_head_is_met_by_one_that_qualifies_whatever_the_others_are(question: Question):
    more = replace(question, facts=tuple(map(one_row_more, question.facts)))
    assert assess(more.rules, more.sheet(), more.pair.day).verdict.state is State.MET


@pytest.mark.parametrize("question", PER_HEAD, ids=lambda question: question.pair.id)
def test_lists_that_do_not_tell_of_the_same_heads_are_not_answered(question: Question):
    for longer in question.facts:
        if isinstance(longer.value, tuple) and key_of(longer) not in question.pair.beside:
            facts = tuple(one_row_more(fact) if fact is longer else fact for fact in question.facts)
            uneven = replace(question, facts=facts)
            assert assess(uneven.rules, uneven.sheet(), uneven.pair.day).verdict.state is State.UNDETERMINED


def one_row_more(fact: Fact) -> Fact:
    if not isinstance(fact.value, tuple):
        return fact
    return fact.model_copy(update={"value": (*fact.value, UNFIT.get(fact.name, fact.value[0]))})


def test_the_matcher_s_bitmaps_answer_as_the_plain_evaluator(whole: list[Answered], less: list[Answered]):
    differ = [
        (each.question.pair.id, each.removed, each.plain, each.matched)
        for each in (*whole, *less)
        if each.plain is not each.matched
    ]
    assert differ == []


def test_a_pair_that_we_answer_wrongly_says_why_and_no_other_one_claims_to_be_wrong(whole: list[Answered]):
    wrong = {each.question.pair.id for each in whole if each.plain is not each.question.pair.label}
    confessed = {pair.id for pair in (each.pair for each in ASKED) if (pair.note or "").startswith("答错")}
    assert wrong == confessed


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(MET), st.data())
def test_what_a_label_rests_on_cannot_be_taken_away_and_still_be_met(question: Question, data: st.DataObject):
    removed = data.draw(st.sets(st.sampled_from(sorted(question.pair.facts)), min_size=1))
    left = question
    for key in removed:
        left = left.without(key)
    state = assess(left.rules, left.sheet(), left.pair.day).verdict.state
    before = assess(question.rules, question.sheet(), question.pair.day).verdict.state
    assert state in (before, State.UNDETERMINED), "less knowledge never makes another answer"
    if removed - set(question.pair.beside):
        assert state is not State.MET


# -- the figures themselves -----------------------------------------------------------------------------------


def as_if(question: Question, label: State, plain: State, matched: State | None = None) -> Answered:
    pair = question.pair.model_copy(update={"label": label})
    return Answered(Question(pair, question.rules, (), ()), plain, matched or plain)


def test_precision_counts_what_we_claim_and_recall_what_there_is():
    one, met, not_met, open_ = ASKED[0], State.MET, State.NOT_MET, State.UNDETERMINED
    told = [(met, met), (met, met), (met, not_met), (met, open_), (not_met, met), (open_, open_)]
    figures = measured([as_if(one, label, answer) for label, answer in told], [])
    assert (figures["true_positives"], figures["false_positives"], figures["false_negatives"]) == (2, 1, 2)
    assert (figures["precision"], figures["recall"], figures["right"]) == (0.6667, 0.5, 0.5)
    assert figures["confusion"]["met"] == {"met": 2, "not_met": 1, "undetermined": 1}
    assert figures["met_on_missing_fact"] == 0
    assert not reached(figures)


def test_met_on_a_missing_fact_counts_what_either_way_claims():
    one, met, open_ = ASKED[0], State.MET, State.UNDETERMINED
    rest = [as_if(one, met, met)] * 20
    for on_missing in (as_if(one, open_, met), as_if(one, open_, open_, matched=met)):
        figures = measured([*rest, on_missing], [])
        assert figures["met_on_missing_fact"] == 1
        assert not reached(figures)
    taken = Answered(one, met, met, removed="tour_group_size")
    assert measured(rest, [taken])["met_on_missing_fact"] == 1


def test_two_ways_that_disagree_are_never_good_enough():
    one, met = ASKED[0], State.MET
    figures = measured([as_if(one, met, met)] * 20 + [as_if(one, met, met, matched=State.NOT_MET)], [])
    assert (figures["precision"], figures["matcher_disagrees"]) == (1.0, 1)
    assert not reached(figures)


@pytest.mark.parametrize("line", ["[" * 200_000, "9" * 10_000, '{"a"'])
def test_a_line_that_is_no_json_is_named(line: str, tmp_path: Path):
    (tmp_path / "pairs.jsonl").write_text(f"\n{line}\n")
    with pytest.raises(BadFile, match="第 2 行"):
        read_questions(tmp_path / "pairs.jsonl")
