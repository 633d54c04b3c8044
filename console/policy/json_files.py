"""JSON that people write, read as a type of ours: every fault in Chinese, with its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from chassis.foundation.faults import faults_in

M = TypeVar("M", bound=BaseModel)
LARGEST_FILE = 5_000_000
"""Bytes. The largest item of a province is a few hundred thousand."""


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
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except json.JSONDecodeError as fault:
        at = f"第 {line or fault.lineno} 行第 {fault.colno} 列"
        raise BadFile(path, [f"{at}：不是合法的 JSON"]) from fault
    except RecursionError as fault:
        raise BadFile(path, [f"{place}嵌套太深"]) from fault
    except _Twice as fault:
        raise BadFile(path, [f"{place}“{fault}”写了不止一次，不知以哪个为准"]) from fault
    except ValueError as fault:
        raise BadFile(path, [f"{place}含有过长的整数或 NaN、Infinity"]) from fault


def read_bytes(path: str) -> bytes:
    """What the file holds. Raises BadFile for one that is too large, and OSError."""
    with Path(path).open("rb") as file:
        text = file.read(LARGEST_FILE + 1)
    if len(text) > LARGEST_FILE:
        raise BadFile(path, [f"文件超过 {LARGEST_FILE // 1_000_000} MB"])
    return text


class _Twice(ValueError):
    """A name stands twice in one object: json would silently take the last."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


def _no_constant(text: str) -> None:
    raise ValueError(text)


def parse(model: type[M], data: Any, path: str, below: str = "") -> M:
    """`data` as this type. Raises BadFile with every fault at its place (a JSON pointer)."""
    try:
        return model.model_validate(data)
    except ValidationError as found:
        faults = [f"{below}{_shown(each.where)}：{each.text}" for each in faults_in(model, data, found)]
        raise BadFile(path, faults) from found
    except RecursionError as fault:
        raise BadFile(path, ["嵌套太深"]) from fault


def _shown(where: str) -> str:
    """The place, without signs that a terminal would obey."""
    return "".join(sign if sign.isprintable() else "�" for sign in where) or "/"
