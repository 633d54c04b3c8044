"""JSON that people write, read as a type of ours: every fault in Chinese, with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
LARGEST_FILE = 5_000_000
"""Bytes. The largest item of a province is a few hundred thousand."""

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
        self.faults = tuple(faults)


def read_json(path: str) -> Any:
    """Raises BadFile, with line and column where it is no JSON."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except OSError as fault:
        raise BadFile(path, [f"无法读取（{fault.strerror}）"]) from fault
    except UnicodeDecodeError as fault:
        raise BadFile(path, ["不是 UTF-8 编码的文本"]) from fault
    return json_in(text, path)


def json_in(text: str, path: str, line: int | None = None) -> Any:
    """JSON that stands in a file, in this one of its lines or all over it. Raises BadFile."""
    place = f"第 {line} 行 " if line is not None else ""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        at = f"第 {line or fault.lineno} 行第 {fault.colno} 列"
        raise BadFile(path, [f"{at}：不是合法的 JSON"]) from fault
    except RecursionError as fault:
        raise BadFile(path, [f"{place}嵌套太深"]) from fault
    except ValueError as fault:
        raise BadFile(path, [f"{place}含有过长的整数或 NaN、Infinity"]) from fault


def read_bytes(path: str) -> bytes:
    """What the file holds. Raises BadFile for one that is too large, and OSError."""
    with Path(path).open("rb") as file:
        text = file.read(LARGEST_FILE + 1)
    if len(text) > LARGEST_FILE:
        raise BadFile(path, [f"文件超过 {LARGEST_FILE // 1_000_000} MB"])
    return text


def _no_constant(text: str) -> None:
    raise ValueError(text)


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
