"""`./zhida rules run … --awards`: what was granted before counts, and nothing of it is ignored in silence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from console.__main__ import main
from console.place import CHECKOUT
from tests.unit.console.policy.test_rules import RULES


def test_what_was_granted_before_counts(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rules, facts = write("rules.json", RULES), write("facts.json", {"facts": {"above_scale": True}})
    awards = write("awards.json", {"awards": [{"year": 2024, "yuan": "96 万元"}]})
    arguments = [
        "rules",
        "run",
        rules,
        "--facts",
        facts,
        "--awards",
        awards,
        "--decided",
        "expansion=0元",
        "--json",
    ]
    assert main(arguments) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["amount"]["money"] == 4_000_000
    assert answer["amount"]["before_caps"] is False


YEARLY = {
    **RULES,
    "amount": {
        "node": "cap",
        "scope": "year",
        "of": {"node": "fixed", "value": "90", "unit": "万元"},
        "limit": {"node": "fixed", "value": "100", "unit": "万元"},
    },
    "stacking": [{"node": "once_per", "most": 2}],
}


def run_with(write: Any, rules: Any, awards: Any) -> int:
    facts = write("facts.json", {"facts": {"above_scale": True}})
    given = ["--facts", facts, "--awards", write("awards.json", awards), "--date", "2026-03-16"]
    return main(["rules", "run", write("rules.json", rules), *given])


def test_rules_alone_are_told_whose_awards_are_their_own(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    had = {"family": "GZ-001", "year": 2026, "yuan": "40 万元"}
    assert run_with(write, YEARLY, {"awards": [had, {**had, "family": "B"}]}) == 2
    said = capsys.readouterr().err
    assert '/family：试算的文件只有规则，没有事项编码；请写明哪些是本事项的奖补，如 "family": "B"' in said
    assert "已获奖补中有：B、GZ-001" in said
    assert run_with(write, YEARLY, {"family": "GZ-001", "awards": [had, {**had, "family": "B"}]}) == 0
    said = capsys.readouterr().out
    assert "金额：600,000.00 元" in said
    assert "（规则没有用到的已获奖补：B）" in said
    assert run_with(write, YEARLY, {"family": "GZ-001", "awards": [had, had]}) == 0
    assert "已享受 2 次，最多 2 次" in capsys.readouterr().out
    assert run_with(write, YEARLY, {"awards": [{"year": 2026, "yuan": "40 万元"}]}) == 0
    assert "金额：600,000.00 元" in capsys.readouterr().out
    assert run_with(write, YEARLY, {}) == 0


def test_awards_of_another_item_are_not_taken_for_those_of_this_one(
    write: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    item = json.loads((CHECKOUT / "sample" / "items" / "SC-021.json").read_text())
    file, facts = write("item.json", item), write("facts.json", {"facts": {}})
    awards = write("awards.json", {"family": "SC-022", "awards": []})
    assert main(["rules", "run", file, "--facts", facts, "--awards", awards]) == 2
    assert "/family：试算的事项是“SC-021”，这里写的是“SC-022”" in capsys.readouterr().err


def test_this_claims_instalments_stand_in_one_place(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    part = {"year": 2025, "yuan": "1 万元", "instalment": 1}
    assert run_with(write, YEARLY, {"awards": [{"year": 2025, "yuan": "1 万元"}, part]}) == 2
    said = capsys.readouterr().err
    assert "/awards/1/instalment：这是本事项的分期；本次申报的前几期写在 instalments 里" in said
    assert "/awards/0" not in said
    assert run_with(write, YEARLY, {"claim": "K2", "awards": [{**part, "claim": "K2"}]}) == 2
    assert run_with(write, YEARLY, {"claim": "K2", "awards": [{**part, "claim": "K1"}]}) == 0
    assert run_with(write, YEARLY, {"family": "A", "awards": [{**part, "family": "B"}]}) == 0


def test_an_award_for_a_part_that_there_is_not_is_refused(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    named = [{"node": "fixed", "name": name, "value": "9", "unit": "万元"} for name in ("设备", "厂房")]
    counted = {"parts": ["设备", "厂房"]}
    capped = {**YEARLY["amount"], "of": {"node": "sum", "of": named}, "counted": counted}
    rules = {**YEARLY, "amount": capped, "stacking": []}
    had = {"year": 2026, "yuan": "90 万元"}
    assert run_with(write, rules, {"awards": [{**had, "part": "装备"}]}) == 2
    assert "/awards/0/part：金额中没有名为“装备”的部分，应为：设备、厂房" in capsys.readouterr().err
    assert run_with(write, rules, {"awards": [{**had, "part": "设备"}]}) == 0
    assert "金额：100,000.00 元" in capsys.readouterr().out
    assert run_with(write, rules, {"awards": [had]}) == 0
    said = capsys.readouterr().out
    assert "缺少已获奖补的记载：2026 年度本事项的奖补 900,000.00 元属于该事项的哪一部分" in said
