"""`./zhida rules run ITEM --cohort FILE`: many claims, their places, the pot, and every fault of the file at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.__main__ import main

RULES: dict[str, Any] = {
    "fact_types": [
        {"name": "above_scale", "label": "规模以上企业", "kind": "flag"},
        {"name": "rd_expense", "label": "研发投入", "kind": "number", "unit": "万元"},
    ],
    "eligibility": {"node": "condition", "fact": "above_scale", "operator": "is_true"},
    "amount": {"node": "fixed", "value": "5", "unit": "万元"},
    "shares": {"node": "split", "parts": [{"payer": "county", "fraction": "1"}], "remainder_to": "county"},
    "stacking": [{"node": "once_per"}],
    "quotas": [
        {
            "places": 2,
            "pot": "8",
            "pot_unit": "万元",
            "when_short": "partial",
            "order": {"node": "ranked", "keys": [{"by": {"node": "fact", "fact": "rd_expense"}}]},
        }
    ],
    "plan": {
        "mode": "instant",
        "department": "工信局",
        "steps": [{"kind": "material_check"}, {"kind": "approval"}],
        "review_limit": {"limit": 5, "unit": "working_days"},
        "payout_limit": {"limit": 1, "unit": "working_days"},
        "frequency": "once",
        "budget_line": "GX-01",
        "window": {"closes": "2026-03-31"},
    },
}


def claim(name: str, filed_at: str = "2026-03-16 09:00", **more: Any) -> dict[str, Any]:
    facts = {"above_scale": True, **({"rd_expense": more.pop("rd")} if "rd" in more else {})}
    return {"id": name, "filed_at": filed_at, "facts": facts, **more}


COHORT: dict[str, Any] = {
    "claims": [
        claim("甲公司", rd="10 万元"),
        claim("乙公司", rd="90 万元"),
        claim("丙公司", rd="50 万元"),
        claim("丁公司", rd="50 万元"),
        claim("戊公司", "2026-04-01", rd="99 万元"),
        claim("己公司", rd="99 万元", awards=[{"year": 2024, "yuan": "5 万元"}]),
        {"id": "庚公司", "filed_at": "2026-03-16", "facts": {}},
        claim("辛公司"),
    ]
}


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def ran(cohort: Any, *more: str, rules: Any = None) -> tuple[int, str]:
        files = {"rules": rules or RULES, "cohort": cohort}
        for name, content in files.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False))
        arguments = ["rules", "run", str(tmp_path / "rules.json"), "--cohort", str(tmp_path / "cohort.json"), *more]
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out + said.err

    return ran


def test_a_cohort_is_ranked_and_the_pot_is_shared_out(run: Any) -> None:
    code, said = run(COHORT)
    assert code == 0
    assert "共 8 件申报，5 件参加，合计兑付 80,000.00 元" in said
    assert "尚不能判定或不能排序的 2 件（庚公司、辛公司）没有分配" in said
    assert "【额度 1】须经择优排序（名额 2 个，总额 8 万元）" in said
    assert "  乙公司：符合，50,000.00 元" in said and "→ 兑付 50,000.00 元" in said
    assert "余额不足，按余额兑付" in said
    assert "并列：丙公司、丁公司（申报时间也相同的按编号先后）" in said or "并列：丁公司、丙公司" in said
    assert "  戊公司：已于 2026-03-31 截止受理 → 不参加" in said
    assert "  己公司：已经享受过，本次没有应付金额 → 不参加" in said
    assert "辛公司" in said and "缺少“研发投入”，不能参加排序" in said


def test_a_cohort_is_told_to_programs(run: Any) -> None:
    code, said = run(COHORT, "--json")
    assert code == 0
    answer = json.loads(said)
    assert answer["granted"] == 8_000_000
    told = {each["id"]: each for each in answer["claims"]}
    assert told["乙公司"]["granted"] == 5_000_000
    assert told["戊公司"]["assessment"]["headline"]["state"] == "closed"
    assert answer["quotas"][0]["order"][0] == "乙公司"
    assert answer["quotas"][0]["ties"] == [{"claims": ["丁公司", "丙公司"], "to_the_instant": True}]


def test_what_was_gone_before_is_said_with_its_unit(run: Any) -> None:
    _, said = run({**COHORT, "used": "3 万元", "places_taken": 1}, "--json")
    assert json.loads(said)["granted"] == 5_000_000
    _, said = run({**COHORT, "used": ["79999.5 元"]}, "--json")
    assert json.loads(said)["granted"] == 50


def test_every_fault_of_the_file_is_told_at_once_with_its_place(run: Any) -> None:
    wrong = {
        "claims": [
            {"id": "甲", "filed_at": "昨天", "facts": {"turnover": "5"}},
            {"id": "甲", "filed_at": "2026-03-16", "facts": {"rd_expense": "很多"}, "note": 1},
            7,
            {
                "id": "丙",
                "filed_at": "2026-03-16",
                "facts": {},
                "awards": [{"year": 2024, "yuan": "许多"}],
                "decided": 5,
            },
            {"id": "丁", "filed_at": "2026-03-16", "facts": {}, "decided": {"bonus": "5 万元"}},
        ],
        "used": "3 人",
        "places_taken": [1, 2],
        "pot": 5,
    }
    code, said = run(wrong)
    assert code == 2
    for line in (
        "/pot：不认识的字段",
        "/claims/0/filed_at：应为申报时间，如 2026-03-16 09:30",
        "/claims/0/facts/turnover：事项没有声明",
        "/claims/1/id：“甲”与第 1 件重复",
        "/claims/1/facts/rd_expense：应为数字加单位",
        "/claims/1/note：不认识的字段",
        "/claims/2：应为一个对象",
        "/claims/3/awards/0/yuan：应为金额",
        "/claims/3/decided：应为一个对象",
        "/claims/4/decided：“bonus=5 万元”：规则中没有“bonus”这项核定",
        '/used/0：应为数字加单位，如 "120 万元"',
        "/places_taken：事项有 1 项额度",
    ):
        assert line in said, line


def test_a_cohort_says_everything_itself(run: Any) -> None:
    code, said = run(COHORT, "--date", "2026-03-16")
    assert code == 2
    assert "不与 --date 同用" in said
    assert run({"claims": []})[0] == 2
    with pytest.raises(SystemExit):
        run(COHORT, "--facts", "facts.json")


def test_a_claim_after_closing_is_told_so_on_the_first_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules, facts = tmp_path / "rules.json", tmp_path / "facts.json"
    rules.write_text(json.dumps(RULES))
    facts.write_text(json.dumps({"facts": {"above_scale": True}}))
    assert main(["rules", "run", str(rules), "--facts", str(facts), "--date", "2028-03-16"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "结论：已于 2026-03-31 截止受理"
    assert "估算（不是应付金额）：50,000.00 元" in said
    assert not any("支付" in line for line in said)
    assert main(["rules", "run", str(rules), "--facts", str(facts), "--date", "2026-03-16", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["headline"]["text_zh"] == "符合，50,000.00 元，须经择优排序（名额 2 个，总额 8 万元）"
    assert (answer["claimable"], answer["subject_to"]) == ("open", ["ranking", "places", "pot"])


def test_what_was_had_already_is_the_headline_and_not_a_last_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in {
        "rules": {**RULES, "quotas": []},
        "facts": {"facts": {"above_scale": True}},
        "awards": {"awards": [{"year": 2024, "yuan": "5 万元"}]},
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    files = [str(tmp_path / f"{name}.json") for name in ("rules", "facts", "awards")]
    arguments = ["rules", "run", files[0], "--facts", files[1], "--awards", files[2], "--date", "2026-03-16"]
    assert main(arguments) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "结论：已经享受过，本次没有应付金额"
    assert "符合，" not in said[0]
    assert not any(line.startswith("金额：") for line in said)


def test_what_was_used_of_a_pot_does_not_make_it_larger(run: Any) -> None:
    code, said = run({**COHORT, "used": "-5 万元"})
    assert code == 2
    assert "/used/0：已用的不能为负数" in said
    code, said = run({"claims": [claim("甲公司", rd="10 万元", awards="x")]})
    assert (code, "/claims/0/awards：应为一个对象" in said) == (2, True)
