"""Departments as a person lists them: one a line, the name first, then what the department is there for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from contracts.departments import FUNCTION_NAMES, DepartmentChange, DepartmentFunction
from contracts.refusal import Invalid, Reason
from contracts.written import is_error, says_nothing

FIELD = "department_lines"
AFTER_NAME = re.compile(r"[,，\t;；:：|]")
BETWEEN = re.compile(r"[,，、/\s;；|]+")
ENDINGS = ("局", "委员会", "委", "机关", "部门", "单位", "中心", "主管")
LENGTHS = range(2, 61)
EXAMPLE = "\n".join(
    (
        "行政审批局，行政审批",
        "财政局，财政",
        "工业和信息化局，政策主管",
        "科学技术局，政策主管",
        "商务局，政策主管",
        "发展和改革委员会，政策主管、发展改革",
        "市场监督管理局，政策主管、市场监管",
        "审计局，审计",
        "纪委监委，纪检监察",
    )
)
"""What stands in the field before anybody has written in it: the departments that nearly every county has."""


class LinesWrong(Invalid):
    """Lines that name no department, or a function that there is not."""

    code = "department_lines_wrong"
    sentence = "部门清单有误。"


def departments_of(text: str) -> tuple[DepartmentChange, ...]:
    """The departments that the lines name; empty lines count for nothing. Raises LinesWrong with every line that is wrong.

    What is not said to be there for anything is a policy department.
    """
    found: list[DepartmentChange] = []
    wrong: list[Reason] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, *rest = AFTER_NAME.split(line.strip(), maxsplit=1)
        said = [each for each in BETWEEN.split(rest[0]) if not says_nothing(each)] if rest else []
        functions = {each: function_called(each) for each in said}
        unknown = [each for each, function in functions.items() if function is None]
        if is_error(name) or says_nothing(name):
            wrong.append(_reason(number, f"“{name.strip()[:20]}”不是部门名称"))
            continue
        if len(name.strip()) not in LENGTHS:
            wrong.append(_reason(number, "部门名称应为 2 至 60 个字"))
        if unknown:
            wrong.append(
                _reason(number, f"不认识的职能“{'、'.join(unknown)}”，可用：{'、'.join(FUNCTION_NAMES.values())}")
            )
        if len(name.strip()) in LENGTHS:
            meant = frozenset(each for each in functions.values() if each is not None)
            found.append(DepartmentChange(name=name.strip(), functions=meant or frozenset({"policy"})))
    if wrong:
        raise LinesWrong(*wrong)
    return tuple(found)


def function_called(word: str) -> DepartmentFunction | None:
    """财政, 财政局 → finance; None for what is no function."""
    return BY_NAME.get(_plain(word.strip()))


def beside_the_lines(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """What is wrong with a department of the list is shown beside the list."""
    return tuple(
        each.model_copy(update={"field": FIELD}) if (each.field or "").startswith("departments") else each
        for each in reasons
    )


def _plain(word: str) -> str:
    """发展和改革委员会 and 发展改革 are one; 政策主管部门 and 政策 as well."""
    plain = word.replace("和", "").replace("监督管理", "监管")
    for ending in ENDINGS:
        plain = plain.removesuffix(ending) or plain
    return plain


BY_NAME = {_plain(name): function for function, name in FUNCTION_NAMES.items()}


def _reason(number: int, what: str) -> Reason:
    return Reason(code="department_line_wrong", message=f"第 {number} 行：{what}。", field=FIELD)
