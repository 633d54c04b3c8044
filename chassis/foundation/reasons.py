"""Sentences for people about values that do not fit, from pydantic's error types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from contracts.refusal import Reason

SENTENCES: Mapping[str, str] = {
    "missing": "必填项未填写",
    "extra_forbidden": "含有不认识的字段",
    "string_too_short": "内容过短（至少 {min_length} 个字符）",
    "string_too_long": "内容过长（最多 {max_length} 个字符）",
    "string_pattern_mismatch": "格式不正确",
    "string_type": "应为文本",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_parsing": "应为是或否",
    "url_unsafe": "请填写以 https:// 开头的完整地址，不带参数",
    "base_url_unsafe": "请填写以 https:// 或 http:// 开头的接口根地址，不带用户名、参数和 #",
    "secret_no_base64": "whsec_ 之后应为 base64，请核对是否复制完整",
    "money_invalid": "请填写金额（元，最多两位小数）",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不得大于 {le}",
    "too_short": "条目过少（至少 {min_length} 条）",
    "too_long": "条目过多（最多 {max_length} 条）",
    "literal_error": "不在允许的取值之内（{expected}）",
    "enum": "不在允许的取值之内（{expected}）",
    "datetime_from_date_parsing": "日期时间格式不正确",
    "datetime_parsing": "日期时间格式不正确",
    "date_from_datetime_parsing": "日期格式不正确",
    "date_from_datetime_inexact": "日期格式不正确",
    "json_invalid": "请求内容不是有效的 JSON",
    "json_not_utf8": "请求内容须为 UTF-8 编码",
    "json_not_finite": "{name} 不是数字，JSON 中没有这种写法",
    "json_name_twice": "同一名称出现两次，不知以哪个为准",
    "json_too_deep": "层级过多（最多 {most} 层）",
    "string_unicode": "含有无法识别的字符，请删除后重试",
    "string_unstorable": "含有无法保存的字符，请删除后重试",
    "name_unseen": "{why}",
    "int_too_large": "数字过大",
    "int_parsing_size": "数字过大",
    "date_out_of_range": "年份应在 {first} 至 {last} 之间",
    "unknown_parameter": "不认识的参数（可用的有：{known}）",
    "given_twice": "只能给出一个值",
    "model_attributes_type": "应为 JSON 对象",
    "model_type": "应为 JSON 对象",
}
UNSPECIFIC = "内容不符合要求"
OWN_SENTENCE = "sentence"
"""Under this name a type says itself what it should be like (contracts/typed.py)."""

COUNTS = frozenset({"too_short", "too_long"})
"""What is said of how many there are: pydantic counts only those that fit."""

UNREADABLE = frozenset({"string_unstorable", "string_unicode"})
"""What cannot even be read fits nothing else either."""

BRANCH = re.compile(
    r"(constrained-|function-|literal\[|tuple\[|list\[|dict\[|lax-or-strict|nullable)|(bool|str|int|float|date|none)$"
)
"""A step of a place that is none: the alternative of a union that pydantic tried."""


def told_once(errors: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of each value what is wrong with it, once: one that does not fit is no further reason of its own.

    Without this a list whose only line is wrong is also "too short", what cannot be read also has a wrong shape, and a
    value that fits none of several alternatives is wrong as many times.
    """
    placed = [{**each, "loc": _place(each["loc"])} for each in errors]
    unreadable = [each["loc"] for each in placed if each["type"] in UNREADABLE]
    kept: dict[tuple[str | int, ...], Mapping[str, Any]] = {}
    for each in placed:
        here = each["loc"]
        if each["type"] in COUNTS and any(
            len(other["loc"]) > len(here) and _below(here, other["loc"]) for other in placed
        ):
            continue
        if each["type"] not in UNREADABLE and any(_same_value(raw, here) for raw in unreadable):
            continue
        kept.setdefault(here, each)
    return list(kept.values())


def _place(loc: Sequence[str | int]) -> tuple[str | int, ...]:
    """The place without the alternative that was tried at its end."""
    steps = tuple(loc)
    while len(steps) > 1 and isinstance(steps[-1], str) and BRANCH.match(steps[-1]):
        steps = steps[:-1]
    return steps


def _below(outer: Sequence[str | int], inner: Sequence[str | int]) -> bool:
    return tuple(inner[: len(outer)]) == tuple(outer)


def _same_value(written: Sequence[str | int], tried: Sequence[str | int]) -> bool:
    """Whether both are places of one value: `tried` also names the alternatives of unions on the way."""
    if not written or not tried or written[-1] != tried[-1]:
        return False
    left = iter(tried)
    return all(step in left for step in written)


def reasons_for(errors: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """Every field that does not fit, as pydantic's `errors()` lists them, each with a Chinese sentence."""
    reasons = []
    for error in told_once(errors):
        inside = (error.get("ctx") or {}).get("at")
        steps = (*error["loc"], *((inside,) if inside else ()))
        place = ".".join(str(part) for part in steps if part not in ("body", "query", "path"))
        sentence = sentence_for(error)
        reasons.append(
            Reason(
                code=f"field_{error['type']}",
                message=f"{place}：{sentence}" if place else sentence,
                field=place or None,
            )
        )
    return tuple(reasons)


def sentence_for(error: Mapping[str, Any]) -> str:
    """What does not fit, without the field's name: for a page, which shows it beside the field."""
    context = error.get("ctx") or {}
    if isinstance(own := context.get(OWN_SENTENCE), str):
        return own
    if error["type"] == "value_error" and not str(context.get("error", "")).isascii():
        return str(context["error"])  # a type that says in Chinese itself what does not stand together
    template = SENTENCES.get(error["type"], UNSPECIFIC)
    said = dict(context)
    if isinstance(said.get("expected"), str):
        # pydantic lists them in English: 'agree', 'changes' or 'object'.
        said["expected"] = "、".join(re.findall(r"'([^']*)'", said["expected"])) or said["expected"]
    try:
        return template.format(**said)
    except KeyError:
        return UNSPECIFIC


def without_values(error: Exception) -> str:
    """What is wrong, for operators: which fields do not fit, without what stands in them, which may be personal."""
    if isinstance(error, ValidationError):
        details = error.errors(include_url=False, include_input=False)
        said = "; ".join(f"{'.'.join(map(str, each['loc'])) or '-'}: {each['msg']}" for each in details)
    else:
        said = str(error)
    return f"{type(error).__name__}: {said}"[:2000]
