"""Every refusal has a code that programs can rely on and a sentence that a person in a city hall can read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from console.contracts.refusals import PACKAGES, refusal_classes, refusal_table, speaker_of
from contracts import refusal as kinds
from contracts.refusal import Conflict, Forbidden, Invalid, Refused
from tests.architecture.source_tree import modules, tree_of, where

CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CHINESE_SENTENCE = re.compile(r".*[\u4e00-\u9fff].*[。；]", re.DOTALL)
KINDS = {"NotFound": "not_found", "Conflict": "conflict", "Forbidden": "forbidden", "Invalid": "invalid"}


def faults(classes: Iterable[type[Refused]]) -> list[str]:
    """Everything that is wrong with these refusals, one by one and among themselves."""
    found: list[str] = []
    known: dict[str, type[Refused]] = {}
    speakers: set[tuple[str, str]] = set()
    for each in classes:
        if each.__subclasses__() and "code" not in vars(each):
            continue  # a kind that others derive from: nobody raises it (see below)
        if not {"code", "sentence"} <= set(vars(each)):
            found.append(f"{each.__name__} has no code or sentence of its own")
            continue
        if not CODE.fullmatch(each.code):
            found.append(f"{each.__name__}: {each.code!r} is no code")
        if not CHINESE_SENTENCE.fullmatch(each.sentence):
            found.append(f"{each.__name__}: {each.sentence!r} is no Chinese sentence")
        if (each.code, speaker_of(each)) in speakers:
            found.append(f"{each.__name__}: {each.code} is taken in {speaker_of(each)}")
        speakers.add((each.code, speaker_of(each)))
        first = known.setdefault(each.code, each)
        if (first.__name__, first.kind) != (each.__name__, each.kind):
            found.append(f"{each.code} means {first.__name__} here and {each.__name__} there")
    return found


def raised(tree: ast.AST) -> Iterator[str]:
    """Names of the classes that are raised by a call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            yield node.exc.func.id


def test_every_refusal_has_one_code_and_a_chinese_sentence() -> None:
    """Services do not import one another: two may say the same no, by the same name, code and kind."""
    assert faults(refusal_classes()) == []
    assert len(refusal_table()) > 20


def test_a_refusal_without_a_code_of_its_own_is_never_raised() -> None:
    bare = {each.__name__ for each in refusal_classes() if "code" not in vars(each)} | {"Refused"}
    stray = [(where(file), name) for file in modules(*PACKAGES) for name in raised(tree_of(file)) if name in bare]
    assert stray == []
    assert list(raised(ast.parse("def f():\n    raise Conflict()\n"))) == ["Conflict"]


def test_the_four_kinds_are_those_of_the_wire() -> None:
    assert {name: getattr(kinds, name).kind for name in KINDS} == KINDS
    assert {each.kind for each in refusal_classes()} == set(KINDS.values())


def made(kind: type[Refused], name: str, module: str = "services.one.domain", **words: str) -> type[Refused]:
    return type(name, (kind,), {"__module__": module, **words})


@pytest.mark.parametrize(
    "classes",
    [
        [made(Conflict, "NoCode", sentence="不行。")],
        [made(Conflict, "NoSentence", code="no_sentence")],
        [made(Conflict, "English", code="english", sentence="No.")],
        [made(Conflict, "Unfinished", code="unfinished", sentence="不行")],
        [made(Conflict, "Shouting", code="ShoutingCode", sentence="不行。")],
        [
            made(Conflict, "One", code="same", sentence="不行。"),
            made(Conflict, "Other", code="same", sentence="不可。"),
        ],
        [
            made(Conflict, "Same", code="same", sentence="不行。"),
            made(Invalid, "Same", "services.two.domain", code="same", sentence="不行。"),
        ],
        [
            made(Conflict, "Same", code="same", sentence="不行。"),
            made(Conflict, "Same", "services.one.budget", code="same", sentence="不行。"),
        ],
    ],
)
def test_a_bad_refusal_is_found(classes: list[type[Refused]]) -> None:
    assert faults(classes)


def test_two_services_may_say_the_same_no() -> None:
    here = made(Forbidden, "NotYours", code="not_yours", sentence="只能查看本企业的。")
    there = made(Forbidden, "NotYours", "services.two.domain", code="not_yours", sentence="只能办理本企业的。")
    assert faults([here, there]) == []
