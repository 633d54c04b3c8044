"""The files that `./zhida rules` reads: an item or its rules, and facts. Every fault with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from console.policy.json_files import BadFile, parse, read_json
from contracts.item import PolicyItemContent
from contracts.rule import (
    Decision,
    FactKind,
    FactSheet,
    FactType,
    ItemRules,
    ParameterType,
    Window,
)
from contracts.rule.facts import VALUE_FORMS, value_fits
from contracts.written import NotWritten, cell_number, folded, is_error, says_nothing
from rules.decisions import asked_for, declared_in, unfit, unit_asked
from rules.facts import same_dimension
from rules.findings import meant
from rules.unit_words import unknown_unit_text

PERIOD = re.compile(r"[0-9]{4}(Q[1-4]|M(0[1-9]|1[0-2]))?")
_QUANTITY = re.compile(r"([+-]?[0-9][0-9,.]*)\s*([^\s0-9,.]\S*)?")

NO_CODE = "SELF"
"""What an item is called whose rules stand alone."""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The rules of a file, and the item around them where the file holds a whole one."""

    rules: ItemRules
    item: PolicyItemContent | None

    @property
    def family(self) -> str:
        return self.item.code if self.item is not None else NO_CODE

    @property
    def validity(self) -> Window:
        """When the item is in force; a sample may show what is long over."""
        if self.item is None or self.item.sample:
            return Window()
        return Window(opens=self.item.valid_from or self.item.document.valid_from, closes=self.item.last_day)


def read_rules(path: str) -> RuleFile:
    """An item (with `rules` inside) or bare rules. Raises BadFile."""
    data = read_json(path)
    if isinstance(data, dict):
        data = {name: value for name, value in data.items() if name != "$schema"}  # the editor's, not the item's
    if isinstance(data, dict) and "rules" in data:
        item = parse(PolicyItemContent, data, path)
        return RuleFile(item.rules, item)
    return RuleFile(parse(ItemRules, data, path), None)


# -- facts -------------------------------------------------------------------------------------------------


def read_facts(path: str, rules: ItemRules, today: date) -> FactSheet:
    """Facts and outside figures; what the file leaves out is filled in from the item and from `today`.

    `facts` is a list of facts, or in short an object: `"output@2025": "12 亿元"`. Raises BadFile.
    """
    return facts_in(read_json(path), path, rules, today)


def facts_in(data: Any, path: str, rules: ItemRules, today: date) -> FactSheet:
    """The same, of what was read already."""
    if not isinstance(data, dict):
        raise BadFile(path, ["/：应为一个对象，内有 facts"])
    if strange := sorted(set(data) - {"reference_year", "facts", "parameters"}):
        raise BadFile(path, [f"/{name}：不认识的字段（请检查拼写）" for name in strange])
    said = {"source": "试算数据", "as_of": today.isoformat()}
    faults: list[str] = []
    listed = _listed(data.get("facts", []), rules.fact_types_by_name, path, faults)
    figures = data.get("parameters", [])
    if not isinstance(figures, list):
        raise BadFile(path, ["/parameters：应为列表"])
    given = [_with_unit(each, rules.parameters_by_name) if isinstance(each, dict) else each for each in figures]
    for index, each in enumerate(given):
        faults += [f"/parameters/{index}{fault}" for fault in _unfit_figure(each, rules.parameters_by_name)]
    if faults:
        raise BadFile(path, faults)
    sheet = {
        "reference_year": data.get("reference_year", rules.reference_year or today.year),
        "facts": [{**said, **each} if isinstance(each, dict) else each for each in listed],
        "parameters": [{**said, **each} if isinstance(each, dict) else each for each in given],
    }
    return parse(FactSheet, sheet, path)


def _listed(given: Any, types: Mapping[str, FactType], path: str, faults: list[str]) -> list[Any]:
    """The facts written out, whichever form they were written in; what is wrong with them goes to `faults`."""
    if isinstance(given, dict):
        listed = [_short(key, value, types, faults) for key, value in given.items()]
        places = list(given)
    elif isinstance(given, list):
        listed = [_full(each, types) for each in given]
        places = [str(index) for index in range(len(given))]
    else:
        raise BadFile(path, ["/facts：应为列表或对象"])
    listed = [_by_code(each, types) for each in listed]
    for place, each in zip(places, listed, strict=True):
        for field, fault in _against(each, types):
            at = f"{_called(each, place)}/{field}" if isinstance(given, list) else place
            faults.append(f"/facts/{at}：{fault}")
    faults += _twice(listed, places)
    return listed


def _called(fact: dict[str, Any], place: str) -> str:
    """A fact of a list by its name and period, as the short form has it: nobody counts entries."""
    period = f"@{fact['period']}" if isinstance(fact.get("period"), str) else ""
    return f"{fact['name']}{period}" if isinstance(fact.get("name"), str) else place


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


def _against(fact: Any, types: Mapping[str, FactType]) -> Iterator[tuple[str, str]]:
    """What is wrong with one fact: in which of its fields, and why."""
    if not isinstance(fact, dict):
        return
    name, period = fact.get("name"), fact.get("period")
    declared = types.get(name) if isinstance(name, str) else None
    if declared is None:
        if isinstance(name, str) and "kind" not in fact:
            yield "name", _not_declared(name, types)
        return
    if isinstance(period, str) and not PERIOD.fullmatch(period):
        text = f"“{declared.label}”的期间“{period}”写法不对：应写 2025（年）、2025Q1（季）或 2025M02（月）"
        yield "period", text
    if declared.kind in (FactKind.CODE, FactKind.CODES):
        yield from (("value", fault) for fault in _no_code(fact.get("value"), declared))
    value = tuple(fact["value"]) if isinstance(fact.get("value"), list) else fact.get("value")
    if not _fits(declared.kind, value) and value != "":
        yield "value", f"“{declared.label}”的值应{VALUE_FORMS[declared.kind]}"
    yield from (("unit", fault) for fault in _unfit_unit(fact.get("unit"), declared.unit, declared.label))


def _fits(kind: FactKind, value: Any) -> bool:
    texts = value if isinstance(value, tuple) else ()
    return (
        isinstance(value, str | bool | tuple)
        and all(isinstance(each, str) for each in texts)
        and value_fits(kind, value)
    )


def _unfit_unit(unit: Any, asked: str | None, label: str) -> Iterator[str]:
    """Why a figure in this unit cannot be read where the item asks for it in another."""
    if asked is None or not isinstance(unit, str) or same_dimension(unit, asked):
        return
    strange = unknown_unit_text(unit)
    yield f"“{label}”应以“{asked}”或可以与它换算的单位计，不能以“{unit}”计{f'；{strange}' if strange else ''}"


def _unfit_figure(value: Any, types: Mapping[str, ParameterType]) -> Iterator[str]:
    declared = types.get(value["name"]) if isinstance(value, dict) and isinstance(value.get("name"), str) else None
    if declared is not None:
        yield from (f"/unit：{fault}" for fault in _unfit_unit(value.get("unit"), declared.unit, declared.label))


def _twice(facts: Sequence[Any], places: Sequence[str]) -> Iterator[str]:
    """Facts that say another thing about the same period: a file that is tried has no newer and older ones by itself."""
    seen: dict[tuple[Any, Any, Any], str] = {}
    for place, each in zip(places, facts, strict=True):
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            key = (each["name"], str(each.get("period")), str(each.get("as_of")))
            if key in seen:
                period = f"（{each['period']}）" if each.get("period") else ""
                yield f"/facts/{place}：“{each['name']}”{period}写了不止一次（还有 /facts/{seen[key]}），请只留一个，或写明各自的日期 as_of"
            seen.setdefault(key, place)


def _not_declared(name: str, types: Mapping[str, FactType]) -> str:
    hint = meant(name, types, {each.label: each.name for each in types.values()})
    return f"事项没有声明“{name}”{hint}，不知道它的类型和单位"


def _no_code(value: Any, declared: FactType) -> Iterator[str]:
    """Why the value of a code fact is no code: an error, a word for nothing, or none of those that the item lists."""
    listed = {entry.code: entry.label for entry in declared.codes}
    by_label = {label: code for code, label in listed.items()}
    for code in value if isinstance(value, list) else (value,):
        if not isinstance(code, str) or code in listed:
            continue
        if listed:
            choice = "、".join(f"{each}（{label}）" for each, label in listed.items())
            yield f"“{code}”不在可取的值之内{meant(code, listed, by_label)}，应为：{choice}"
        elif is_error(code) or says_nothing(code):
            yield f"“{code}”不是代码；没有数据的，请去掉这一项"


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
        faults.append(f"/facts/{key}：{_not_declared(name, types)}")
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


def quantity_in(value: Any) -> tuple[str, str]:
    """The same, of any value of a file."""
    return _quantity(str(value)) if isinstance(value, str | int) else ("", "")


# -- decisions ---------------------------------------------------------------------------------------------


def read_decisions(given: Sequence[str], rules: ItemRules, today: date) -> list[Decision]:
    """`name=50 万元` for each figure that was set. Raises BadFile for each that the rules do not ask for, or not in
    that unit."""
    asked, declared = asked_for(rules), declared_in(rules)
    found: list[Decision] = []
    written: list[str] = []
    faults: list[str] = []
    for text in given:
        name, _, value = text.partition("=")
        number, unit = _quantity(value)
        node = asked.get(name.strip())
        if node is not None and not (number and unit):
            example = f"{name.strip()}=50{unit_asked(node, declared) or '万元'}"
            faults.append(f"“{text}”：写法为 名称=数值单位，如 {example}")
            continue
        decision = {
            "name": name.strip(),
            "value": number or "0",
            "unit": unit or "元",
            "by": node.by if node is not None else "试算",
            "on": today,
        }
        try:
            found.append(parse(Decision, decision, "--decided"))
            written.append(text)
        except BadFile:
            asks = "、".join(asked) or "无"
            faults.append(f"“{text}”：写法为 名称=数值单位，如 expansion=50万元（规则要核定的有：{asks}）")
    faults += [f"“{written[int(each.where.split('/')[1])]}”：{each.text_zh}" for each in unfit(rules, found)]
    if faults:
        raise BadFile("--decided", faults)
    return found
