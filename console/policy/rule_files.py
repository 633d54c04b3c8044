"""The files that `./zhida rules` reads: an item or its rules, facts, earlier awards. Every fault with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from contracts.item import PolicyItemContent
from contracts.rule import (
    AwardHistory,
    Decided,
    Decision,
    FactKind,
    FactSheet,
    FactType,
    ItemRules,
    ParameterType,
)
from contracts.rule.facts import RulePart

M = TypeVar("M", bound=BaseModel)
LARGEST_FILE = 5_000_000
"""Bytes. The largest item of a province is a few hundred thousand."""

_QUANTITY = re.compile(r"^(-?[0-9]+(?:\.[0-9]+)?)\s*(\S*)$", re.ASCII)
_SAID = {
    "missing": "缺少该字段",
    "extra_forbidden": "不认识的字段（请检查拼写）",
    "union_tag_not_found": "缺少 node，无法判断是哪一种节点",
    "string_type": "应为文本（加引号）",
    "string_pattern_mismatch": "写法不对",
    "string_too_short": "内容太短",
    "string_too_long": "内容太长",
    "too_short": "至少要有一项",
    "too_long": "项数太多",
    "tuple_type": "应为列表",
    "list_type": "应为列表",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "date_type": "应为日期，如 2026-03-16",
    "date_from_datetime_parsing": "应为日期，如 2026-03-16",
    "date_parsing": "应为日期，如 2026-03-16",
    "model_type": "应为一个对象（花括号）",
    "model_attributes_type": "应为一个对象（花括号）",
    "dict_type": "应为一个对象（花括号）",
    "greater_than_equal": "数值太小",
    "less_than_equal": "数值太大",
    "recursion_loop": "嵌套太深",
}


class BadFile(Exception):
    """A file that cannot be understood: one line per fault, each with its place."""

    def __init__(self, file: str, faults: Sequence[str]) -> None:
        super().__init__("\n".join(f"{file}：{fault}" for fault in faults))


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The rules of a file, and the item around them where the file holds a whole one."""

    rules: ItemRules
    item: PolicyItemContent | None

    @property
    def family(self) -> str:
        return self.item.code if self.item is not None else "SELF"


def read_json(path: str) -> Any:
    """Raises BadFile, with line and column where it is no JSON."""
    try:
        text = Path(path).read_bytes()
        if len(text) > LARGEST_FILE:
            raise BadFile(path, [f"文件超过 {LARGEST_FILE // 1_000_000} MB"])
        return json.loads(text.decode("utf-8-sig"), parse_constant=_no_constant)
    except OSError as fault:
        raise BadFile(path, [f"无法读取（{fault.strerror}）"]) from fault
    except UnicodeDecodeError as fault:
        raise BadFile(path, ["不是 UTF-8 编码的文本"]) from fault
    except json.JSONDecodeError as fault:
        raise BadFile(path, [f"第 {fault.lineno} 行第 {fault.colno} 列：不是合法的 JSON"]) from fault
    except RecursionError as fault:
        raise BadFile(path, ["嵌套太深"]) from fault
    except ValueError as fault:
        raise BadFile(path, ["含有过长的整数或 NaN、Infinity"]) from fault


def _no_constant(text: str) -> None:
    raise ValueError(text)


def read_rules(path: str) -> RuleFile:
    """An item (with `rules` inside) or bare rules. Raises BadFile."""
    data = read_json(path)
    if isinstance(data, dict) and "rules" in data:
        item = parse(PolicyItemContent, data, path)
        return RuleFile(item.rules, item)
    return RuleFile(parse(ItemRules, data, path), None)


def parse(model: type[M], data: Any, path: str, below: str = "") -> M:
    """`data` as this type. Raises BadFile with every fault at its place (a JSON pointer)."""
    try:
        return model.model_validate(data)
    except ValidationError as found:
        errors = [error for error in found.errors() if not _only_follows(error, found.errors())]
        faults = [f"{below}{_pointer(error['loc'], data) or '/'}：{_said(error)}" for error in errors]
        raise BadFile(path, list(dict.fromkeys(faults))) from found
    except RecursionError as fault:
        raise BadFile(path, ["嵌套太深"]) from fault


def _only_follows(error: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> bool:
    """A list whose entries are all faulty is called too short as well: that is no fault of its own."""
    place = error["loc"]
    return error["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in others
    )


def _pointer(place: Sequence[int | str], data: Any) -> str:
    """Where it is in the file: the names of the alternatives that pydantic went through are not part of it."""
    parts: list[str] = []
    for index, step in enumerate(place):
        named = isinstance(data, dict) and step in data
        listed = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if named or listed:
            data = data[step]
        elif index < len(place) - 1 or not isinstance(data, dict):
            continue
        parts.append("".join(sign if sign.isprintable() else "�" for sign in str(step)))
    return "".join(f"/{part}" for part in parts)


def _said(error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "union_tag_invalid":
            return (
                f"没有“{context.get('tag')}”这种节点，可用的有：{context.get('expected_tags', '').replace(chr(39), '')}"
            )
        case "literal_error" | "enum":
            return f"只能是：{str(context.get('expected', '')).replace(chr(39), '').replace(' or ', '、').replace(', ', '、')}"
        case "value_error":
            return f"取值不成立（{context.get('error')}）"
        case other:
            return _SAID.get(other, f"写法不对（{error['msg']}）")


# -- facts -------------------------------------------------------------------------------------------------


def read_facts(path: str, rules: ItemRules, today: date) -> FactSheet:
    """Facts and outside figures; what the file leaves out is filled in from the item and from `today`.

    `facts` is a list of facts, or in short an object: `"output@2025": "12 亿元"`. Raises BadFile.
    """
    data = read_json(path)
    if not isinstance(data, dict):
        raise BadFile(path, ["/：应为一个对象，内有 facts"])
    if strange := sorted(set(data) - {"reference_year", "facts", "parameters"}):
        raise BadFile(path, [f"/{name}：不认识的字段（请检查拼写）" for name in strange])
    year = data.get("reference_year", rules.reference_year or today.year)
    given, types = data.get("facts", []), rules.fact_types_by_name
    faults: list[str] = []
    if isinstance(given, dict):
        listed = [_short(key, value, types, faults) for key, value in given.items()]
    elif isinstance(given, list):
        listed = [_full(each, types) for each in given]
    else:
        raise BadFile(path, ["/facts：应为列表或对象"])
    if faults:
        raise BadFile(path, faults)
    said = {"source": "试算数据", "as_of": today.isoformat()}
    facts = [{**said, **each} if isinstance(each, dict) else each for each in listed]
    figures = data.get("parameters", [])
    if not isinstance(figures, list):
        raise BadFile(path, ["/parameters：应为列表"])
    parameters = [
        {**said, **_with_unit(each, rules.parameters_by_name)} if isinstance(each, dict) else each for each in figures
    ]
    sheet = {"reference_year": year, "facts": facts, "parameters": parameters}
    return parse(FactSheet, sheet, path)


def _full(fact: Any, types: Mapping[str, FactType]) -> Any:
    if not isinstance(fact, dict) or not isinstance(fact.get("name"), str):
        return fact
    declared = types.get(fact["name"])
    if declared is None:
        return fact
    known = {"kind": declared.kind.value, **({"unit": declared.unit} if declared.unit else {})}
    return {**known, **fact}


def _with_unit(value: dict[str, Any], types: Mapping[str, ParameterType]) -> dict[str, Any]:
    declared = types.get(value["name"]) if isinstance(value.get("name"), str) else None
    return {"unit": declared.unit, **value} if declared is not None else value


def _short(key: str, value: Any, types: Mapping[str, FactType], faults: list[str]) -> Any:
    """`"output@2025": "12 亿元"` written out."""
    name, _, period = key.partition("@")
    declared = types.get(name)
    if declared is None:
        faults.append(f"/facts/{key}：事项没有声明“{name}”，不知道它的类型和单位")
        return None
    fact = {"name": name, "kind": declared.kind.value, "period": period or None, "value": value}
    if declared.kind is FactKind.NUMBERS:
        return {**fact, "unit": declared.unit}
    if declared.kind is not FactKind.NUMBER:
        return fact
    number, unit = _quantity(str(value)) if isinstance(value, str | int) else ("", "")
    if not number:
        faults.append(f'/facts/{key}：应为数字加单位，如 "12 {declared.unit}"')
    return {**fact, "value": number, "unit": unit or declared.unit}


def _quantity(text: str) -> tuple[str, str]:
    """A number and its unit; nothing and nothing where it is no such."""
    found = _QUANTITY.match(text.replace(",", "").strip())
    return (found.group(1), found.group(2)) if found else ("", "")


# -- awards and decisions ----------------------------------------------------------------------------------


def read_awards(path: str, family: str) -> AwardHistory:
    """What was granted before. `yuan` may stand for `money` (fen), `keys` may be an object. Raises BadFile."""
    data = read_json(path)
    if not isinstance(data, dict):
        raise BadFile(path, ["/：应为一个对象，内有 awards"])
    faults: list[str] = []
    awards = data.get("awards", [])
    if isinstance(awards, list):
        awards = [_award(each, family, f"/awards/{index}", faults) for index, each in enumerate(awards)]
    records = data.get("instalments", [])
    if isinstance(records, list):
        records = [_in_fen(each, f"/instalments/{index}", faults) for index, each in enumerate(records)]
    whole = _in_fen({"yuan": data["whole_yuan"]}, "", faults) if "whole_yuan" in data else {}
    rest = {name: value for name, value in data.items() if name != "whole_yuan"}
    if faults:
        raise BadFile(path, faults)
    history = {"family": family, **rest, "awards": awards, "instalments": records}
    if "money" in whole:
        history["whole"] = whole["money"]
    return parse(AwardHistory, history, path)


def _award(award: Any, family: str, where: str, faults: list[str]) -> Any:
    if not isinstance(award, dict):
        return award
    filled = {"family": family, "level": "county", **_in_fen(award, where, faults)}
    if isinstance(filled.get("year"), int) and "granted_on" not in filled:
        filled["granted_on"] = f"{filled['year']:04d}-12-31"
    if isinstance(filled.get("keys"), dict):
        filled["keys"] = [{"fact": fact, "value": value} for fact, value in filled["keys"].items()]
    return filled


def _in_fen(part: Any, where: str, faults: list[str]) -> Any:
    """`yuan`, a text, written as `money` in fen."""
    if not isinstance(part, dict) or "yuan" not in part:
        return part
    rest = {name: value for name, value in part.items() if name != "yuan"}
    yuan, unit = _quantity(str(part["yuan"]))
    fen = {"": 100, "元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}.get(unit)
    exact = _fen(yuan, fen) if yuan and fen else None
    if exact is None:
        faults.append(f'{where}/yuan：应为金额，如 "240000" 或 "24 万元"')
        return rest
    return {**rest, "money": exact}


def _fen(number: str, fen: int) -> int | None:
    whole, _, decimals = number.partition(".")
    scaled = int(whole + decimals) * fen
    exact, left = divmod(scaled, 10 ** len(decimals))
    return None if left else exact


def read_decisions(given: Sequence[str], rules: ItemRules, today: date) -> list[Decision]:
    """`name=50 万元` for each figure that was set. Raises BadFile for one that the rules do not ask for."""
    asked = {node.decision: node for node in _decided(rules)}
    found, faults = [], []
    for text in given:
        name, _, value = text.partition("=")
        number, unit = _quantity(value)
        if name not in asked:
            faults.append(f"“{name}”：规则中没有这项核定（有：{'、'.join(asked) or '无'}）")
        elif not number or not unit:
            faults.append(f"“{text}”：写法为 名称=数值单位，如 {name}=50万元")
        else:
            decision = {"name": name, "value": number, "unit": unit, "by": asked[name].by, "on": today}
            found.append(parse(Decision, decision, "--decided"))
    if faults:
        raise BadFile("--decided", faults)
    return found


def _decided(part: RulePart) -> Iterator[Decided]:
    if isinstance(part, Decided):
        yield part
    for value in part.__dict__.values():
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, RulePart):
                yield from _decided(child)
