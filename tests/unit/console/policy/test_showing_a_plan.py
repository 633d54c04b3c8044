"""`./zhida rules plan`: the plan as review would run it, and why it may not be published."""

from __future__ import annotations

import json
from typing import Any

import pytest

from console.__main__ import main
from console.place import CHECKOUT
from tests.unit.console.policy.test_rules import RULES
from tests.unit.rules.plan_writing import APPROVAL, GUIDE_PLAN, PAPERS, PROJECT_AWARD, beside, checks

WHOLE = {**RULES, "amount": PROJECT_AWARD, "plan": GUIDE_PLAN}


def test_steps_are_shown_in_their_groups_with_who_answers_and_who_must_be_another(
    write: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "plan", write("rules.json", WHOLE)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "承诺兑现，由县工信局负责"
    assert "  受理：收件后 3 个工作日内，一律由人受理；逾期不告知的，自收件起即为受理" in said
    first = said.index("  第 1 步（同时进行）")
    assert said[first + 1] == "    1 材料审核：县工信局；限 3 个工作日"
    assert said[first + 2].startswith("    2 联合审核：信用、统计、公安、生态环境、应急管理")
    assert said[first + 2].endswith("（须全部通过）；限 5 个工作日")
    assert "    3 联合审核：市级 市工信局" in said
    assert "    5 评估评审：县工信局；抽取 7 名专家，至少 5 人评分，70 分通过" in said
    assert "    6 审批：业务科室审批岗；须与第 1、2、3、4、5、7、8 项不是同一人" in said
    assert "    8 审批：分管领导、财政审批岗（须全部通过）；须与第 6 项不是同一人；各岗位不是同一人" in said
    assert "时限：审核 20 个工作日（自受理起），兑付 1 个工作日（自决定起）" in said
    assert said[-1] == "基准日：2025-12-31"


def test_later_instalments_are_shown_with_their_recheck(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "plan", str(CHECKOUT / "sample/items/JX-008.json")]) == 0
    later = capsys.readouterr().out.partition("以后各期：\n")[2]
    assert [line.split("：")[0].strip() for line in later.splitlines() if "：" in line] == [
        "2 联合审核", "4 分期复核", "3 审批",
    ]  # fmt: skip


def test_why_it_may_not_be_published_is_said_and_the_plan_shown_all_the_same(
    write: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    unsound = {**RULES["plan"], "steps": [checks("信用"), beside(APPROVAL), PAPERS]}
    assert main(["rules", "plan", write("rules.json", {**RULES, "plan": unsound})]) == 2
    said = capsys.readouterr().out
    assert "第 1 步（同时进行）" in said
    assert "（approval_beside_check）" in said
    assert "（check_after_approval）" in said


def test_a_list_says_that_nobody_applies(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    unasked = {**RULES["plan"], "mode": "no_application"}
    assert main(["rules", "plan", write("rules.json", {**RULES, "plan": unasked})]) == 0
    said = capsys.readouterr().out
    assert "部门推送名单，企业不申报" in said
    assert "受理：" not in said


def test_a_program_reads_the_groups(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "plan", write("rules.json", WHOLE), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == []
    assert [[step["number"] for step in group] for group in told["claim"]] == [[1, 2], [3], [4], [5], [6], [7], [8]]
    assert told["claim"][0][1]["needed"] == 9


@pytest.mark.parametrize("path", sorted((CHECKOUT / "sample" / "items").glob("*.json")), ids=lambda path: path.stem)
def test_the_plan_of_every_sample_item_is_shown(path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "plan", str(path)]) == 0
    assert "第 1 步" in capsys.readouterr().out
