"""`./zhida rules run` on an item in parts: early is said, and the next part is tried with what the last run printed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from console.__main__ import main

RULES: dict[str, Any] = {
    "fact_types": [
        {"name": "above_scale", "label": "规模以上企业", "kind": "flag"},
        {"name": "tax_paid", "label": "实缴税额", "kind": "number", "unit": "万元"},
        {"name": "investment", "label": "固定资产投资额", "kind": "number", "unit": "万元"},
    ],
    "eligibility": {"node": "condition", "fact": "above_scale", "operator": "is_true"},
    "amount": {"node": "fixed", "value": "100", "unit": "万元"},
    "shares": {"node": "split", "parts": [{"payer": "county", "fraction": "1"}], "remainder_to": "county"},
    "plan": {
        "mode": "instant",
        "department": "县工信局",
        "steps": [{"kind": "material_check"}, {"kind": "approval"}],
        "review_limit": {"limit": 5, "unit": "working_days"},
        "payout_limit": {"limit": 1, "unit": "working_days"},
        "frequency": "once",
        "budget_line": "2150101",
    },
    "instalments": {
        "node": "instalments_when",
        "rows": [
            {
                "condition": {
                    "node": "condition", "fact": "investment", "operator": "lt", "value": "1000", "unit": "万元",
                },
                "parts": [{"label": "一次付清", "fraction": "1"}],
            }
        ],
        "otherwise": [
            {"label": "第一年", "fraction": "4/10"},
            *(
                {
                    "label": label,
                    "fraction": "3/10",
                    "due_year": year,
                    "rechecks": [
                        {
                            "condition": {
                                "node": "condition", "fact": "tax_paid", "period": "Y", "operator": "ge", "value": "50", "unit": "万元",
                            },
                            "if_failed": "reduce",
                            "reduced_to": "1/2",
                        }
                    ],
                }
                for year, label in ((1, "第二年"), (2, "第三年"))
            ),
        ],
    },
}  # fmt: skip
FACTS = {"above_scale": True, "investment": "2000 万元", "tax_paid@2026": "49 万元", "tax_paid@2027": "50 万元"}


@pytest.fixture
def tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """What a run for one year prints, with what the run before said to write."""
    rules, awards = tmp_path / "rules.json", tmp_path / "awards.json"
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    awards.write_text("{}")

    def run(year: int, **more: Any) -> str:
        facts = tmp_path / "facts.json"
        facts.write_text(json.dumps({"reference_year": year, "facts": {**FACTS, **more}}), encoding="utf-8")
        files = ["--facts", str(facts), "--awards", str(awards)]
        assert main(["rules", "run", str(rules), *files, "--date", f"{year}-12-01"]) == 0
        said = capsys.readouterr().out
        if found := re.search(r"（试算下一期时，在 --awards 的文件里写：(.*)）", said):
            awards.write_text("{" + found[1] + "}", encoding="utf-8")
        return said

    return run


def test_three_years_are_tried_one_after_the_other(tried: Any) -> None:
    assert "金额：400,000.00 元" in (first := tried(2025))
    assert '"claim_year": 2025, "schedule": 1, "whole_yuan": "1000000' in first
    early = tried(2025)
    assert "第 2 期：本期自 2026 年度起可以申报" in early
    assert "试算下一期时" not in early
    second = tried(2026)
    assert "第 2 期（第二年）：复核未全部通过，按 50% 兑付 150,000.00 元，其余不再兑付" in second
    assert '"number": 2, "outcome": "paid", "yuan": "150000.00", "reduced_to": "1/2"' in second
    last = tried(2027)
    assert "金额：300,000.00 元" in last
    assert "试算下一期时" not in last


def test_whoever_is_not_entitled_has_no_part_behind_it(tried: Any) -> None:
    assert "试算下一期时" not in tried(2025, above_scale=False)


def test_what_the_register_does_not_say_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"rules": RULES, "facts": {"reference_year": 2026, "facts": FACTS}}
    files["awards"] = {"whole_yuan": "1000000", "instalments": [{"number": 1, "outcome": "paid", "yuan": "400000"}]}
    for name, content in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    paths = {name: str(tmp_path / f"{name}.json") for name in files}
    assert main(["rules", "run", paths["rules"], "--facts", paths["facts"], "--awards", paths["awards"]]) == 0
    said = capsys.readouterr().out
    assert "缺少已获奖补的记载：首期选定的分期安排" in said
    assert "金额：尚不能判定" in said
