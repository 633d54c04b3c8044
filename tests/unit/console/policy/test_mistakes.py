"""Mistakes that officers make when they write rules and facts: each is told at its place, with the form that is right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from console.__main__ import main
from tests.unit.console.policy.test_rules import RULES

FACTS = [*RULES["fact_types"], {"name": "level", "label": "等级", "kind": "code", "codes": [{"code": "national", "label": "国家级"}, {"code": "prov", "label": "省级"}]}]  # fmt: skip
PARTS = RULES["shares"]["parts"]


def fixed(value: Any, unit: str | None = "万元") -> dict[str, Any]:
    return {"node": "fixed", "value": value, **({"unit": unit} if unit else {})}


def fact(name: str, period: str | None = None) -> dict[str, Any]:
    return {"node": "fact", "fact": name, **({"period": period} if period else {})}


def cond(name: str, operator: str, value: Any = None, unit: str | None = None, **more: Any) -> dict[str, Any]:
    said = {**({} if value is None else {"value": value}), **({"unit": unit} if unit else {}), **more}
    return {"eligibility": {"node": "condition", "fact": name, "operator": operator, **said}, "fact_types": FACTS}


def amount(**node: Any) -> dict[str, Any]:
    return {"amount": node, "fact_types": FACTS}


def rate(base: Any, share: Any) -> dict[str, Any]:
    return amount(node="rate", base=base, rate=share)


def table(*bands: dict[str, Any], unit: str = "万元") -> dict[str, Any]:
    return amount(node="table", by=fact("output"), unit=unit, bands=list(bands))


def band(low: Any, high: Any = None, **more: Any) -> dict[str, Any]:
    return {"low": low, **({"high": high} if high else {}), "then": fixed("1"), **more}


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "a period of a spreadsheet": (amount(**fact("rent", "2025-Q1")), "/amount/period：期间应写 Y（本年度）、Y-1（上一年）、2025、2025Q1"),
    "a period in words": (cond("output", "ge", "5", "万元", period="上年度"), "/eligibility/period：期间应写 Y（本年度）"),
    "no node": (amount(value="5", unit="万元"), "/amount：缺少 node，须写明是哪一种，可用的有：fixed、fact"),
    "no node inside": (amount(node="cap", of={"value": "5"}, limit=fixed("5")), "/amount/of：缺少 node，须写明是哪一种，可用的有：fixed"),
    "a node that there is not": (amount(node="fix", value="5"), "/amount：没有“fix”这种节点（是不是“fixed”？），可用的有：fixed、fact"),
    "a date as a node that there is not": (amount(node="elapsed", since={"node": "date"}, until={"node": "today"}, unit="月"), "/amount/since：没有“date”这种节点（是不是“date_fact”？）"),
    "an operator as a sign": (cond("output", ">=", "5", "万元"), "/eligibility/operator：只能是：eq、ne、ge、gt、le、lt、between、in、not_in、contains、is_true、is_false、exists、before、after（是不是“ge”？）"),
    "an operator of another kind": (cond("level", "ge", "national"), "/eligibility/operator：比较方式“ge”不适用于“等级”（分类），可用：eq、ne、in、not_in、exists"),
    "a flag that equals true": (cond("above_scale", "eq", True), "/eligibility/operator：比较方式“eq”不适用于“规模以上企业”（是否），可用：is_true、is_false、exists"),
    "a number without quotes": (amount(**fixed(5)), '/amount/value：数字写成加引号的文本，如 "5"'),
    "a number of a condition without quotes": (cond("output", "ge", 2000, "万元"), '/eligibility/value：数字写成加引号的文本，如 "2000"'),
    "a number with its unit": (amount(**fixed("5万元")), "/amount/value：应为数字，如 5、1.5，不带单位、逗号、百分号"),
    "a number with commas": (amount(**fixed("1,000")), "/amount/value：应为数字，如 5、1.5，不带单位、逗号、百分号"),
    "no unit": (amount(**fixed("5", None)), "/amount/unit：缺少该字段"),
    "no unit in a condition": (cond("output", "ge", "2000"), "/eligibility/unit：“产值”的比较值缺少计量单位，如 万元"),
    "a number in the unit": (amount(**fixed("5", "10万元")), "/amount/unit：单位不含数字、空格、逗号，如 万元、%、人、元/平方米·月"),
    "a unit nearly written": (amount(**fixed("5", "万圆")), "/amount/unit：不认识的计量单位“万圆”，是不是“万元”？"),
    "a unit in Latin letters": (rate(fact("rent"), fixed("5", "pct")), "/amount/rate/unit：不认识的计量单位“pct”，是不是“个百分点”？"),
    "a unit of another kind in a condition": (cond("output", "ge", "5", "%"), "/eligibility/unit：“产值”以万元计，不能与%比较；应为金额（元、万元）"),
    "a base that is no money": (rate(fact("area"), fixed("5", "%")), "/amount/base：计算结果的单位是“平方米”，不是金额；基数应为金额，按数量计的用 per_unit 写单价"),
    "a rate that is money": (rate(fact("rent"), fixed("5")), "/amount/rate：比例的单位应为 %、‰ 或倍，这里是金额（元、万元）；数量乘以单价用 per_unit"),
    "base and rate exchanged": (rate(fixed("5", "%"), fact("rent")), "/amount/base：基数（base）和比例（rate）写反了"),
    "a price per nothing": (amount(node="per_unit", quantity=fact("area"), price=fixed("5", "元")), "/amount/price：计算结果的单位是“元·平方米”，不是金额；单价应写成每单位多少钱，如 元/人"),
    "one of a sum is no money": (amount(node="sum", of=[fixed("5"), fact("area")]), "/amount/of/1：各部分的单位不一致：这里是“平方米”，其他部分是金额（元、万元）"),
    "a cap in percent": (amount(node="cap", of=fact("rent"), limit=fixed("5", "%")), "/amount/limit：各部分的单位不一致：这里是比例（%、倍），其他部分是金额（元、万元）"),
    "a fact nearly written": (amount(**fact("rents")), "/amount/fact：使用了未声明的事实“rents”（是不是“rent”？），请先在 fact_types 中声明"),
    "a fact by its label": (amount(**fact("rentpaid")), "/amount/fact：使用了未声明的事实“rentpaid”"),
    "a fact declared twice": ({"fact_types": [*FACTS, FACTS[0]]}, "/fact_types/9/name：事实“output”声明了不止一次，请只留一处"),
    "a label for a code": (cond("level", "eq", "国家级"), "/eligibility/value：“等级”没有取值“国家级”（“国家级”是名称，应写 national），可写：national（国家级）、prov（省级）"),
    "a label for a code in a lookup": (amount(node="lookup", fact="level", rows=[{"codes": ["prov", "国家级"], "then": fixed("5")}]), "/amount/rows/0/codes/1：“等级”没有取值“国家级”（“国家级”是名称，应写 national）"),
    "a gap between bands": (table(band("1", "5"), band("6")), "/amount/bands/1/low：“1 万元以上（含）、不满 5 万元”与“6 万元以上（含）”两档之间有空缺，空缺部分如不奖补请写明为 0"),
    "bands that share a bound": (table(band("1", "5", high_inclusive=True), band("5")), "/amount/bands/1/low_inclusive：“1 万元以上（含）、5 万元以下（含）”与“5 万元以上（含）”两档重叠：相接的数只能属于一档"),
    "a bound without quotes": (table(band(1, "5")), '/amount/bands/0/low：数字写成加引号的文本，如 "1"'),
    "bands in another unit": (table(band("1", "5"), unit="人"), "/amount/unit：分档单位“人”与分档依据的单位不符：应为金额（元、万元）"),
    "no value": (cond("output", "ge", None, "万元"), '/eligibility/value：“产值”的比较值填写不正确：ge 写加引号的数字，不带单位和逗号，如 "2000"'),
    "one value for in": (cond("level", "in", "prov"), '/eligibility/value：“等级”的比较值填写不正确：in 写值的列表，如 ["national", "provincial"]'),
    "a day with slashes": (cond("certified_on", "before", "2025/6/1"), '/eligibility/value：“认定日期”的比较值填写不正确：before 写加引号的日期，如 "2025-06-30"'),
    "from high to low": (cond("output", "between", ["9", "1"], "万元"), "/eligibility/value：区间的下限 9 大于上限 1，应由小到大写"),
    "a field nearly written": (amount(node="fixed", valeu="5", unit="万元"), "/amount/valeu：不认识的字段（是不是“value”？）"),
    "a share in percent": ({"shares": {**RULES["shares"], "parts": [{**PARTS[0], "fraction": "50%"}, PARTS[1]]}}, "/shares/parts/0/fraction：比例写成分数，如 1/2、3/10，全部写 1"),
    "shares that are not one": ({"shares": {**RULES["shares"], "parts": [{**PARTS[0], "fraction": "1/3"}, PARTS[1]]}}, "/shares/parts：各级分担比例之和不等于 1，现为 5/6"),
    "a payer in Chinese": ({"shares": {**RULES["shares"], "parts": [{**PARTS[0], "payer": "市"}, PARTS[1]]}}, "/shares/parts/0/payer：只能是：national、province、city、county（是不是“city”？）"),
    "a number without a unit": ({"fact_types": [*FACTS, {"name": "x1", "label": "数", "kind": "number"}]}, "/fact_types/9/unit：数值（number、numbers）须写单位 unit，如 万元；其他类型没有单位"),
    "a name in Chinese": ({"fact_types": [*FACTS, {"name": "营收", "label": "数", "kind": "flag"}]}, "/fact_types/9/name：名称以小写英文字母开头，只用小写字母、数字、下划线，如 rd_expense"),
    "a kind in Chinese": ({"fact_types": [*FACTS, {"name": "x1", "label": "数", "kind": "数值", "unit": "元"}]}, "（是不是“number”？）"),
    "one condition for a list": ({"eligibility": {"node": "all", "of": cond("above_scale", "is_true")["eligibility"]}}, "/eligibility/of：应为列表（方括号）"),
    "a mode in Chinese": ({"plan": {**RULES["plan"], "mode": "免申即享"}}, "/plan/mode：只能是：no_application、instant、committed（是不是“no_application”？）"),
    "a step without its kind": ({"plan": {**RULES["plan"], "steps": [{}]}}, "/plan/steps/0：缺少 kind，须写明是哪一种，可用的有：material_check、joint_check"),
    "a limit in words": ({"plan": {**RULES["plan"], "review_limit": "5个工作日"}}, "/plan/review_limit：应为一个对象（花括号），内有 limit、unit"),
    "a day in Chinese": ({"plan": {**RULES["plan"], "window": {"opens": "2026年1月1日"}}}, "/plan/window/opens：应为日期，如 2026-03-16"),
    "a year in words": ({"reference_year": "2025年"}, "/reference_year：应为整数（不加引号）"),
    "a flag in an amount": (amount(**fact("above_scale")), "/amount/fact：“规模以上企业”的类型是“是否”，不是数值，不能参与计算"),
    "another period in a row": (amount(node="each", called="名", rows=[{"fact": "monthly_premium", "period": "Y"}], of={"node": "product", "of": [fact("monthly_premium"), fixed("1", "月")]}), "/amount/of/of/0/period：逐名计算时用到的“monthly_premium”的这一期间没有列入 rows（rows 中为：Y）"),
    "an outside figure nearly written": (rate(fact("rent"), {"node": "parameter", "parameter": "lpr"}), "/amount/rate/parameter：使用了未声明的外部参数“lpr”（是不是“lpr_1y”？），请先在 parameters 中声明"),
    "an outside figure of which there are several": (rate(fact("rent"), {"node": "parameter", "parameter": "industry_rd_ratio"}), "/amount/rate/key：外部参数“行业平均研发强度”按行业取值，应写 key 或 key_fact"),
}  # fmt: skip

FACT_MISTAKES: dict[str, tuple[Any, str]] = {
    "a period of a spreadsheet": ({"output@2025-Q1": "5 万元"}, "/facts/output@2025-Q1：“产值”的期间“2025-Q1”写法不对：应写 2025（年）、2025Q1（季）或 2025M02（月）"),
    "a relative period": ({"output@Y": "5 万元"}, "/facts/output@Y：“产值”的期间“Y”写法不对"),
    "a name nearly written": ({"outputs": "5"}, "/facts/outputs：事项没有声明“outputs”（是不是“output”？）"),
    "a label for a name": ({"产值": "5"}, "/facts/产值：事项没有声明“产值”（“产值”是名称，应写 output）"),
    "a unit nearly written": ({"output": "5 万圆"}, "/facts/output：“产值”应以“万元”或可以与它换算的单位计，不能以“万圆”计；不认识的计量单位“万圆”，是不是“万元”？"),
    "a unit of another kind": ({"output": "5 人"}, "/facts/output：“产值”应以“万元”或可以与它换算的单位计，不能以“人”计"),
    "a flag in words": ({"above_scale": "是"}, "/facts/above_scale：“规模以上企业”的值应写 true 或 false（不加引号）"),
    "a day with slashes": ({"certified_on": "2025/6/1"}, '/facts/certified_on：“认定日期”的值应写加引号的日期，如 "2026-03-16"'),
    "one code for several": ({"honours": "luban"}, '/facts/honours：“荣誉”的值应写代码的列表，如 ["luban"]'),
    "numbers without quotes": ({"monthly_premium": [1, 2]}, '/facts/monthly_premium：“每人每月单位缴费”的值应写加引号的数字的列表，如 ["812.5", "800"]'),
    "a label that is none": ({"level": "国级"}, "/facts/level：“国级”不在可取的值之内，应为：national（国家级）、prov（省级）"),
    "in a list, a unit of another kind": ([{"name": "output", "period": "2025", "value": "12", "unit": "人"}], "/facts/output@2025/unit：“产值”应以“万元”"),
    "in a list, a number without quotes": ([{"name": "output", "value": 12}], "/facts/output/value：“产值”的值应写成加引号的数字"),
    "in a list, a period in words": ([{"name": "output", "value": "12", "period": "2025年"}], "/facts/output@2025年/period：“产值”的期间“2025年”写法不对"),
    "in a list, a name nearly written": ([{"name": "outpt", "value": "12"}], "/facts/outpt/name：事项没有声明“outpt”（是不是“output”？）"),
    "the same twice": ([{"name": "output", "value": "12"}, {"name": "output", "value": "13"}], "/facts/1：“output”写了不止一次（还有 /facts/0），请只留一个，或写明各自的日期 as_of"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_rules_is_told_at_its_place_with_the_form_that_is_right(
    mistake: str, write: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, said = MISTAKES[mistake]
    assert main(["rules", "check", write("rules.json", {**RULES, **broken})]) == 2
    told = capsys.readouterr()
    lines = [line.replace(str(write("x", "")).removesuffix("x"), "") for line in (told.out + told.err).splitlines()]
    assert any(said in line for line in lines), lines


@pytest.mark.parametrize("mistake", FACT_MISTAKES)
def test_a_mistake_in_facts_is_told_at_its_place_with_the_form_that_is_right(
    mistake: str, write: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    facts, said = FACT_MISTAKES[mistake]
    rules = write("rules.json", {**RULES, "fact_types": FACTS})
    assert main(["rules", "run", rules, "--facts", write("facts.json", {"facts": facts})]) == 2
    assert said in capsys.readouterr().err


def test_a_name_that_stands_twice_in_one_object_is_told(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    facts = write("facts.json", '{"facts": {"output@2025": "1 万元", "output@2025": "2 万元"}}')
    assert main(["rules", "run", write("rules.json", RULES), "--facts", facts]) == 2
    assert "“output@2025”写了不止一次，不知以哪个为准" in capsys.readouterr().err


def test_an_outside_figure_in_a_wrong_unit_is_refused(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    figure = {"name": "lpr_1y", "valid_from": "2025-05-20", "value": "3", "unit": "元"}
    facts = write("facts.json", {"facts": {}, "parameters": [figure]})
    assert main(["rules", "run", write("rules.json", RULES), "--facts", facts]) == 2
    assert "/parameters/0/unit：“一年期 LPR”应以“%”" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        ("expansion=7人", "“expansion=7人”：“expansion”应以金额核定（万元、元），不能以“人”计"),
        ("expansion=50%", "“expansion=50%”：“expansion”应以金额核定（万元、元），不能以“%”计"),
        ("expansion=5万圆", "是不是“万元”？"),
        ("expansion=-5万元", "“expansion=-5万元”：“expansion”核定的数不能为负数"),
        ("expansion=5", "写法为 名称=数值单位，如 expansion=50万元"),
        ("Expansion=5万元", "规则要核定的有：expansion"),
        ("bonus=5万元", "规则中没有“bonus”这项核定（有：expansion）"),
    ],
)
def test_a_decision_that_does_not_fit_is_refused_naming_the_unit_asked_for(
    decided: str, said: str, write: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, facts = write("rules.json", RULES), write("facts.json", {"facts": {}})
    assert main(["rules", "run", rules, "--facts", facts, "--decided", decided]) == 2
    assert said in capsys.readouterr().err


def test_a_decision_above_the_maximum_still_counts_as_the_maximum(
    write: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, facts = write("rules.json", RULES), write("facts.json", {"facts": {}})
    assert main(["rules", "run", rules, "--facts", facts, "--decided", "expansion=20万元", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["amount"]["money"] == 34_000_000


def test_sound_rules_are_read_out_though_a_paper_is_missing(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.unit.rules.sample_files import ITEMS

    draft = next(iter(ITEMS.values())).model_dump(mode="json", exclude_none=True, exclude={"fair_competition"})
    assert main(["rules", "check", write("item.json", draft)]) == 2
    said = capsys.readouterr().out
    assert "/fair_competition：未附公平竞争审查结论，不得发布" in said
    assert "规则可以计算，尚不能发布，内容如下：\n【谁能享受】" in said
    assert main(["rules", "check", write("item.json", draft), "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert [each["code"] for each in answer["problems"]] == ["fair_competition_missing"]
    assert answer["sentences"]["amount"]


def test_a_figure_that_the_source_does_not_give_is_not_called_one_to_be_decided(
    write: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = write("rules.json", {**RULES, "amount": {"node": "unstated", "note": "封顶值被截断"}})
    assert main(["rules", "run", rules, "--facts", write("facts.json", {"facts": {"above_scale": True}})]) == 0
    said = capsys.readouterr().out
    assert "缺少来源未载明的数值：来源未载明的数值（封顶值被截断）" in said
    assert "待核定" not in said
