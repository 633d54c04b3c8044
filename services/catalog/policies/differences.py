"""What reads differently in a new version, in Chinese, field by field; rules by their sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.authoring import FieldDifference
from contracts.item import PolicyItemContent
from rules import sentences
from rules.text.definitions import definitions_sentence

LABELS: Mapping[str, str] = {
    "code": "事项编码",
    "title": "事项名称",
    "summary": "事项摘要",
    "issuer": "发布机关",
    "level": "政策层级",
    "theme": "主题",
    "benefit_kind": "扶持方式",
    "document": "政策文件",
    "status": "文件状态",
    "sample": "是否示例",
    "sample_notes": "示例说明",
    "sources": "来源",
    "guide": "办事指南",
    "fair_competition": "公平竞争审查结论",
    "valid_from": "有效期起",
    "valid_to": "有效期止",
    "local_tax_basis": "地方留成税收依据",
    "interpretations": "政策解读",
    "basis": "依据",
    "beneficiaries": "扶持对象",
    "conditions": "申报条件",
    "standard": "扶持标准",
    "mode": "兑现方式",
    "steps": "办理流程",
    "time_limits": "办理时限",
    "contacts": "联系方式",
    "materials": "申报材料",
    "complaint": "投诉渠道",
    "name": "名称",
    "number": "文号",
    "date": "日期",
    "authority": "制发机关",
    "province": "省",
    "city": "市",
    "county": "县",
    "document_id": "文件编号",
    "url": "网址",
    "sha256": "文件摘要",
    "attachments": "附件",
    "conclusion": "结论",
    "phone": "电话",
    "kind": "类型",
    "text": "内容",
    "form": "形式",
    "note": "说明",
    "substitutes": "替代材料",
    "confidence": "可信度",
    "department": "主管部门",
    "review_limit": "审核时限",
    "payout_limit": "兑付时限",
    "form_fields": "申报表单",
    "window": "受理期",
    "opens": "开始日期",
    "closes": "截止日期",
    "frequency": "兑付频次",
    "budget_line": "预算科目",
}
"""What people call the fields of an item."""

RULE_PARTS: Mapping[str, str] = {
    "eligibility": "申报条件（规则）",
    "amount": "扶持金额（规则）",
    "shares": "资金分担（规则）",
    "plan": "办理方式（规则）",
    "fact_types": "数据项定义",
    "reference_year": "数据年度",
    "rounding": "取整方式",
    "values": "定义的数值",
    "bounds": "数据之间的关系",
}
"""What people call the parts of a rule."""

LONGEST = 500
"""Characters of one side: a history is read, not computed with; every version is kept whole beside it."""


def differences(before: PolicyItemContent | None, after: PolicyItemContent) -> tuple[FieldDifference, ...]:
    """Everything that reads differently; nothing for a first version, which is all new."""
    if before is None:
        return ()
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    old_rules, new_rules = old.pop("rules"), new.pop("rules")
    found = [*_walk("", "", old, new)]
    if old_rules != new_rules:
        earlier, later = sentences(before.rules).model_dump(), sentences(after.rules).model_dump()
        for part in {**old_rules, **new_rules}:
            if old_rules.get(part) != new_rules.get(part):
                spoken = (earlier.get(part), later.get(part))
                if part == "values":
                    spoken = definitions_sentence(before.rules), definitions_sentence(after.rules)
                found += _rule_part(part, old_rules.get(part), new_rules.get(part), spoken)
    return tuple(found)


def fields_that_differ(old: Any, new: Any) -> tuple[FieldDifference, ...]:
    """The same for any two texts of named fields."""
    return tuple(_walk("", "", old, new))


def _rule_part(part: str, old: Any, new: Any, spoken: tuple[str | None, str | None]) -> Iterator[FieldDifference]:
    """By its sentence; what is in none (units, codes, the budget line) by its data."""
    label, where = RULE_PARTS.get(part, part), f"/rules/{part}"
    if spoken[0] != spoken[1]:
        yield _difference(where, label, *spoken)
    elif isinstance(old, dict) and isinstance(new, dict) and part == "plan":
        yield from _walk(where, label, old, new)
    elif isinstance(old, list | dict) or isinstance(new, list | dict):
        yield _difference(where, label, "（原定义）", "（定义有调整，文字表述不变）")
    else:
        yield _difference(where, label, _text(old), _text(new))


def _walk(where: str, label: str, old: Any, new: Any) -> Iterator[FieldDifference]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            called = LABELS.get(name, name)
            yield from _walk(f"{where}/{name}", f"{label}·{called}" if label else called, old.get(name), new.get(name))
    else:
        yield _difference(where, label, _text(old), _text(new))


def _text(value: Any) -> str | None:
    """A value as a person writes it down."""
    if value is None or value == [] or value == {}:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "；".join(_text(each) or "" for each in value)
    if isinstance(value, dict):
        pairs = ((LABELS.get(name, name), _text(each)) for name, each in value.items())
        return "，".join(f"{name}：{text}" for name, text in pairs if text is not None)
    return str(value)


def _difference(where: str, label: str, before: str | None, after: str | None) -> FieldDifference:
    return FieldDifference(where=where, label=label, before=_cut(before), after=_cut(after))


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST else f"{text[:LONGEST]}……"
