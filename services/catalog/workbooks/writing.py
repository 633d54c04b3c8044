"""Items as rows of a workbook: for the template's example, and to take home what is published and edit it there.

What the sheets cannot say goes into the JSON columns, so that reading gives back exactly the item that was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contracts.item import PolicyItemContent
from contracts.rule import ItemRules
from services.catalog.workbooks import cell_values
from services.catalog.workbooks.cells import Json, SheetLine
from services.catalog.workbooks.reading import read_items
from services.catalog.workbooks.rule_writing import NotSayable, amount_rows, condition_rows, period_text
from services.catalog.workbooks.sheets import SHEETS

Rows = dict[str, list[dict[str, str]]]
WITHOUT_SHEET = (
    "payees",
    "instalments",
    "stacking",
    "groups",
    "quotas",
    "parameters",
    "rounding",
    "shares",
    "plan",
    "values",
    "bounds",
)
"""Parts of the rules that have a column only as far as the words of the workbook go."""


def workbook_rows(items: Iterable[PolicyItemContent]) -> dict[str, list[list[str]]]:
    """Every sheet with its heading and the rows of these items. Raises ValueError if two call a fact by one name."""
    rows: Rows = {sheet: [] for sheet in SHEETS}
    facts: dict[str, dict[str, str]] = {}
    for item in items:
        written = item_rows(item)
        for row in written.pop("数据"):
            if facts.setdefault(row["数据名称"], row) != row:
                facts[row["数据名称"]] = _joined(facts[row["数据名称"]], row)
        for sheet, more in written.items():
            rows[sheet] += more
    rows["数据"] = list(facts.values())
    return {
        sheet: [
            [column.heading for column in columns],
            *([row.get(column.heading, "") for column in columns] for row in rows[sheet]),
        ]
        for sheet, columns in SHEETS.items()
    }


def _joined(known: Mapping[str, str], row: Mapping[str, str]) -> dict[str, str]:
    if {**known, "取值": ""} != {**row, "取值": ""}:
        raise ValueError(f"two facts are called {row['数据名称']}")
    codes = dict.fromkeys(part for text in (known["取值"], row["取值"]) for part in text.split("；") if part)
    return {**known, "取值": "；".join(codes)}


def item_rows(item: PolicyItemContent) -> Rows:
    """The rows of one item by sheet, such that reading them gives the same item."""
    rows = _plain(item)
    for part, column, sheet, write in (
        ("eligibility", "资格规则JSON", "条件", condition_rows),
        ("amount", "金额规则JSON", "金额", amount_rows),
    ):
        tree = getattr(item.rules, part)
        try:
            rows[sheet], head = write(item.rules)
        except NotSayable:
            rows[sheet], head = [], {column: _json(tree.model_dump(mode="json", exclude_none=True))}
        for row in rows[sheet]:
            row["事项编码"] = item.code
        rows["事项"][0] |= head
        if (read := read_back(rows)) is None or getattr(read.rules, part) != tree:
            rows[sheet] = []
            for name in head:
                rows["事项"][0].pop(name, None)
            rows["事项"][0][column] = _json(tree.model_dump(mode="json", exclude_none=True))
    _rest(item, rows)
    return rows


def _rest(item: PolicyItemContent, rows: Rows) -> None:
    """Whatever reading does not give back yet goes into the two JSON columns."""
    read = read_back(rows)
    assert read is not None, item.code
    told, meant = (each.model_dump(mode="json", exclude_none=True) for each in (read, item))
    rules = {
        key: value
        for key, value in meant["rules"].items()
        if key in WITHOUT_SHEET and (told["rules"].get(key) != value or (key == "values" and value))
    }
    if set(read.rules.fact_types) != set(item.rules.fact_types):
        rules["fact_types"] = meant["rules"]["fact_types"]  # some that no rule uses
    if rules:
        rows["事项"][0]["其他规则JSON"] = _json(rules)
    others = {key: value for key, value in meant.items() if key != "rules" and told.get(key) != value}
    if others:
        rows["事项"][0]["其他内容JSON"] = _json(others)


def read_back(rows: Rows) -> PolicyItemContent | None:
    """What reading these rows gives; None while they are no item."""
    lines = {
        sheet: [SheetLine(sheet, number, each) for number, each in enumerate(rows.get(sheet, ()), 2)]
        for sheet in SHEETS
    }
    content = read_items(lines)[0].content
    return PolicyItemContent.model_validate(content) if content is not None else None


def _plain(item: PolicyItemContent) -> Rows:
    """The sheets 事项, 数据, 材料 and 申报表, with the rules still as JSON."""
    rules = {
        column: _json(tree.model_dump(mode="json", exclude_none=True))
        for column, tree in (("资格规则JSON", item.rules.eligibility), ("金额规则JSON", item.rules.amount))
    }
    if item.rules.values:  # what the trees are written with: read without them, they may use no fact at all
        rules["其他规则JSON"] = _json({"values": item.rules.model_dump(mode="json", exclude_none=True)["values"]})
    row = _about(item) | _guide(item) | _handling(item) | _shares(item.rules) | _review(item) | rules
    return {
        "事项": [row],
        "数据": _facts(item.rules),
        "条件": [],
        "金额": [],
        "材料": _materials(item),
        "申报表": _fields(item),
    }


def _about(item: PolicyItemContent) -> dict[str, str]:
    return {
        "事项编码": item.code,
        "事项名称": item.title,
        "摘要": item.summary,
        "层级": cell_values.word_for(cell_values.LEVELS, item.level),
        "主题": item.theme,
        "利好类型": cell_values.word_for(cell_values.BENEFITS, item.benefit_kind),
        "文件名称": item.document.name or "",
        "文号": item.document.number or "",
        "发文日期": item.document.date or "",
        "发文机关": item.issuer.authority or "",
        "省": item.issuer.province or "",
        "市": item.issuer.city or "",
        "县": item.issuer.county or "",
        "文件状态": cell_values.word_for(cell_values.STATUSES, item.status),
        "示例": cell_values.word_for(cell_values.YES_NO, item.sample),
        "来源": item.sources[0].title,
        "来源类型": item.sources[0].kind,
        "来源可信度": cell_values.word_for(cell_values.CONFIDENCES, item.sources[0].confidence),
        "补充说明": "；".join(item.sample_notes),
    }


def _guide(item: PolicyItemContent) -> dict[str, str]:
    guide = item.guide
    return {
        "政策依据": guide.basis,
        "适用对象": guide.beneficiaries,
        "条件说明": guide.conditions,
        "标准说明": guide.standard,
        "办理步骤": "；".join(guide.steps),
        "时限说明": guide.time_limits,
        "联系人": guide.contacts[0].name,
        "联系电话": guide.contacts[0].phone,
    }


def _handling(item: PolicyItemContent) -> dict[str, str]:
    plan = item.rules.plan
    return {
        "主管部门": plan.department,
        "兑现方式": cell_values.word_for(cell_values.MODES, plan.mode),
        "办理环节": "；".join(_step(step) for step in plan.steps),
        "审核时限": _time(plan.review_limit) if plan.review_limit else "",
        "兑付时限": _time(plan.payout_limit),
        "政策年度": str(item.rules.reference_year or ""),
        "受理开始": str(plan.window.opens or ""),
        "受理截止": str(plan.window.closes or ""),
        "兑付频次": cell_values.word_for(cell_values.FREQUENCIES, plan.frequency),
        "预算科目": plan.budget_line,
    }


def _materials(item: PolicyItemContent) -> list[dict[str, str]]:
    return [
        {
            "事项编码": item.code,
            "材料编码": each.code,
            "材料名称": each.name,
            "必须": cell_values.word_for(cell_values.YES_NO, each.required),
            "提供方": cell_values.word_for(cell_values.PROVIDERS, each.provided_by),
            "可用承诺代替": each.commitment or "",
        }
        for each in item.rules.plan.materials
    ]


def _fields(item: PolicyItemContent) -> list[dict[str, str]]:
    return [
        {
            "事项编码": item.code,
            "数据名称": item.rules.fact_types_by_name[each.fact].label,
            "期间": period_text(each.period),
            "必填": cell_values.word_for(cell_values.YES_NO, each.required),
            "填写提示": each.hint or "",
        }
        for each in item.rules.plan.form_fields
    ]


def _facts(rules: ItemRules) -> list[dict[str, str]]:
    return [
        {
            "数据名称": fact.label,
            "代码名": fact.name,
            "类型": cell_values.word_for(cell_values.FACT_KINDS, fact.kind),
            "单位": fact.unit or "",
            "取值": "；".join(f"{entry.code}={entry.label}" for entry in fact.codes),
        }
        for fact in rules.fact_types
    ]


def _shares(rules: ItemRules) -> dict[str, str]:
    shares = rules.shares
    if shares.node != "split":
        return {"资金分担": "县1", "尾差承担": "县"}  # stands until the JSON column says it right
    return {
        "资金分担": "；".join(
            f"{cell_values.word_for(cell_values.PAYERS, part.payer)}{part.fraction}" for part in shares.parts
        ),
        "尾差承担": cell_values.word_for(cell_values.PAYERS, shares.remainder_to),
        "县级垫付": cell_values.word_for(cell_values.YES_NO, shares.mode == "county_advances"),
    }


def _review(item: PolicyItemContent) -> dict[str, str]:
    found = item.fair_competition
    if found is None:
        return {}
    return {
        "公平竞争审查": cell_values.word_for(cell_values.CONCLUSIONS, found.conclusion),
        "审查依据": found.basis,
        "审查日期": str(found.date),
    }


def _step(step: Any) -> str:
    name = cell_values.word_for(cell_values.STEPS, step.kind)
    detail = {
        "joint_check": lambda: "、".join(step.departments),
        "approval": lambda: "、".join(step.duties),
        "public_notice": lambda: _time(step.period),
    }.get(step.kind, lambda: "")()
    return f"{name}（{detail}）" if detail else name


def _time(limit: Any) -> str:
    return f"{limit.limit}{cell_values.word_for(cell_values.TIME_UNITS, limit.unit)}"


def _json(tree: Json) -> str:
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def sayable(rows: Sequence[Mapping[str, str]]) -> bool:
    """Whether the item's conditions and amount stand in the sheets, without JSON."""
    return not any(rows[0].get(column) for column in ("资格规则JSON", "金额规则JSON"))
