"""`./zhida rules`: what an officer sees who tries a rule alone."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.__main__ import main
from console.place import CHECKOUT
from console.policy.award_files import read_awards
from console.policy.json_files import BadFile, parse
from console.policy.rule_files import read_facts
from contracts.rule import ItemRules

RULES: dict[str, Any] = {
    "fact_types": [
        {"name": "output", "label": "产值", "kind": "number", "unit": "万元"},
        {"name": "rent", "label": "实缴租金", "kind": "number", "unit": "元"},
        {"name": "area", "label": "租赁面积", "kind": "number", "unit": "平方米"},
        {"name": "above_scale", "label": "规模以上企业", "kind": "flag"},
        {"name": "grade", "label": "级别", "kind": "code"},
        {"name": "honours", "label": "荣誉", "kind": "codes"},
        {"name": "certified_on", "label": "认定日期", "kind": "date"},
        {"name": "monthly_premium", "label": "每人每月单位缴费", "kind": "numbers", "unit": "元/月"},
    ],
    "parameters": [
        {"name": "industry_rd_ratio", "label": "行业平均研发强度", "unit": "%", "key_label": "行业"},
        {"name": "lpr_1y", "label": "一年期 LPR", "unit": "%"},
    ],
    "eligibility": {"node": "condition", "fact": "above_scale", "operator": "is_true"},
    "amount": {
        "node": "sum",
        "of": [
            {
                "node": "cap",
                "scope": "lifetime",
                "of": {"node": "fixed", "value": "24", "unit": "万元"},
                "limit": {"node": "fixed", "value": "100", "unit": "万元"},
            },
            {
                "node": "decided",
                "decision": "expansion",
                "by": "市住建局",
                "max": {"node": "fixed", "value": "10", "unit": "万元"},
            },
        ],
    },
    "shares": {
        "node": "split",
        "parts": [{"payer": "city", "fraction": "1/2"}, {"payer": "county", "fraction": "1/2"}],
        "remainder_to": "county",
    },
    "plan": {
        "mode": "instant",
        "department": "工信局",
        "steps": [{"kind": "material_check"}, {"kind": "approval"}],
        "review_limit": {"limit": 5, "unit": "working_days"},
        "payout_limit": {"limit": 1, "unit": "working_days"},
        "frequency": "once",
        "budget_line": "GX-01",
    },
}


def test_sound_rules_are_said_in_chinese(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check", write("rules.json", RULES)]) == 0
    said = capsys.readouterr().out
    assert "【谁能享受】规模以上企业。" in said
    assert "由市住建局核定，最高不超过 10 万元" in said


def test_every_real_item_passes_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    for item in sorted((CHECKOUT / "sample" / "items").glob("*.json")):
        assert main(["rules", "check", str(item)]) == 0, capsys.readouterr().out


def test_problems_are_told_with_their_places(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    parts = [{"payer": "city", "fraction": "1/3"}, {"payer": "county", "fraction": "1/3"}]
    amount = {
        "node": "quotient",
        "of": {"node": "fact", "fact": "output"},
        "by": {"node": "fact", "fact": "rent"},
    }
    unsound = {**RULES, "shares": {**RULES["shares"], "parts": parts}, "amount": amount}
    assert main(["rules", "check", write("rules.json", unsound)]) == 2
    said = capsys.readouterr().out
    assert "有 3 个问题" in said
    for line in ("/shares/parts：各级分担比例之和不等于 1", "/amount：除数可能为零", "不是金额"):
        assert line in said
    assert main(["rules", "check", write("rules.json", unsound), "--json"]) == 2
    assert {each["code"] for each in json.loads(capsys.readouterr().out)["problems"]} == {
        "shares_not_one", "division_by_zero", "amount_not_money",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"a": 1,\n  oops}', "第 2 行第 3 列：不是合法的 JSON"),
        ("[1]", "/：应为一个对象（花括号）"),
        ({**RULES, "eligibility": {"node": "perhaps"}}, "/eligibility：没有“perhaps”这种节点，可用的有：all"),
        (
            {**RULES, "amount": {"node": "fixed", "value": 5, "unit": "元"}},
            '/amount/value：数字写成加引号的文本，如 "5"',
        ),
        ({**RULES, "amount": {"node": "fixed", "value": "5"}}, "/amount/unit：缺少该字段"),
        ({**RULES, "amounts": 5}, "/amounts：不认识的字段"),
        ('{"version": NaN}', "NaN"),
        ("[" * 200_000, "嵌套太深"),
        ('{"a":' * 300 + "1" + "}" * 300, "不认识的字段"),
        ('{"version": ' + "9" * 5_000 + "}", "含有过长的整数"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(
    write: Any, capsys: pytest.CaptureFixture[str], content: Any, said: str
) -> None:
    assert main(["rules", "check", write("rules.json", content)]) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said_to_be_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check", "nowhere.json"]) == 2
    assert "nowhere.json：无法读取" in capsys.readouterr().err


def test_a_file_without_end_is_not_read_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check", "/dev/zero"]) == 2
    assert "/dev/zero：文件超过 5 MB" in capsys.readouterr().err


def test_a_rule_is_tried_on_facts(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rules, facts = write("rules.json", RULES), write("facts.json", {"facts": {"above_scale": True}})
    assert main(["rules", "run", rules, "--facts", facts, "--date", "2026-03-16"]) == 0
    said = capsys.readouterr().out
    assert "结论：符合" in said
    assert "缺少待核定：核定（市住建局，不超过 10 万元）" in said
    assert "金额：尚不能判定，在 240,000.00 元至 340,000.00 元之间" in said

    assert main(["rules", "run", rules, "--facts", facts, "--decided", "expansion=5万元"]) == 0
    said = capsys.readouterr().out
    assert "金额：290,000.00 元（未计入历次奖补的封顶或扣减）" in said
    assert "市级支付 145,000.00 元" in said


def test_a_fact_that_is_there_for_another_period_is_pointed_out(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rules, facts = write("rules.json", RULES), write("facts.json", {"facts": {"above_scale@2025": True}})
    assert main(["rules", "run", rules, "--facts", facts]) == 0
    said = capsys.readouterr().out
    assert "结论：尚不能判定" in said
    assert "（“规模以上企业”：规则要的是不分期间的，数据给的是2025的）" in said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"facts": {"turnover": "5"}}, "/facts/turnover：事项没有声明“turnover”"),
        ({"facts": {"output@2025": "很多"}}, "/facts/output@2025：应为数字加单位"),
        ({"facts": {"above_scale": "yes"}}, "/facts/above_scale：“规模以上企业”的值应写 true 或 false（不加引号）"),
        ({"facts": 5}, "/facts：应为列表或对象"),
        ({"facts": {"output@2025": "1,5 万元"}}, "/facts/output@2025：应为数字加单位"),
        ({"facts": {"grade": "#N/A"}}, "/facts/grade：“#N/A”不是代码"),
        ({"facts": {"honours": ["a", "NULL"]}}, "/facts/honours：“NULL”不是代码"),
        ({"facts": [{"name": "grade", "value": "-"}]}, "/facts/grade/value：“-”不是代码"),
        ({"fact": []}, "/fact：不认识的字段"),
        ([], "/：应为一个对象"),
    ],
)
def test_bad_facts_are_refused_with_the_place(
    write: Any, capsys: pytest.CaptureFixture[str], facts: Any, said: str
) -> None:
    assert main(["rules", "run", write("rules.json", RULES), "--facts", write("facts.json", facts)]) == 2
    assert said in capsys.readouterr().err


def test_a_decision_that_nobody_asks_for_is_refused(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rules, facts = write("rules.json", RULES), write("facts.json", {"facts": {}})
    assert main(["rules", "run", rules, "--facts", facts, "--decided", "bonus=1元", "--decided", "expansion=5"]) == 2
    said = capsys.readouterr().err
    assert "“bonus=1元”：规则中没有“bonus”这项核定（有：expansion）" in said
    assert "“expansion=5”：写法为 名称=数值单位" in said


def test_a_list_of_faulty_entries_is_not_called_too_short_as_well() -> None:
    data = {**RULES, "fact_types": [{"name": "output", "label": "产值", "kind": "figure", "unit": "万元"}]}
    with pytest.raises(BadFile) as bad:
        parse(ItemRules, data, "f.json")
    assert str(bad.value).splitlines() == [
        "f.json：/fact_types/0/kind：只能是：number、flag、code、codes、date、numbers、dates"
    ]


def test_the_files_of_the_guide_are_read(write: Any) -> None:
    guide = (CHECKOUT / "docs" / "rules.md").read_text()
    rules = ItemRules.model_validate(RULES)
    for kind, text in re.findall(r"```json (facts|awards)\n(.*?)```", guide, re.DOTALL):
        file = write("file.json", text)
        if kind == "awards":
            assert read_awards(file, "SELF").awards
        else:
            assert read_facts(file, rules, date(2026, 3, 16)).facts


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SCRAPS = st.sampled_from(
    [RULES["eligibility"], RULES["amount"], {"node": "cap"}, {"node": "compare", "left": RULES["amount"]}]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(ItemRules.model_fields)), JSON | SCRAPS), st.booleans())
def test_no_json_whatever_does_more_than_be_refused(pieces: dict[str, Any], whole: bool) -> None:
    data = {**RULES, **pieces} if whole else pieces
    with suppress(BadFile):
        parse(ItemRules, data, "rules.json")


def test_rules_that_are_nested_without_end_are_refused(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    opening, closing = '{"node":"not","of":' * 3000, "}" * 3000
    deep = json.dumps({**RULES, "eligibility": 0}).replace('"eligibility": 0', f'"eligibility": {opening}0{closing}')
    assert main(["rules", "check", write("rules.json", deep)]) == 2
    assert "嵌套太深" in capsys.readouterr().err


# -- quality --------------------------------------------------------------------------------------------------


def test_the_quality_of_the_answers_is_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["rules", "quality", "--json", str(tmp_path / "quality.json")]) == 0
    said = capsys.readouterr().out
    assert "准确率" in said and "召回率" in said and "缺数据却判为符合：0" in said and "不一致 0 次" in said
    figures = json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))
    assert figures["pairs"] >= 200
    assert min(figures["precision"], figures["recall"]) >= 0.9
    assert figures["met_on_missing_fact"] == figures["matcher_disagrees"] == 0


def test_a_set_that_we_answer_wrongly_is_told_pair_by_pair_and_is_not_good_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    pairs = tmp_path / "pairs.jsonl"
    pair = {"id": "NM-002/1", "item": "NM-002", "enterprise": "新增六亿元", "day": "2026-03-16", "label": "not_met",
            "facts": {"output_increment@2025": "6 亿元"}, "reason": "标注者看错了一位。"}  # fmt: skip
    pairs.write_text(json.dumps(pair), encoding="utf-8")
    assert main(["rules", "quality", "--pairs", str(pairs)]) == 1
    assert "✗ NM-002/1 新增六亿元：标注不符合，回答符合。标注者看错了一位。" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "第 1 行第 2 列：不是合法的 JSON"),
        ('{"id": "NM-002/1"}', "第 1 行 /item：缺少该字段"),
        ('{"item": "XX-999"}', "没有编码为 XX-999 的示例事项"),
        ('{"facts": {"no_such_word": true}}', "NM-002/1：数据“no_such_word”不在数据项词典"),
        ('{"facts": {"output_increment@2025": "6,5"}}', "NM-002/1：数据写法不对"),
    ],
)
def test_a_labelled_set_that_cannot_be_read_says_where(
    line: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    whole = {"id": "NM-002/1", "item": "NM-002", "enterprise": "某企业", "day": "2026-03-16", "label": "met", "facts": {},
             "reason": "达到五亿元。"}  # fmt: skip
    with suppress(json.JSONDecodeError):
        given = json.loads(line)
        line = line if "id" in given else json.dumps(whole | given)
    (tmp_path / "pairs.jsonl").write_text(line, encoding="utf-8")
    assert main(["rules", "quality", "--pairs", str(tmp_path / "pairs.jsonl")]) == 2
    assert said in capsys.readouterr().err


# -- what a firm reads ---------------------------------------------------------------------------------------------

CITY = {
    "name": "city",
    "label": "注册地",
    "kind": "code",
    "codes": [
        {"code": "haining", "label": "海宁市"},
        {"code": "tongxiang", "label": "桐乡市"},
        {"code": "north", "label": "高新区"},
        {"code": "south", "label": "高新区"},
    ],
}
IN_TOWN = {"node": "condition", "fact": "city", "operator": "eq", "value": "haining"}
ABOVE = {"node": "condition", "fact": "above_scale", "operator": "is_true"}
EITHER = {**RULES, "fact_types": [*RULES["fact_types"], CITY], "eligibility": {"node": "any", "of": [IN_TOWN, ABOVE]}}


def test_a_name_is_taken_for_its_code_where_it_tells_which(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rules = write("rules.json", EITHER)
    named = write("named.json", {"facts": {"city": "海宁市", "above_scale": False}})
    assert main(["rules", "run", rules, "--facts", named]) == 0
    told = capsys.readouterr().out
    assert "✓ 注册地为海宁市；实际：海宁市" in told
    assert "－ 规模以上企业；实际：否（走的是另一条路，不影响是否符合）" in told
    assert "✗" not in told
    of_two = write("of_two.json", {"facts": {"city": "高新区", "above_scale": False}})
    assert main(["rules", "run", rules, "--facts", of_two]) == 2
    refused = capsys.readouterr().err
    assert "“高新区”不在可取的值之内" in refused
    assert "应为：haining（海宁市）" in refused


def test_long_rules_are_read_out_in_lines(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    nested = {"node": "all", "of": [ABOVE, {"node": "any", "of": [IN_TOWN, {"node": "all", "of": [ABOVE, IN_TOWN]}]}]}
    assert main(["rules", "check", write("rules.json", {**EITHER, "eligibility": nested})]) == 0
    told = capsys.readouterr().out
    assert (
        "【谁能享受】\n同时满足：\n一、规模以上企业；\n二、满足下列条件之一：\n　（一）注册地为海宁市；\n"
        "　（二）同时满足：①规模以上企业；②注册地为海宁市。\n" in told
    )
