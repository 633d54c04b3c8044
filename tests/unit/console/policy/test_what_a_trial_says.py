"""What `./zhida rules` says of what it does not know, cannot publish or does not give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.__main__ import main
from tests.unit.console.policy.test_rules import RULES


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(name: str, content: Any) -> str:
        file = tmp_path / name
        file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return str(file)

    return written


def test_a_trial_that_asks_nobody_what_was_had_says_so(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Once-only passed without a word where nobody had said what was had before."""
    once = {**RULES, "amount": {"node": "fixed", "value": "5", "unit": "万元"}, "stacking": [{"node": "once_per"}]}
    facts = write("facts.json", {"facts": {"above_scale": True}})
    given = ["rules", "run", write("rules.json", once), "--facts", facts, "--date", "2026-03-16"]
    assert main(given) == 0
    assert "说明：没有给出已获奖补（--awards），未核对是否已经享受" in capsys.readouterr().out
    assert main([*given, "--awards", write("awards.json", {})]) == 0
    assert "未核对" not in capsys.readouterr().out


def test_rules_alone_are_told_what_of_them_forbids_publication(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The same words of a whole item were refused; alone they were called sound."""
    parts = [{"label": "第一年", "fraction": "1/2"}, {"label": "第二年", "fraction": "1/2"}]
    file = write("rules.json", {**RULES, "instalments": {"node": "instalments", "parts": parts}})
    assert main(["rules", "check", file]) == 2
    said = capsys.readouterr().out
    assert "/instalments/parts/1：首期以后的各期应写明" in said
    assert "规则可以计算，尚不能发布" in said
    assert main(["rules", "run", file, "--facts", write("facts.json", {"facts": {"above_scale": True}})]) == 0


def test_what_is_not_money_is_not_given_below_a_headline_that_gives_nothing(
    write: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    service = {"node": "in_kind", "kind": "service", "gives": "优先推荐"}
    file = write("rules.json", {**RULES, "amount": service})
    for met, said in ((True, "  另给予：优先推荐"), (False, "  符合条件时另给予：优先推荐")):
        facts = write("facts.json", {"facts": {"above_scale": met}})
        assert main(["rules", "run", file, "--facts", facts, "--date", "2026-03-16"]) == 0
        assert said in capsys.readouterr().out.splitlines()
