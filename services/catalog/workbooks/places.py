"""Where in a workbook a part of an item stands: its text names parts by paths, people see sheets, rows and columns. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from contracts.typed import is_digits
from services.catalog.workbooks.cells import ItemRows, SheetLine

COLUMNS: Mapping[str, str] = {
    "code": "事项编码",
    "title": "事项名称",
    "summary": "摘要",
    "level": "层级",
    "theme": "主题",
    "benefit_kind": "利好类型",
    "status": "文件状态",
    "sample": "示例",
    "sample_notes": "补充说明",
    "issuer.authority": "发文机关",
    "issuer.province": "省",
    "issuer.city": "市",
    "issuer.county": "县",
    "document": "文件名称",
    "document.number": "文号",
    "document.date": "发文日期",
    "sources.0.title": "来源",
    "sources.0.kind": "来源类型",
    "sources.0.confidence": "来源可信度",
    "guide.basis": "政策依据",
    "guide.beneficiaries": "适用对象",
    "guide.conditions": "条件说明",
    "guide.standard": "标准说明",
    "guide.mode": "兑现方式",
    "guide.steps": "办理步骤",
    "guide.time_limits": "时限说明",
    "guide.contacts.0.name": "联系人",
    "guide.contacts.0.phone": "联系电话",
    "fair_competition": "公平竞争审查",
    "fair_competition.basis": "审查依据",
    "fair_competition.date": "审查日期",
    "rules.reference_year": "政策年度",
    "rules.shares": "资金分担",
    "rules.shares.remainder_to": "尾差承担",
    "rules.shares.mode": "县级垫付",
    "rules.plan.mode": "兑现方式",
    "rules.plan.department": "主管部门",
    "rules.plan.steps": "办理环节",
    "rules.plan.review_limit": "审核时限",
    "rules.plan.payout_limit": "兑付时限",
    "rules.plan.window": "受理截止",
    "rules.plan.window.opens": "受理开始",
    "rules.plan.frequency": "兑付频次",
    "rules.plan.budget_line": "预算科目",
}
"""Columns of the sheet 事项; of several that begin a path the longest counts."""

ROWS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "rules.plan.materials": (
        "材料",
        {"code": "材料编码", "name": "材料名称", "required": "必须", "provided_by": "提供方", "commitment": "可用承诺代替"},
    ),
    "rules.plan.form_fields": (
        "申报表",
        {"fact": "数据名称", "period": "期间", "required": "必填", "hint": "填写提示"},
    ),
}  # fmt: skip
"""Lists whose entries are rows of a sheet of their own, in their order; and the columns of their parts."""

FACT = {"name": "代码名", "label": "数据名称", "kind": "类型", "unit": "单位", "codes": "取值"}
CONDITION = {
    "fact": "数据名称",
    "period": "期间",
    "operator": "关系",
    "value": "值",
    "unit": "单位",
    "note": "说明",
}
AMOUNT = {
    "fact": "数据名称",
    "period": "期间",
    "low": "下限",
    "low_inclusive": "下限",
    "high": "上限",
    "codes": "分类",
    "value": "标准",
    "unit": "标准单位",
    "name": "部分",
}
JSON = {"rules.eligibility": "资格规则JSON", "rules.amount": "金额规则JSON"}
ENTRY = re.compile(r"(?:of|bands|rows)\.([0-9]+)")


def place_of(path: str, rows: ItemRows) -> str:
    """`rules.plan.window.opens` → 事项表第3行“受理开始”（AD3). `path` has dots, or is a JSON pointer."""
    path = path.removeprefix("/").replace("/", ".")
    for prefix, (sheet, columns) in ROWS.items():
        if path.startswith(f"{prefix}."):
            return _entry(path.removeprefix(f"{prefix}."), rows.own.get(sheet, ()), columns) or rows.line.place(
                "事项编码"
            )
    if path.startswith("rules.fact_types"):
        return _fact(path, rows)
    if path.startswith("rules.eligibility"):
        return _rule(path, rows, "rules.eligibility", "条件", CONDITION)
    if path.startswith("rules.amount"):
        return _rule(path, rows, "rules.amount", "金额", AMOUNT)
    known = max((each for each in COLUMNS if f"{path}.".startswith(f"{each}.")), key=len, default=None)
    if known is not None:
        return rows.line.place(COLUMNS[known])
    return rows.line.place("其他规则JSON" if path.startswith("rules") else "其他内容JSON")


def _entry(rest: str, lines: Sequence[SheetLine], columns: Mapping[str, str]) -> str | None:
    index, _, part = rest.partition(".")
    if not is_digits(index) or int(index) >= len(lines):
        return None
    return lines[int(index)].place(_column(part, columns) or next(iter(columns.values())))


def _column(path: str, columns: Mapping[str, str]) -> str | None:
    """The column of the last part of the path that has one."""
    return next((columns[part] for part in reversed(path.split(".")) if part in columns), None)


def _fact(path: str, rows: ItemRows) -> str:
    """The row of 数据 that declares the fact, which is found by its name: an item uses some of them."""
    index, _, part = path.removeprefix("rules.fact_types").removeprefix(".").partition(".")
    declared = rows.rules.get("fact_types")
    if isinstance(declared, list) and is_digits(index) and int(index) < len(declared):
        name = declared[int(index)].get("name") if isinstance(declared[int(index)], dict) else None
        for line in rows.own.get("数据", ()):
            if line["代码名"] == name:
                return line.place(_column(part, FACT) or "数据名称")
    return rows.line.place("其他规则JSON")


def _rule(path: str, rows: ItemRows, root: str, sheet: str, columns: Mapping[str, str]) -> str:
    """The row of a condition, or of a part of the amount; the whole sheet where the path names no row."""
    if rows.line[JSON[root]]:
        return rows.line.place(JSON[root])
    lines = list(rows.own.get(sheet, ()))
    if not lines:
        return rows.line.place("事项编码")
    part = path.removeprefix(root)
    if sheet == "金额" and ".limit" in part:
        columns = {**columns, "value": "最高", "unit": "最高单位"}
    for index in map(int, ENTRY.findall(part)):
        groups = _parts(lines) if sheet == "金额" else [[line] for line in lines]
        groups = groups if len(groups) > 1 else [[line] for line in lines]
        if index >= len(groups):
            break
        lines = groups[index]
    return lines[0].place(_column(part, columns) or "数据名称")


def _parts(lines: Sequence[SheetLine]) -> list[list[SheetLine]]:
    """Rows of the sheet 金额 by the part that they belong to, in their order."""
    parts: dict[str, list[SheetLine]] = {}
    for line in lines:
        parts.setdefault(line["部分"], []).append(line)
    return list(parts.values())
