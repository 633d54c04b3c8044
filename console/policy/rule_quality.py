"""`./zhida rules quality`: how right the answers are, on pairs that a person labelled by reading the items' sources.

Asked twice: of the plain evaluator, and of the catalogue's matcher (bitmaps), which must say the same.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from console.policy.labelled_pairs import PAIRS, Question, read_questions
from contracts.rule import Fact, State
from rules import assess
from services.catalog.matching.engine.facts import ColumnKey
from services.catalog.matching.engine.matcher import Matcher

STATES = (State.MET, State.NOT_MET, State.UNDETERMINED)
WORDS = {State.MET: "符合", State.NOT_MET: "不符合", State.UNDETERMINED: "尚不能判定"}
AIM = 0.9
"""S8: right for at least nine in ten."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with both answers. `removed` is the fact that was taken away from a pair labelled *met*."""

    question: Question
    plain: State
    matched: State
    removed: str | None = None


def run(json_file: str | None, set_file: str | None) -> int:
    """0: precision and recall reach the aim, nothing is *met* on a missing fact, and both ways agree; else 1."""
    asked = read_questions(Path(set_file) if set_file else PAIRS)
    figures = measured(answered(asked), answered_without(asked))
    figures["modes"] = dict(Counter(each.rules.plan.mode.value for each in asked))
    print("\n".join(_lines(figures)))
    if json_file:
        Path(json_file).write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 0 if reached(figures) else 1


def reached(figures: dict[str, Any]) -> bool:
    """Whether the figures are what we promise."""
    right = min(figures["precision"], figures["recall"]) >= AIM
    return bool(right and figures["met_on_missing_fact"] == 0 and figures["matcher_disagrees"] == 0)


def answered(asked: Sequence[Question]) -> list[Answered]:
    """Every question answered both ways."""
    return _both(asked, [None] * len(asked))


def answered_without(asked: Sequence[Question]) -> list[Answered]:
    """Every pair labelled *met*, once without each fact that the label rests on."""
    less = [
        (question.without(key), key)
        for question in asked
        if question.pair.label is State.MET
        for key in question.pair.facts
        if key not in question.pair.beside
    ]
    return _both([question for question, _ in less], [key for _, key in less])


def measured(whole: Sequence[Answered], less: Sequence[Answered]) -> dict[str, Any]:
    """The figures: precision and recall of *met*, the three-way confusion, and *met* where a fact is missing."""
    confusion = {label: Counter[State]() for label in STATES}
    for each in whole:
        confusion[each.question.pair.label][each.plain] += 1
    true = confusion[State.MET][State.MET]
    claimed = sum(counts[State.MET] for counts in confusion.values())
    labelled = confusion[State.MET].total()
    everything = (*whole, *less)
    unknown = [each for each in whole if each.question.pair.label is State.UNDETERMINED]
    on_missing = [each for each in (*unknown, *less) if State.MET in (each.plain, each.matched)]
    return {
        "pairs": len(whole),
        "items": len({each.question.pair.item for each in whole}),
        "true_positives": true,
        "false_positives": claimed - true,
        "false_negatives": labelled - true,
        "precision": _share(true, claimed),
        "recall": _share(true, labelled),
        "right": _share(sum(confusion[state][state] for state in STATES), len(whole)),
        "confusion": {label: {state: confusion[label][state] for state in STATES} for label in STATES},
        "facts_removed": len(less),
        "met_on_missing_fact": len(on_missing),
        "matcher_asked": len(everything),
        "matcher_disagrees": sum(each.plain is not each.matched for each in everything),
        "wrong": [_told(each) for each in whole if each.plain is not each.question.pair.label],
        "met_without": [_told(each) for each in on_missing],
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _told(each: Answered) -> dict[str, str | None]:
    pair = each.question.pair
    return {
        "id": pair.id, "enterprise": pair.enterprise, "label": pair.label, "answer": each.plain, "removed": each.removed,
        "reason": pair.reason, "note": pair.note,
    }  # fmt: skip


def _both(asked: Sequence[Question], removed: Sequence[str | None]) -> list[Answered]:
    matched = _matched(asked)
    return [
        Answered(question, assess(question.rules, question.sheet(), question.pair.day).verdict.state, state, key)
        for question, state, key in zip(asked, matched, removed, strict=True)
    ]


def _matched(asked: Sequence[Question]) -> list[State]:
    """The matcher's answers: one matcher for each day and its outside figures, one row for each question."""
    states: dict[int, State] = {}
    places: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place, question in enumerate(asked):
        places[question.pair.day, question.parameters].append(place)
    for (day, figures), those in places.items():
        matcher = Matcher(day)
        matcher.put_figures({"": figures})
        matcher.admit(np.arange(len(those), dtype=np.int32))
        matcher.put_facts(_columns([asked[place] for place in those]))
        for row, place in enumerate(those):
            item = asked[place].pair.item
            if item not in matcher.items:
                matcher.put_item(item, asked[place].rules)
            states[place] = matcher.state(item, row)
    return [states[place] for place in range(len(asked))]


def _columns(asked: Sequence[Question]) -> dict[ColumnKey, dict[int, Fact | None]]:
    """The current facts of each question's enterprise, as the catalogue keeps them."""
    columns: dict[ColumnKey, dict[int, Fact | None]] = defaultdict(dict)
    for row, question in enumerate(asked):
        sheet = question.sheet()
        for fact in question.facts:
            columns[fact.name, fact.period][row] = sheet.find(fact.name, fact.period)
    return columns


def _lines(figures: dict[str, Any]) -> Iterator[str]:
    modes = figures["modes"]
    names = {"no_application": "免申即享", "instant": "即申即享", "committed": "承诺兑现"}
    by_mode = "、".join(f"{name} {modes.get(mode, 0)}" for mode, name in names.items())
    yield f"标注 {figures['pairs']} 对，涉及 {figures['items']} 个事项（{by_mode}）"
    yield (
        f"判为符合且确实符合 {figures['true_positives']}，误判为符合 {figures['false_positives']}，"
        f"漏判 {figures['false_negatives']}"
    )
    yield f"准确率 {figures['precision']:.2%}，召回率 {figures['recall']:.2%}，三种结论全对 {figures['right']:.2%}"
    yield "标注＼回答      " + "  ".join(f"{WORDS[state]}" for state in STATES)
    for label in STATES:
        counts = "  ".join(f"{figures['confusion'][label][state]:>6}" for state in STATES)
        yield f"  {WORDS[label]}\t{counts}"
    yield f"缺数据却判为符合：{figures['met_on_missing_fact']}（另逐项去掉 {figures['facts_removed']} 次所依据的数据再问）"
    yield f"目录匹配引擎同样回答 {figures['matcher_asked']} 次，不一致 {figures['matcher_disagrees']} 次"
    for each in (*figures["wrong"], *figures["met_without"]):
        without = f"（去掉 {each['removed']}）" if each["removed"] else ""
        yield f"  ✗ {each['id']} {each['enterprise']}{without}：标注{WORDS[each['label']]}，回答{WORDS[each['answer']]}。{each['reason']}"
        if each["note"]:
            yield f"      {each['note']}"
