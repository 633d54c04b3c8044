"""Why something that a person wrote as JSON is none of our types: each fault at its place, with the form that is right.

Places are JSON pointers into what was written. A fault names the place itself (the period, not its fact) and says
how it is written there; where a known word was nearly hit, that word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from chassis.foundation.reasons import sentence_for, told_once
from contracts import rule
from contracts.rule import facts, shares


class Fault(NamedTuple):
    """What does not fit at `where`: a stable `code` and a Chinese sentence without a full stop."""

    code: str
    where: str
    text: str


def _pattern(written: Any) -> str:
    return str(get_args(written)[1].metadata[0].pattern)


FORMS: Mapping[str, str] = {
    _pattern(facts.NumberText): "应为数字，如 5、1.5，不带单位、逗号、百分号（JSON 中加引号）",
    _pattern(facts.PeriodRef): "期间应写 Y（本年度）、Y-1（上一年）、2025、2025Q1、2025M02、YQ1 或 Y-1M02",
    _pattern(facts.PeriodText): "期间应写 2025（年）、2025Q1（季）或 2025M02（月）",
    _pattern(facts.UnitText): "单位不含数字、空格、逗号，如 万元、%、人、元/平方米·月",
    _pattern(facts.FactName): "名称以小写英文字母开头，只用小写字母、数字、下划线，如 rd_expense",
    _pattern(facts.Code): "代码为 1 至 64 个字符，不含空格，如 national",
    _pattern(shares.FractionText): "比例写成分数，如 1/2、3/10，全部写 1",
    r"^[A-Za-z0-9_-]{1,64}$": "编码只用英文字母、数字、-、_，如 GX-001",
    r"^[0-9A-Za-z_-]{2,40}$": "预算科目编码只用英文字母、数字、-、_，至少 2 位",
    r"^[0-9a-f]{64}$": "应为已上传文件的 64 位摘要",
    r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$": "日期写 2024、2024-06 或 2024-06-21",
    r"^https?://[^\s]+$": "网址以 http:// 或 https:// 开头",
}
"""How what has to fit a pattern is written."""

SAID: Mapping[str, str] = {
    "missing": "缺少该字段",
    "string_type": "应为文本（加引号）",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    **dict.fromkeys(("tuple_type", "list_type"), "应为列表（方括号），如 [ … ]"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "应为 true 或 false（不加引号）"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "应为整数（不加引号），如 3"),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        "应为日期，如 2026-03-16",
    ),
    "recursion_loop": "嵌套太深",
}
"""What is said otherwise to whoever writes JSON than to whoever fills a form."""

NO_KIND = frozenset(("union_tag_not_found", "union_tag_invalid"))
"""Told to everybody alike: which kinds there are is no matter of quotes."""

NEARLY: Mapping[str, str] = {
    ">=": "ge", "≥": "ge", ">": "gt", "<=": "le", "≤": "le", "<": "lt", "=": "eq", "==": "eq", "!=": "ne", "<>": "ne",
    "≠": "ne", "以上": "ge", "超过": "gt", "以下": "le", "不满": "lt", "属于": "in", "包括": "contains",
    "数值": "number", "数字": "number", "金额": "number", "是否": "flag", "布尔": "flag", "分类": "code", "多选": "codes",
    "日期": "date", "免申即享": "no_application", "即申即享": "instant", "承诺兑现": "committed",
    "国家": "national", "国家级": "national", "省": "province", "省级": "province", "市": "city", "市级": "city",
    "县": "county", "区": "county", "区县": "county", "县级": "county", "工作日": "working_days", "自然日": "calendar_days",
    "string": "code", "bool": "flag", "boolean": "flag", "int": "number", "float": "number", "or": "any", "and": "all",
    "percent": "rate", "max": "highest", "min": "lowest", "add": "sum", "multiply": "product", "subtract": "difference",
}  # fmt: skip
"""What people write for a word of a closed list."""


def faults_in(model: type[BaseModel], data: Any, error: ValidationError, *, in_json: bool = True) -> list[Fault]:
    """Every fault of `data`, which is no `model`, once and in the order of the text. `in_json`: whoever wrote it wrote
    JSON, and is told of quotes and brackets; who filled a form is not."""
    errors = told_once(_one_of_several(error.errors(include_url=False)))
    lacking = [each for each in errors if each["type"] == "missing"]
    found = []
    for each in errors:
        where = place_in(data, each["loc"], missing=each["type"] == "missing")
        at = (each.get("ctx") or {}).get("at")
        own = in_json or each["type"] in NO_KIND
        text = (_text(each, lacking, model, data) if own else None) or form_sentence(each)
        found.append(Fault(f"field_{each['type']}", f"{where}/{at}" if at else where, text))
    return list(dict.fromkeys(found))


def place_in(data: Any, place: Sequence[int | str], *, missing: bool = False) -> str:
    """A JSON pointer (RFC 6901) to the place. The kinds of nodes that pydantic went through are no part of it, even
    where a kind is called like a field: the fact of the node `fact`."""
    here, pointer, kind_told = data, "", False
    for number, part in enumerate(place):
        if not kind_told and isinstance(here, Mapping) and _is_kind(part, here):
            kind_told = True
            continue
        named = isinstance(here, Mapping) and part in here
        listed = isinstance(here, list | tuple) and isinstance(part, int) and part < len(here)
        if named or listed:
            here, kind_told = here[part], False
        elif not (missing and number == len(place) - 1):
            continue
        pointer += "/" + str(part).replace("~", "~0").replace("/", "~1")
    return pointer


def _is_kind(part: int | str, here: Mapping[str, Any]) -> bool:
    """Whether this step of a place is the kind of a node, or of a step of the handling, and no field."""
    return part == here.get("node") or (part == here.get("kind") and part not in here)


_NO_FLAG = {"bool_type", "bool_parsing"}


def _one_of_several(errors: Sequence[Any]) -> list[Any]:
    """A value that may be a text, a flag or a list is wrong as none of them: that is one fault."""
    kinds: dict[tuple[str | int, ...], set[str]] = {}
    for each in errors:
        kinds.setdefault(each["loc"][:-1], set()).add(each["type"])
    several = {place for place, types in kinds.items() if types & _NO_FLAG and "string_type" in types}
    return [
        {**each, "loc": each["loc"][:-1], "type": "value_kind"} if each["loc"][:-1] in several else each
        for each in errors
        if not any(each["loc"][: len(place)] == place and len(each["loc"]) > len(place) + 1 for place in several)
    ]


def form_sentence(error: Mapping[str, Any]) -> str:
    """What is wrong, for whoever filled a form: with the form that is right, where a pattern is asked for."""
    context = error.get("ctx") or {}
    if error["type"] == "string_pattern_mismatch" and "sentence" not in context:
        return FORMS.get(context.get("pattern", ""), sentence_for(error))
    return sentence_for(error)


def _text(
    error: Mapping[str, Any], lacking: Sequence[Mapping[str, Any]], model: type[BaseModel], data: Any
) -> str | None:
    """What is said to whoever writes JSON; None: the same as to everybody."""
    context, given = error.get("ctx") or {}, error.get("input")
    match error["type"]:
        case "value_kind" | "string_type" if isinstance(given, int | float) and not isinstance(given, bool):
            return f'数字写成加引号的文本，如 "{given}"'
        case "value_kind":
            return '应为加引号的文本、true、false，或由加引号的文本组成的列表，如 ["a", "b"]'
        case "extra_forbidden":
            return f"不认识的字段{_meant_field(error, lacking) or '（请检查拼写）'}"
        case "union_tag_not_found":
            tag = context.get("discriminator", "node").strip("'")
            return f"缺少 {tag}，须写明是哪一种，可用的有：{'、'.join(_tags(model, data, error['loc'], tag))}"
        case "union_tag_invalid":
            expected = re.findall(r"'([^']*)'", context.get("expected_tags", ""))
            return f"没有“{context.get('tag')}”这种节点{_meant(str(context.get('tag')), expected)}，可用的有：{'、'.join(expected)}"
        case "literal_error" | "enum":
            expected = re.findall(r"'([^']*)'", str(context.get("expected", ""))) or [str(context.get("expected"))]
            return f"只能是：{'、'.join(expected)}{_meant(str(given), expected)}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"应为一个对象（花括号）{_inside(context.get('class_name'))}"
        case other if other in SAID:
            return SAID[other].format(**{"min_length": 1, "max_length": "", **context})
        case _:
            return None


def _meant(given: str, expected: Sequence[str]) -> str:
    nearly = NEARLY.get(given.strip()) or NEARLY.get(given.strip().casefold())
    near = [nearly] if nearly in expected else get_close_matches(given.casefold(), expected, n=1, cutoff=0.6)
    return f"（是不是“{near[0]}”？）" if near else ""


def _meant_field(error: Mapping[str, Any], lacking: Sequence[Mapping[str, Any]]) -> str:
    """The field that is missing beside it, where the one was most likely written for the other."""
    beside = [str(each["loc"][-1]) for each in lacking if each["loc"][:-1] == error["loc"][:-1]]
    near = get_close_matches(str(error["loc"][-1]), beside, n=1, cutoff=0.6)
    return f"（是不是“{near[0]}”？）" if near else ""


def _inside(class_name: str | None) -> str:
    model = getattr(rule, class_name or "", None)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return ""
    needed = [name for name, field in model.model_fields.items() if field.is_required()]
    return f"，内有 {'、'.join(needed)}" if needed else ""


def _tags(model: type[BaseModel], data: Any, place: Sequence[int | str], tag: str) -> list[str]:
    """Which kinds may stand here: pydantic names them of a kind that there is not."""
    parts = list(place_in(data, place).split("/")[1:])
    try:
        model.model_validate(_with(data, parts, {tag: "?"}))
    except ValidationError as error:
        for each in error.errors(include_url=False):
            if each["type"] == "union_tag_invalid" and each["loc"] == tuple(place):
                return re.findall(r"'([^']*)'", (each.get("ctx") or {}).get("expected_tags", ""))
    return []


def _with(data: Any, parts: Sequence[str], there: Any) -> Any:
    """The same with something else at this place."""
    if not parts:
        return there
    first = parts[0].replace("~1", "/").replace("~0", "~")
    if isinstance(data, Mapping):
        return {**data, first: _with(data.get(first), parts[1:], there)}
    return [_with(each, parts[1:], there) if str(index) == first else each for index, each in enumerate(data)]
