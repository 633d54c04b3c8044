"""A plan in words: side by side, who acts, how a panel scores, acceptance, supplements, credit, tax."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.rule import Payees
from rules import sentences
from rules.text.plans import step_text
from tests.unit.rules.plan_writing import APPROVAL, GUIDE_PLAN, PAPERS, beside, checks, plan_of
from tests.unit.rules.rule_writing import item_rules


def said(*steps: dict[str, Any], **plan: Any) -> str:
    return sentences(item_rules(plan={"steps": steps or (PAPERS, APPROVAL), **plan})).plan


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (checks("信用", "税务", grounds=["未失信", "无欠税"]), "联合审核（信用、税务；核查未失信、无欠税）"),
        (checks("市信用办", level="city"), "联合审核（由市级部门答复；市信用办）"),
        ({**PAPERS, "department": "行政审批局"}, "材料审核（由行政审批局办理）"),
        ({**PAPERS, "department": "工信局", "level": "city"}, "材料审核（由市级的工信局办理）"),
        ({**APPROVAL, "level": "province"}, "审批（由省级办理）"),
        ({**APPROVAL, "apart_from": "approvals"}, "审批（审批人之间不得为同一人，可以办过其他步骤）"),
        ({"kind": "panel"}, "评估评审（随机抽取 5 名专家，至少 3 人评分；平均 60 分通过）"),
        (
            {"kind": "panel", "field": "智能制造", "members": 7, "quorum": 5, "pass_score": "70", "sets": "award",
             "criteria": [{"name": "技术", "most": 60}, {"name": "效益", "most": 40}]},
            "评估评审（从“智能制造”专家库随机抽取 7 名专家，至少 5 人评分；评分项：技术 60 分、效益 40 分；平均 70 分通过；核定数值由评审确定）",
        ),
        ({"kind": "site_inspection"}, "现场勘查"),
        ({"kind": "site_inspection", "officers": 3}, "现场勘查（不少于 3 人）"),
    ],
)  # fmt: skip
def test_a_step_says_what_is_particular_about_it(step: dict[str, Any], words: str):
    assert step_text(plan_of(step).steps[0]) == words


def test_steps_side_by_side_are_said_to_begin_together():
    assert "步骤：材料审核与联合审核（信用、统计）同时进行、审批；" in said(PAPERS, beside(checks()), APPROVAL)


def test_acceptance_and_supplements_are_said_shortly_where_nobody_wrote_them():
    assert "；收件后 5 个工作日内受理，补正限 10 个工作日；" in said()
    assert "受理，补正" not in said(mode="no_application", review_limit=None)


def test_what_is_not_as_usual_is_said():
    terms = {
        "acceptance": {"by": "person", "limit": {"limit": 3, "unit": "working_days"}},
        "supplement": {"rounds": 2, "clock": "restart", "on_silence": "decided_as_filed"},
        "credit": {"commitment": "承诺所填数据真实", "sample_percent": 20},
        "reference_date": "2025-12-31",
        "automatic_rechecks": True,
    }
    text = said(**terms)
    for words in (
        "收件后 3 个工作日内由人受理，补正限 10 个工作日（最多 2 次；补正后审核时限重新计算；逾期不补正的按已提交的材料决定）",
        "信用良好并承诺“承诺所填数据真实”的，免材料审核，事后随机抽查 20%",
        "不分期间的数据按基准日 2025-12-31 判定",
        "以后各期复核条件符合的，由系统直接批准",
    ):
        assert f"；{words}；" in text, words


def test_whether_tax_is_withheld_is_said_of_the_receiver():
    parts = [{"who": "graduate", "label": "毕业生本人", "fraction": "1/2", "income_tax": "withheld"}]
    parts += [{"who": "employee", "label": "职工", "income_tax": "not_withheld"}]
    assert sentences(item_rules(payees=Payees(parts=parts))).payees == (
        "毕业生本人取得 50%，由兑付单位代扣个人所得税；职工取得其余部分，兑付单位不代扣个人所得税。"
    )


def test_the_plan_of_the_guide_is_said_with_every_step():
    text = said(*GUIDE_PLAN["steps"], **{name: value for name, value in GUIDE_PLAN.items() if name != "steps"})
    kinds = ["材料审核", "联合审核", "联合审核", "现场勘查", "评估评审", "审批", "公示", "审批"]
    places = [0]
    for kind in kinds:
        places.append(text.index(kind, places[-1] + 1))
    assert text.index("审核时限 20 个工作日") > places[-1]
    assert "（由市级部门答复；市工信局）、现场勘查" in text
