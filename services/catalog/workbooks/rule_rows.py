"""Rows of the sheets 数据, 条件 and 金额 as parts of the rule language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from contracts.written import NotWritten, cell_number, day_written, is_no_code
from services.catalog.workbooks import cell_values
from services.catalog.workbooks.cells import Json, SheetLine, Wrong

BOUND = re.compile(r"(>|≥|＞|<|≤|＜)?\s*(.+)")
LISTS = frozenset({"in", "not_in", "between"})
WITHOUT_VALUE = frozenset({"is_true", "is_false", "exists"})

Facts = Mapping[str, Json]
"""Declared facts by what people call them."""


def declared_facts(lines: Sequence[SheetLine], wrong: Wrong) -> dict[str, Json]:
    """The sheet 数据."""
    facts: dict[str, Json] = {}
    for line in lines:
        wrong.faults(line)
        wrong.required(line)
        label = line["数据名称"]
        if label in facts:
            wrong.add("fact_twice", line, "数据名称", f"“{label}”出现不止一次")
        fact: Json = {"name": line["代码名"], "label": label, "kind": wrong.word(line, "类型", cell_values.FACT_KINDS)}
        if line["单位"]:
            fact["unit"] = line["单位"]
        codes = [part.partition("=") for part in line.several("取值")]
        if any(not sign for _code, sign, _label in codes):
            wrong.add("codes_unreadable", line, "取值", "应写作 代码=名称，以分号隔开")
        elif codes:
            fact["codes"] = [{"code": code.strip(), "label": name.strip()} for code, _sign, name in codes]
        facts[label] = fact
    return facts


class RuleRows:
    """Reads the rows of one item; what is wrong goes into `wrong`, and `used` holds the facts that occur, in order."""

    def __init__(self, facts: Facts, wrong: Wrong) -> None:
        self._facts = facts
        self._wrong = wrong
        self.used: dict[str, Json] = {}

    def eligibility(self, lines: Sequence[SheetLine], joining: str) -> Json:
        """One condition, or all of them joined."""
        conditions = [self._condition(line) for line in lines]
        return conditions[0] if len(conditions) == 1 else {"node": joining, "of": conditions}

    def amount(self, lines: Sequence[SheetLine]) -> Json:
        """One part, or the sum of all; parts are told apart by their name."""
        parts: dict[str, list[SheetLine]] = {}
        for line in lines:
            parts.setdefault(line["部分"], []).append(line)
        nodes = [self._part(name, rows) for name, rows in parts.items()]
        return nodes[0] if len(nodes) == 1 else {"node": "sum", "of": nodes}

    def fact(self, line: SheetLine) -> Json:
        """Fact and period of a row."""
        label = line["数据名称"]
        fact = self._facts.get(label)
        if fact is None:
            self._wrong.add("fact_unknown", line, "数据名称", f"“{label}”不在“数据”表中")
            return {"fact": "unknown"}
        self.used.setdefault(label, fact)
        named = {"fact": fact["name"]}
        if line["期间"]:
            named["period"] = cell_values.PERIODS.get(line["期间"], line["期间"])
        return named

    def _condition(self, line: SheetLine) -> Json:
        self._wrong.required(line)
        node: Json = {"node": "condition", **self.fact(line)}
        operator = self._wrong.word(line, "关系", cell_values.RELATIONS)
        node["operator"] = operator
        if line["说明"]:
            node["note"] = line["说明"]
        if operator in WITHOUT_VALUE or operator is None:
            if line["值"] and operator is not None:
                self._wrong.add("value_not_needed", line, "值", f"关系为“{line['关系']}”的不填值")
            return node
        values = [self._value(line, part) for part in line.several("值")]
        if not values or (operator not in LISTS and len(values) > 1) or (operator == "between" and len(values) != 2):
            self._wrong.add("value_unfit", line, "值", f"关系为“{line['关系']}”的值不是这样填写")
        node["value"] = values if operator in LISTS else (values or [""])[0]
        if line["单位"]:
            node["unit"] = line["单位"]
        return node

    def _value(self, line: SheetLine, text: str) -> str:
        """What a fact is compared with, as facts of its kind are written."""
        match self._facts.get(line["数据名称"], {}).get("kind"):
            case "number" | "numbers":
                return self._number(line, "值", text)
            case "date" | "dates":
                try:
                    return day_written(text).isoformat()
                except NotWritten as error:
                    self._wrong.add("value_unreadable", line, "值", error.why)
                    return text
        return self._code(line, text)

    def _code(self, line: SheetLine, text: str) -> str:
        """A code by what people call it, or as it is."""
        for entry in self._facts.get(line["数据名称"], {}).get("codes", ()):
            if text in (entry["label"], entry["code"]):
                return str(entry["code"])
        if is_no_code(text):
            self._wrong.add("code_unreadable", line, "分类" if line.sheet == "金额" else "值", f"“{text}”不是代码")
        return text

    def _part(self, name: str, lines: Sequence[SheetLine]) -> Json:
        first = lines[0]
        for line in lines:
            self._wrong.required(line)
            if (line["算法"], line["数据名称"], line["期间"]) != (first["算法"], first["数据名称"], first["期间"]):
                self._wrong.add(
                    "part_mixed", line, "算法", "同一部分的各行应为同一算法、同一数据；分开计算的请填不同的“部分”"
                )
        node = self._computed(first["算法"], lines)
        if name:
            node["name"] = name
        if first["最高"]:
            return {"node": "cap", "scope": "payment", "of": node, "limit": self.fixed(first, "最高")}
        return node

    def _computed(self, method: str, lines: Sequence[SheetLine]) -> Json:
        first = lines[0]
        if method == "分档":
            return self._table(lines)
        if method == "按分类":
            rows = [
                {"codes": [self._code(line, part) for part in line.several("分类")], "then": self.fixed(line, "标准")}
                for line in lines
            ]
            return {"node": "lookup", **self.fact(first), "rows": rows}
        if len(lines) > 1:
            self._wrong.add("part_repeated", lines[1], "算法", f"“{method}”只占一行")
        standard = self.fixed(first, "标准")
        if method == "按比例":
            return {"node": "rate", "base": {"node": "fact", **self.fact(first)}, "rate": standard}
        if method == "按数量":
            return {"node": "per_unit", "quantity": {"node": "fact", **self.fact(first)}, "price": standard}
        if method != "定额":
            self._wrong.word(first, "算法", dict.fromkeys(cell_values.METHODS, ""))
        return standard

    def _table(self, lines: Sequence[SheetLine]) -> Json:
        by = {"node": "fact", **self.fact(lines[0])}
        unit = self._facts.get(lines[0]["数据名称"], {}).get("unit", "")
        return {
            "node": "table",
            "by": by,
            "unit": unit,
            "basis": "whole",
            "bands": [self._band(line) for line in lines],
        }

    def _band(self, line: SheetLine) -> Json:
        band: Json = {"then": self.fixed(line, "标准")}
        for heading, key, usual in (("下限", "low", True), ("上限", "high", False)):
            if not line[heading]:
                continue
            found = BOUND.fullmatch(line[heading])
            assert found is not None  # whatever is not empty fits
            band[key] = self._number(line, heading, found[2])
            band[f"{key}_inclusive"] = found[1] in ("≥", "≤") if found[1] else usual
        return band

    def fixed(self, line: SheetLine, heading: str) -> Json:
        """A figure with its unit, from two cells."""
        if not line[f"{heading}单位"]:
            self._wrong.add("unit_missing", line, f"{heading}单位", "缺少单位")
        return {"node": "fixed", "value": self._number(line, heading, line[heading]), "unit": line[f"{heading}单位"]}

    def _number(self, line: SheetLine, heading: str, text: str) -> str:
        try:
            return cell_number(text)
        except NotWritten as error:
            self._wrong.add("number_unreadable", line, heading, f"“{text}”不是数字：{error.why}")
            return text
