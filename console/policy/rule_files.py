"""The files that `./zhida rules` reads: an item or its rules, facts, earlier awards. Every fault with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from console.policy.json_files import BadFile, parse, read_json
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
from contracts.written import NotWritten, cell_number, folded, is_error, says_nothing

_QUANTITY = re.compile(r"([+-]?[0-9][0-9,.]*)\s*([^\s0-9,.]\S*)?")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The rules of a file, and the item around them where the file holds a whole one."""

    rules: ItemRules
    item: PolicyItemContent | None

    @property
    def family(self) -> str:
        return self.item.code if self.item is not None else "SELF"


def read_rules(path: str) -> RuleFile:
    """An item (with `rules` inside) or bare rules. Raises BadFile."""
    data = read_json(path)
    if isinstance(data, dict) and "rules" in data:
        item = parse(PolicyItemContent, data, path)
        return RuleFile(item.rules, item)
    return RuleFile(parse(ItemRules, data, path), None)


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
    listed = [_by_code(each, types) for each in listed]
    faults += [fault for each in listed for fault in _no_code(each, types)]
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


def _by_code(fact: Any, types: Mapping[str, FactType]) -> Any:
    """A code fact that is told by what people call its codes; a name of several codes stays, and is refused."""
    declared = types.get(fact["name"]) if isinstance(fact, dict) and isinstance(fact.get("name"), str) else None
    if declared is None or declared.kind not in (FactKind.CODE, FactKind.CODES) or not declared.codes:
        return fact
    value = fact.get("value")
    told = [_code_meant(each, declared) for each in value] if isinstance(value, list) else _code_meant(value, declared)
    return {**fact, "value": told}


def _code_meant(value: Any, declared: FactType) -> Any:
    if not isinstance(value, str) or declared.lists(value):
        return value
    called = declared.codes_called(value)
    return called[0] if len(called) == 1 else value


def _no_code(fact: Any, types: Mapping[str, FactType]) -> Iterator[str]:
    """Why the value of a code fact is no code: an error, a word for nothing, or none of those that the item lists."""
    declared = types.get(fact["name"]) if isinstance(fact, dict) and isinstance(fact.get("name"), str) else None
    if declared is None or declared.kind not in (FactKind.CODE, FactKind.CODES):
        return
    value, listed = fact.get("value"), {entry.code: entry.label for entry in declared.codes}
    for code in value if isinstance(value, list) else (value,):
        if not isinstance(code, str) or code in listed:
            continue
        if listed:
            choice = "、".join(f"{each}（{label}）" for each, label in listed.items())
            yield f"/facts/{declared.name}：“{code}”不在可取的值之内，应为：{choice}"
        elif is_error(code) or says_nothing(code):
            yield f"/facts/{declared.name}：“{code}”不是代码；没有数据的，请去掉这一项"


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
    found = _QUANTITY.fullmatch(folded(text))
    try:
        return (cell_number(found[1]), found[2] or "") if found else ("", "")
    except NotWritten:
        return "", ""


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
