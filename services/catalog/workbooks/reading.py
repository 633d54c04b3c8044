"""A workbook's lines as items: each as the text of a draft, or everything that is wrong with it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from contracts.item import PolicyItemContent
from contracts.refusal import Reason
from contracts.written import NotWritten, folded, year_written
from rules import sentences
from services.catalog.policies.texts import unreadable
from services.catalog.workbooks import cell_values
from services.catalog.workbooks.cells import ItemRows, Json, SheetLine, WorkbookItem, Wrong, by_code
from services.catalog.workbooks.json_cells import facts_in, json_object
from services.catalog.workbooks.places import place_of
from services.catalog.workbooks.rule_rows import RuleRows, declared_facts

REASONS_FOR_ALL = 20
"""What is wrong with the sheet that all items share is told with each of them, as far as this."""

OWN = ("条件", "金额", "材料", "申报表")
"""Sheets whose rows belong to one item each."""

TIME = re.compile(r"\s*([0-9]{1,4})\s*(个工作日|个自然日|小时)\s*")
STEP = re.compile(r"([^（）()]+)(?:[（(](.*)[）)])?")
PART = re.compile(r"(国家|省|市|县)\s*(0|1|[1-9][0-9]*/[1-9][0-9]*)")


def read_items(lines: Mapping[str, Sequence[SheetLine]]) -> list[WorkbookItem]:
    """Every item of the workbook, in the order of the sheet 事项."""
    common = Wrong()
    facts = declared_facts(lines["数据"], common)
    codes = Counter(line["事项编码"] for line in lines["事项"])
    own = {sheet: by_code(lines[sheet]) for sheet in lines}
    shared = lines["数据"], common.reasons[:REASONS_FOR_ALL]
    items = []
    for line in lines["事项"]:
        time.sleep(0)  # green threads have their turn between two items
        code = line["事项编码"]
        its = {sheet: rows.get(code, []) for sheet, rows in own.items()}
        items.append(_item(line, its, facts, shared, codes[code] > 1))
    return [*items, *(_stray(line) for sheet in OWN for line in lines[sheet] if line["事项编码"] not in codes)]


def _stray(line: SheetLine) -> WorkbookItem:
    fault = line.faults.get("事项编码", ("item_missing", "“事项”表中没有这个编码"))
    reason = Reason(code=fault[0], message=f"{fault[1]}。", field=line.place("事项编码"))
    return WorkbookItem(line.number, line["事项编码"], reasons=(reason,))


def _item(
    line: SheetLine,
    own: Mapping[str, Sequence[SheetLine]],
    facts: Mapping[str, Json],
    shared: tuple[Sequence[SheetLine], Sequence[Reason]],
    twice: bool,
) -> WorkbookItem:
    wrong = Wrong(list(shared[1]))
    for each in (line, *(its for sheet in OWN for its in own[sheet])):
        wrong.faults(each)
    wrong.required(line)
    if twice:
        wrong.add("code_twice", line, "事项编码", "同一编码在“事项”表中出现不止一次")
    content = _ItemRow(line, own, facts, wrong).content()
    rows = ItemRows(line, {**own, "数据": shared[0]}, content["rules"])
    if not wrong.reasons:
        try:
            content = _guided(content, line)
        except ValidationError as error:
            wrong.reasons += [
                Reason(code=each.code, message=f"{each.text}。", field=place_of(each.where, rows))
                for each in unreadable(content, error)
            ]
    read = WorkbookItem(line.number, line["事项编码"], line["主管部门"], content, rows=rows)
    return replace(read, content=None, reasons=tuple(wrong.reasons)) if wrong.reasons else read


def _guided(content: Json, line: SheetLine) -> Json:
    """The item as its contract writes it, its guide completed by the rules' own words. Raises ValidationError."""
    item = PolicyItemContent.model_validate(content)
    if not (line["条件说明"] and line["标准说明"]):
        told = sentences(item.rules)
        said = {"conditions": line["条件说明"] or told.eligibility, "standard": line["标准说明"] or told.amount}
        guide = item.guide.model_copy(update=said)
        item = PolicyItemContent.model_validate(item.model_copy(update={"guide": guide}).model_dump(mode="json"))
    return item.model_dump(mode="json", exclude_none=True)


class _ItemRow:
    """One line of the sheet 事项 and its own lines of the others, as the text of an item."""

    def __init__(
        self, line: SheetLine, own: Mapping[str, Sequence[SheetLine]], facts: Mapping[str, Json], wrong: Wrong
    ) -> None:
        self._line = line
        self._own = own
        self._facts = facts
        self._wrong = wrong
        self._rows = RuleRows(facts, wrong)

    def content(self) -> Json:
        line = self._line
        document = {"name": line["文件名称"], "number": line["文号"], "date": line["发文日期"]}
        issuer = {"authority": line["发文机关"], "province": line["省"], "city": line["市"], "county": line["县"]}
        return {
            "code": line["事项编码"],
            "title": line["事项名称"],
            "summary": line["摘要"],
            "issuer": _there(issuer),
            "level": self._word("层级", cell_values.LEVELS),
            "theme": line["主题"],
            "benefit_kind": self._word("利好类型", cell_values.BENEFITS),
            "document": _there(document),
            "status": self._word("文件状态", cell_values.STATUSES),
            "sample": self._word("示例", cell_values.YES_NO),
            "sample_notes": line.several("补充说明"),
            "sources": [
                {
                    "title": line["来源"],
                    "kind": line["来源类型"],
                    "confidence": self._word("来源可信度", cell_values.CONFIDENCES),
                }
            ],
            "guide": self._guide(),
            "rules": self._rules(),
            **self._review(),
            **self._json("其他内容JSON"),
        }

    def _guide(self) -> Json:
        line = self._line
        return {
            "basis": line["政策依据"],
            "beneficiaries": line["适用对象"],
            "conditions": line["条件说明"] or "—",
            "standard": line["标准说明"] or "—",
            "mode": line["兑现方式"],
            "steps": line.several("办理步骤"),
            "time_limits": line["时限说明"],
            "contacts": [{"name": line["联系人"], "phone": line["联系电话"]}],
        }

    def _review(self) -> Json:
        line = self._line
        if not line["公平竞争审查"]:
            return {}
        conclusion = self._word("公平竞争审查", cell_values.CONCLUSIONS)
        return {"fair_competition": {"conclusion": conclusion, "basis": line["审查依据"], "date": line["审查日期"]}}

    def _rules(self) -> Json:
        line = self._line
        rules: Json = {
            "eligibility": self._tree(
                "资格规则JSON", "条件", lambda lines: self._rows.eligibility(lines, str(self._joining()))
            ),
            "amount": self._amount(),
            "shares": self._shares(),
            "plan": self._plan(),
        }
        if line["政策年度"]:
            try:
                rules["reference_year"] = year_written(line["政策年度"])
            except NotWritten as error:
                self._wrong.add("year_unreadable", line, "政策年度", error.why)
        rules.update(self._json("其他规则JSON"))
        rules.setdefault("fact_types", self._fact_types(rules))
        return rules

    def _fact_types(self, rules: Json) -> list[Json]:
        """The facts that the item uses, in the order of the sheet 数据: those of its rows and of its JSON."""
        names = {fact["name"] for fact in self._rows.used.values()} | facts_in(rules)
        return [fact for fact in self._facts.values() if fact["name"] in names]

    def _joining(self) -> str:
        return self._word("条件关系", cell_values.JOINING) or "all"

    def _tree(self, column: str, sheet: str, read: Any) -> Json:
        rows = self._own[sheet]
        if self._line[column]:
            if rows:
                self._wrong.add("told_twice", rows[0], "事项编码", f"已填“{column}”，“{sheet}”表不再填写")
            return self._json(column)
        if not rows:
            self._wrong.add("rows_missing", self._line, "事项编码", f"“{sheet}”表中没有这个事项的行")
            return {}
        found: Json = read(rows)
        return found

    def _amount(self) -> Json:
        line = self._line
        amount = self._tree("金额规则JSON", "金额", self._rows.amount)
        if line["总额最高"]:
            amount = {"node": "cap", "scope": "payment", "of": amount, "limit": self._rows.fixed(line, "总额最高")}
        if line["核定部门"]:
            amount = {"node": "decided", "decision": "amount", "by": line["核定部门"], "max": amount}
        return amount

    def _shares(self) -> Json:
        line = self._line
        parts = []
        for part in line.several("资金分担"):
            found = PART.fullmatch(folded(part))
            if found is None:
                self._wrong.add("share_unreadable", line, "资金分担", f"“{part}”应写作 市1/2 或 县1")
            else:
                parts.append({"payer": cell_values.PAYERS[found[1]], "fraction": found[2]})
        mode = "county_advances" if self._word("县级垫付", cell_values.YES_NO) else "direct"
        return {
            "node": "split",
            "mode": mode,
            "parts": parts,
            "remainder_to": self._word("尾差承担", cell_values.PAYERS),
        }

    def _plan(self) -> Json:
        line = self._line
        plan: Json = {
            "mode": self._word("兑现方式", cell_values.MODES),
            "department": line["主管部门"],
            "steps": [self._step(part) for part in line.several("办理环节")],
            "payout_limit": self._time("兑付时限"),
            "materials": [self._material(each) for each in self._own["材料"]],
            "form_fields": [self._field(each) for each in self._own["申报表"]],
            "window": _there({"opens": line["受理开始"], "closes": line["受理截止"]}),
            "frequency": self._word("兑付频次", cell_values.FREQUENCIES),
            "budget_line": line["预算科目"],
        }
        if line["审核时限"]:
            plan["review_limit"] = self._time("审核时限")
        return plan

    def _step(self, text: str) -> Json:
        found = STEP.fullmatch(text)
        name, detail = (found[1].strip(), found[2]) if found else (text, None)
        if name not in cell_values.STEPS:
            self._wrong.add(
                "step_unknown", self._line, "办理环节", f"“{text}”不是可选的环节，应为：{'、'.join(cell_values.STEPS)}"
            )
            return {}
        step: Json = {"kind": cell_values.STEPS[name]}
        several = [part.strip() for part in (detail or "").split("、") if part.strip()]
        if step["kind"] == "joint_check":
            step["departments"] = several
        elif step["kind"] == "approval" and several:
            step["duties"] = several
        elif step["kind"] == "public_notice":
            step |= {"period": self._duration("办理环节", detail or ""), "first_day_counts": False}
        return step

    def _time(self, heading: str) -> Json:
        return self._duration(heading, self._line[heading])

    def _duration(self, heading: str, text: str) -> Json:
        found = TIME.fullmatch(folded(text))
        if found is None:
            self._wrong.add(
                "duration_unreadable", self._line, heading, f"“{text}”应写作 5个工作日、10个自然日或 24小时"
            )
            return {}
        return {"limit": int(found[1]), "unit": cell_values.TIME_UNITS[found[2]]}

    def _material(self, line: SheetLine) -> Json:
        self._wrong.required(line)
        material: Json = {
            "code": line["材料编码"],
            "name": line["材料名称"],
            "required": self._wrong.word(line, "必须", cell_values.YES_NO),
            "provided_by": self._wrong.word(line, "提供方", cell_values.PROVIDERS),
        }
        return material | ({"commitment": line["可用承诺代替"]} if line["可用承诺代替"] else {})

    def _field(self, line: SheetLine) -> Json:
        self._wrong.required(line)
        field = self._rows.fact(line) | {"required": self._wrong.word(line, "必填", cell_values.YES_NO)}
        return field | ({"hint": line["填写提示"]} if line["填写提示"] else {})

    def _word(self, heading: str, known: Mapping[str, Any]) -> Any:
        return self._wrong.word(self._line, heading, known)

    def _json(self, heading: str) -> Json:
        if not self._line[heading]:
            return {}
        try:
            return json_object(self._line[heading])
        except ValueError as error:
            self._wrong.add("json_unreadable", self._line, heading, str(error))
            return {}


def _there(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}
