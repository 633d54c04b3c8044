"""The file of earlier awards: what would make a trial pay too much, or pass a line by, is refused at its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.policy.award_files import read_awards
from console.policy.json_files import BadFile
from contracts.rule import Instalment, InstalmentPlan, ItemRules
from tests.unit.rules.rule_writing import fixed, item_rules

PARTS = (Instalment(label="第一年", fraction="1/2"), Instalment(label="第二年", fraction="1/2", due_year=1))
FIXED = item_rules(amount=fixed(100, "万元"), instalments=InstalmentPlan(parts=PARTS))
RECOMPUTED = item_rules(amount=fixed(100, "万元"), instalments=InstalmentPlan(parts=PARTS, whole="recomputed"))
AT_ONCE = item_rules(amount=fixed(100, "万元"))
PAID = {"number": 1, "outcome": "paid", "yuan": "50 万元"}
HAD = {"year": 2025, "yuan": "50 万元"}


def faults(tmp_path: Path, said: Any, rules: ItemRules) -> list[str]:
    file = tmp_path / "awards.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    try:
        read_awards(str(file), "SELF", rules)
    except BadFile as bad:
        return list(bad.faults)
    return []


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"awards": [HAD, {"year": 2025, "yuan": "-30 万元"}]}, "/awards/1/yuan"),
        ({"awards": [HAD, {"year": 2025, "money": -3000}]}, "/awards/1/money"),
        ({"whole_yuan": "100 万元", "instalments": [{**PAID, "yuan": "-50 万元"}]}, "/instalments/0/yuan"),
        ({"whole_yuan": "-100 万元", "instalments": [PAID]}, "/whole_yuan"),
    ],
)
def test_a_negative_sum_does_not_raise_what_is_paid_next(tmp_path: Path, said: Any, where: str) -> None:
    """50 had and 30 taken back left 80 of a cap of 100; whoever means that writes 20."""
    assert faults(tmp_path, said, FIXED) == [f"{where}：不能为负数；追回过的，请写追回以后的净额"]


@pytest.mark.parametrize("numbers", [[2], [1, 1], [1, 3], [9], [2, 1], [0]])
def test_instalments_are_told_one_after_the_other_each_once(tmp_path: Path, numbers: list[int]) -> None:
    """Part 2 alone made part 3 the next; part 9 of 2 made everything over; a part told twice was passed by."""
    said = {"whole_yuan": "100 万元", "instalments": [{**PAID, "number": number} for number in numbers]}
    found = faults(tmp_path, said, FIXED)
    assert found[0].startswith("/instalments：应从第 1 期起依次写")


def test_instalments_after_the_first_need_the_whole_that_the_first_fixed(tmp_path: Path) -> None:
    """It was worked out anew on the facts of now, so that whoever had grown since was paid more than was fixed."""
    found = faults(tmp_path, {"instalments": [PAID]}, FIXED)
    assert [each.partition("：")[0] for each in found] == ["/whole_yuan"]
    assert faults(tmp_path, {"instalments": [PAID]}, RECOMPUTED) == []
    assert faults(tmp_path, {"whole_yuan": "100 万元", "instalments": [PAID]}, FIXED) == []


def test_instalments_of_an_item_that_pays_at_once_are_not_passed_by(tmp_path: Path) -> None:
    found = faults(tmp_path, {"instalments": [PAID]}, AT_ONCE)
    assert found == ["/instalments：本事项不分期，没有前几期；以前获得的写在 awards 里"]


def test_what_this_claim_was_paid_stands_among_its_instalments_alone(tmp_path: Path) -> None:
    """Among the awards it made once-only refuse the claim's own next instalment."""
    said = {"claim": "C-1", "whole_yuan": "100 万元", "instalments": [PAID], "awards": [{**HAD, "claim": "C-1"}]}
    found = faults(tmp_path, said, FIXED)
    assert found == ["/awards/0/claim：这是本次申报已兑付的；本次申报的前几期只写在 instalments 里，不写进 awards"]
    assert faults(tmp_path, {**said, "awards": [{**HAD, "claim": "C-0"}]}, FIXED) == []


def test_a_fault_is_told_of_the_field_that_was_written(tmp_path: Path) -> None:
    said = {"awards": [{"year": "去年", "yuan": "1 元"}, {"year": 2025}], "whole_yuan": "abc", "instalments": [PAID]}
    found = {each.partition("：")[0] for each in faults(tmp_path, said, FIXED)}
    assert found == {"/awards/0/year", "/awards/1/yuan", "/whole_yuan"}
