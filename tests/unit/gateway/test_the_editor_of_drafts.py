"""The editor of a draft: every action changes one place, and nobody has to know how anything is written down."""

from __future__ import annotations

import copy
import html
import json
from typing import Any

import pytest

from contracts.item import PolicyItemContent
from contracts.rule.facts import RulePart
from gateway.portal.department.authoring.editor.called import choices, field_label, kind_label, kinds_in_order
from gateway.portal.department.authoring.editor.places import place_of
from gateway.portal.department.authoring.editor.sections import SECTIONS
from gateway.portal.department.authoring.editor.shapes import (
    Kinds,
    Words,
    every_model,
    members,
)
from gateway.portal.department.authoring.editor.writing import number_of
from tests.unit.gateway.editor_kit import DraftDesk, Json, nodes, sample_text

OUTPUT = {"name": "output", "label": "年产值", "kind": "number", "unit": "亿元", "codes": []}
SECTOR = {
    "name": "sector", "label": "行业", "kind": "code",
    "codes": [{"code": "steel", "label": "钢铁"}, {"code": "food", "label": "食品"}, {"code": "toys", "label": "玩具"}],
}  # fmt: skip
LARGE = {"node": "condition", "fact": "output", "period": "Y-1", "operator": "ge", "value": "10", "unit": "亿元"}
KNOWN = {"node": "condition", "fact": "sector", "operator": "in", "value": ["toys", "steel"]}
AMOUNT = {"node": "fixed", "value": "20", "unit": "万元"}
CONDITIONS = "/rules/eligibility"


@pytest.fixture(scope="module")
def shared() -> DraftDesk:
    return DraftDesk({})


def text(eligibility: Any = None, amount: Any = None) -> Json:
    rules: Json = {"fact_types": [OUTPUT, SECTOR], "plan": {}}
    rules |= {"eligibility": eligibility} if eligibility is not None else {}
    rules |= {"amount": amount} if amount is not None else {}
    return copy.deepcopy({"code": "ZG-1", "title": "新的事项", "guide": {}, "rules": rules})


@pytest.fixture
def desk(shared: DraftDesk) -> DraftDesk:
    """A draft with two conditions and an amount."""
    shared.open(text({"node": "all", "of": [LARGE, KNOWN]}, AMOUNT))
    shared.stage, shared.facts = "draft", []
    return shared


def conditions(desk: DraftDesk) -> Any:
    return desk.content["rules"]["eligibility"]


# -- made from the contracts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", every_model(PolicyItemContent), ids=lambda model: model.__name__)
def test_every_kind_field_and_choice_of_the_contracts_has_a_name(model: type[RulePart]) -> None:
    assert kind_label(model)
    for member in members(model):
        assert field_label(model, member.name)
        if isinstance(member.shape, Words) and member.shape.kind in ("choice", "yes_no"):
            assert all(name for _value, name in choices(model, member.name))


def test_kinds_that_are_offered_together_are_told_apart_by_their_names() -> None:
    for model in every_model(PolicyItemContent):
        for member in members(model):
            kinds = getattr(member.shape, "of", member.shape)
            if isinstance(kinds, Kinds):
                names = [name for _tag, name, _hint in kinds_in_order(kinds)]
                assert len(names) == len(set(names)) == len(kinds.models)


def test_every_field_of_an_item_is_written_on_one_page() -> None:
    written = [pointer for section in SECTIONS.values() for pointer in section.pointers]
    item = [f"/{each.name}" for each in members(PolicyItemContent) if each.name != "rules"]
    rules = place_of({"rules": {}}, "/rules").model
    assert rules is not None
    assert sorted(written) == sorted([*item, *(f"/rules/{each.name}" for each in members(rules))])


# -- what is filled in -------------------------------------------------------------------------------------------


def test_what_is_sent_back_as_it_was_shown_is_no_change(desk: DraftDesk) -> None:
    for section in SECTIONS:
        assert desk.send(section, desk.page(section).filled_in).status_code == 303
    assert desk.edits == []


def test_a_field_is_changed_in_its_place_and_the_history_says_where(desk: DraftDesk) -> None:
    before = copy.deepcopy(desk.content)
    desk.send("conditions", {f"f.{CONDITIONS}/of/0/value": "１,２００"})
    before["rules"]["eligibility"]["of"][0]["value"] = "1200"
    assert desk.content == before
    (edit,) = desk.edits
    assert (edit["reason"], edit["expected_version"]) == ("网页编辑：申报条件", 1)


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        ("of/0/period", "上一年度", "Y-1"),
        ("of/0/period", "2024年第一季度", "2024Q1"),
        ("of/0/period", "本年3月", "YM03"),
        ("of/0/period", "不知道哪年", "不知道哪年"),
        ("of/0/fact", "sector", "sector"),
        ("of/0/operator", "between", "between"),
        ("of/0/unit", "％", "%"),
    ],
)
def test_people_write_as_they_speak(desk: DraftDesk, field: str, said: str, value: str) -> None:
    desk.send("conditions", {f"f.{CONDITIONS}/{field}": said})
    where, name = field.rsplit("/", 1)
    assert conditions(desk)["of"][int(where[-1])][name] == value


def test_two_bounds_and_a_comparison_that_asks_for_none_are_read_by_the_comparison(desk: DraftDesk) -> None:
    first = f"f.{CONDITIONS}/of/0"
    desk.send("conditions", {f"{first}/operator": "between", f"{first}/value": "1,000至2000"})
    assert conditions(desk)["of"][0]["value"] == ["1000", "2000"]
    desk.send("conditions", {f"{first}/operator": "exists", f"{first}/value": "1000、2000"})
    assert "value" not in conditions(desk)["of"][0]


def test_a_comma_that_may_be_a_point_is_kept_as_it_was_written_and_a_code_keeps_its_zeros() -> None:
    assert [number_of(each) for each in ("1,5", "1，50", "1，000", "２０", "007", "2025年3月1日", "2025-03", "#N/A")] == [
        "1,5", "1，50", "1000", "20", "007", "2025-03-01", "2025-03", "#N/A",
    ]  # fmt: skip


def test_boxes_keep_the_order_that_was_written(desk: DraftDesk) -> None:
    ticks = f"f.{CONDITIONS}/of/1/value[]"
    page = desk.page("conditions")
    assert (page.offered[ticks], page.fields[ticks]) == (["steel", "food", "toys"], ["", "steel", "toys"])
    desk.send("conditions", {ticks: ["", "steel", "food", "toys"]})
    assert conditions(desk)["of"][1]["value"] == ["toys", "steel", "food"]
    desk.send("conditions", {ticks: ["", "food"]})
    assert conditions(desk)["of"][1]["value"] == ["food"]


def test_a_blank_takes_a_field_out_and_the_last_one_its_part(desk: DraftDesk) -> None:
    limit = "f./rules/plan/review_limit"
    desk.send("plan", {f"{limit}/limit": "5", f"{limit}/unit": "working_days"})
    assert desk.content["rules"]["plan"] == {"review_limit": {"limit": 5, "unit": "working_days"}}
    desk.send("plan", {f"{limit}/limit": "", f"{limit}/unit": ""})
    assert desk.content["rules"]["plan"] == {}


def test_what_is_not_understood_is_kept_and_told_beside_its_field(desk: DraftDesk) -> None:
    desk.send("amount", {"f./rules/amount/value": "二十"})
    assert desk.content["rules"]["amount"]["value"] == "二十"
    page = desk.page("amount")
    assert 'id="at-rules-amount-value-wrong-1"' in page.text
    assert "数值：应为数字，如" in page.words


def test_what_this_version_does_not_know_stays_as_it_is(desk: DraftDesk) -> None:
    desk.content["rules"]["amount"] |= {"of_tomorrow": {"a": [1, None, "x"]}}
    before = copy.deepcopy(desk.content)
    page = desk.page("amount")
    desk.send("amount", page.filled_in | {"f./rules/amount/value": ["30"]})
    before["rules"]["amount"]["value"] = "30"
    assert desk.content == before


# -- one thing done to one place ----------------------------------------------------------------------------------


def test_a_condition_is_added_of_the_kind_that_was_chosen(desk: DraftDesk) -> None:
    answer = desk.send("conditions", {"act": f"choose:{CONDITIONS}/of"})
    assert answer.headers["location"].startswith("/department/drafts/d-1/write/conditions?choose=")
    page = desk.page("conditions", choose=f"{CONDITIONS}/of")
    assert page.offered[f"k.{CONDITIONS}/of"][0] == "condition"
    desk.act("conditions", f"add:{CONDITIONS}/of", **{f"k.{CONDITIONS}/of": "compare_dates"})
    assert conditions(desk)["of"][2] == {"node": "compare_dates"}


def test_nothing_is_added_before_a_kind_is_chosen_and_what_was_filled_in_stays(desk: DraftDesk) -> None:
    answer = desk.send("conditions", {"act": f"add:{CONDITIONS}/of", f"f.{CONDITIONS}/of/0/value": "99"})
    assert answer.status_code == 422
    assert "请先选择要添加的种类。" in answer.text
    assert 'value="99"' in answer.text
    assert desk.edits == []


def test_a_button_keeps_what_was_filled_in_elsewhere(desk: DraftDesk) -> None:
    desk.act("conditions", f"remove:{CONDITIONS}/of/1", **{f"f.{CONDITIONS}/of/0/value": "99"})
    assert conditions(desk)["of"] == [{**LARGE, "value": "99"}]


def test_conditions_move_in_their_list_and_in_and_out_of_groups(desk: DraftDesk) -> None:
    group = {"node": "any", "of": [KNOWN]}
    desk.open(text({"node": "all", "of": [group, LARGE]}))
    assert f"into:{CONDITIONS}/of/1" in desk.page("conditions", more=f"{CONDITIONS}/of/1").acts
    desk.act("conditions", f"into:{CONDITIONS}/of/1")
    assert conditions(desk) == {"node": "all", "of": [{"node": "any", "of": [KNOWN, LARGE]}]}
    desk.act("conditions", f"out:{CONDITIONS}/of/0/of/0")
    assert conditions(desk) == {"node": "all", "of": [{"node": "any", "of": [LARGE]}, KNOWN]}
    desk.act("conditions", f"up:{CONDITIONS}/of/1")
    assert conditions(desk)["of"] == [KNOWN, {"node": "any", "of": [LARGE]}]
    desk.act("conditions", f"down:{CONDITIONS}/of/0")
    assert conditions(desk)["of"][1] == KNOWN


def test_a_node_is_wrapped_and_unwrapped(desk: DraftDesk) -> None:
    desk.act("amount", "wrap=cap:/rules/amount")
    assert desk.content["rules"]["amount"] == {"node": "cap", "scope": "payment", "of": AMOUNT}
    desk.act("amount", "wrap=sum:/rules/amount/of")
    assert desk.content["rules"]["amount"]["of"] == {"node": "sum", "of": [AMOUNT]}
    desk.act("amount", "unwrap:/rules/amount/of")
    desk.act("amount", "unwrap:/rules/amount")
    assert desk.content["rules"]["amount"] == AMOUNT
    desk.act("conditions", f"wrap=not:{CONDITIONS}/of/0")
    assert conditions(desk)["of"][0] == {"node": "not", "of": LARGE}


def test_a_node_becomes_another_kind_with_what_both_have(desk: DraftDesk) -> None:
    desk.act("conditions", f"turn:{CONDITIONS}", **{f"k.{CONDITIONS}": "n_of"})
    assert conditions(desk) == {"node": "n_of", "of": [LARGE, KNOWN]}


def test_what_programs_need_a_name_for_is_named_and_numbered(desk: DraftDesk) -> None:
    for _ in range(2):
        desk.act("facts", "add:/rules/fact_types")
        desk.act("plan", "add:/rules/plan/materials")
    assert [each["name"] for each in desk.content["rules"]["fact_types"][2:]] == ["data_1", "data_2"]
    assert [each["code"] for each in desk.content["rules"]["plan"]["materials"]] == ["material_1", "material_2"]


def test_a_fact_that_other_items_use_is_declared_by_a_button(desk: DraftDesk) -> None:
    used = {"name": "revenue", "label": "营业收入", "kind": "number", "unit": "万元"}
    desk.facts = [used]
    page = desk.page("facts", words="营业")
    assert "营业收入" in page.words
    assert "declare:revenue" in page.acts
    for _ in range(2):
        desk.act("facts", "declare:revenue")
    assert desk.content["rules"]["fact_types"] == [OUTPUT, SECTOR, used | {"codes": []}]


def test_a_fact_of_the_dictionary_is_shown_with_its_meaning_and_what_there_is_to_say(desk: DraftDesk) -> None:
    used = {"name": "hi_tech_certified", "label": "高新技术企业", "kind": "flag"}
    told = {"fact_type": used, "items": 0, "meaning": "证书在有效期内", "note": "“高企”也作“高新技术企业”"}
    desk.bus.answers["find_declared_facts"] = {"facts": [told]}
    page = desk.page("facts", words="高企")
    assert "词典里的，还没有事项用" in page.words
    assert "证书在有效期内" in page.words and "“高企”也作“高新技术企业”" in page.words
    desk.bus.answers["find_declared_facts"] = {"facts": [], "nearest": [told]}
    page = desk.page("facts", words="高薪")
    assert "没有找到；写法最接近的是下面几项" in page.words
    assert "declare:hi_tech_certified" in page.acts
    desk.bus.answers["find_declared_facts"] = {"facts": [], "nearest": []}
    assert "没有找到，可以在下面新增。" in desk.page("facts", words="火星").words


@pytest.mark.parametrize(
    "act",
    ["up:/rules/eligibility/of/0", "remove:/rules/eligibility/of/7", "add:/nowhere", "explode:/rules", "out:/rules/amount",
     "into:/rules/eligibility/of/1", "remove:rules", "unwrap:/rules/amount"],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_and_changes_nothing(desk: DraftDesk, act: str) -> None:
    answer = desk.send("conditions", {"act": act})
    assert answer.status_code == 409, act
    assert "要修改的内容已不在这里" in answer.text
    assert desk.edits == []


# -- JSON in its place ------------------------------------------------------------------------------------------


def test_a_node_is_edited_as_json_in_its_place(desk: DraftDesk) -> None:
    where = f"{CONDITIONS}/of/0"
    page = desk.page("conditions", json=where)
    assert json.loads(page.fields[f"j.{where}"][0]) == LARGE
    desk.send("conditions", page.filled_in | {f"j.{where}": json.dumps({**LARGE, "note": "照原文"})})
    assert conditions(desk)["of"][0] == {**LARGE, "note": "照原文"}


@pytest.mark.parametrize(
    ("said", "why"),
    [("{", "第 1 行第 2 列不是有效的 JSON。"), ("[]", "应为一个对象（花括号）。"), ('{"a": NaN}', "NaN"), ("[" * 20_000, "JSON|嵌套太深")],
)  # fmt: skip
def test_what_is_no_json_is_told_and_not_lost(desk: DraftDesk, said: str, why: str) -> None:
    answer = desk.send("amount", {"j./rules/amount": said})
    assert answer.status_code == 422
    assert any(each in answer.text for each in why.split("|"))
    assert said[:1000] in html.unescape(answer.text)
    assert desk.edits == []


@pytest.mark.parametrize("strange", [{"node": "of_tomorrow", "x": 1}, {"node": 7}, ["a"], "text", {"no": "node"}])
def test_a_node_that_nobody_knows_is_shown_as_json_and_goes_nowhere(desk: DraftDesk, strange: Any) -> None:
    desk.open(text({"node": "all", "of": [LARGE, strange]}))
    page = desk.page("conditions")
    assert json.loads(page.fields[f"j.{CONDITIONS}/of/1"][0]) == strange
    desk.send("conditions", page.filled_in)
    assert conditions(desk)["of"][1] == strange
    assert desk.edits == [] or not isinstance(strange, dict)


# -- while one types, and somebody else ---------------------------------------------------------------------------


def test_the_sentence_is_said_while_one_types_and_nothing_is_kept(desk: DraftDesk) -> None:
    answer = desk.send("conditions", {f"f.{CONDITIONS}/of/0/value": "55"}, to="/look")
    assert answer.status_code == 200
    assert answer.text.count('id="said"') == 1
    assert "<html" not in answer.text
    assert "上年度年产值在 55 亿元以上（含）" in answer.text
    assert (desk.edits, desk.version) == ([], 1)


def test_each_place_says_its_sentence_while_others_are_unfinished(desk: DraftDesk) -> None:
    desk.open(text({"node": "all", "of": [LARGE, {"node": "any", "of": [KNOWN]}, {"node": "condition"}]}))
    said = desk.page("conditions").words
    assert "行业属于玩具、钢铁" in said
    assert "必填项未填写" in said


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(desk: DraftDesk) -> None:
    desk.send("amount", {"f./rules/amount/value": "30"})
    answer = desk.send("amount", {"f./rules/amount/value": "40", "f./rules/amount/unit": "亿元"}, version=1)
    assert answer.status_code == 409
    assert "没有保存：草稿已被他人修改" in answer.text
    assert 'value="30"' in answer.text
    assert "<li>40</li>" in answer.text
    assert len(desk.edits) == 1


def test_a_draft_that_others_are_asked_about_is_not_written(desk: DraftDesk) -> None:
    desk.stage = "consultation"
    answer = desk.visitor.get("/department/drafts/d-1/write/amount", "author")
    assert (answer.status_code, answer.headers["location"]) == (303, "/department/drafts/d-1")


def test_a_section_that_there_is_not_is_not_found(desk: DraftDesk) -> None:
    assert desk.visitor.get("/department/drafts/d-1/write/nothing", "author").status_code in (404, 422)


def test_every_node_of_every_sample_kind_has_its_own_buttons(desk: DraftDesk) -> None:
    desk.open(sample_text("SC-003"))
    page = desk.page("amount")
    rules = {where for where, node in nodes(desk.content["rules"]["amount"], "/rules/amount") if "node" in node}
    assert {f"more:{where}" for where in rules} <= page.acts
