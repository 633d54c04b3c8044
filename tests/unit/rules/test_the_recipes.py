"""docs/rule-recipes.md: every recipe is pasted as it stands, run with its own commands, and comes to what it says."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from console.place import CHECKOUT
from console.policy.rules import main
from contracts.money import Money

PAGE = (CHECKOUT / "docs" / "rule-recipes.md").read_text(encoding="utf-8")
HEADING = "### 配方："
BLOCK = re.compile(r"^```(?:json|text) (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = "./zhida rules "
ARROW = "→ "
TRIAL = "试算"
RULES = "规则.json"

NOT_YET: frozenset[str] = frozenset()
"""What the page says already and the language does not yet. Whoever makes it true takes its line out."""

PAYERS = {"national": "国家级", "province": "省级", "city": "市级", "county": "县级"}


@dataclass(frozen=True)
class Recipe:
    """The files by their names, and each command with the lines that it comes to."""

    name: str
    files: dict[str, str]
    trials: list[tuple[list[str], list[str]]]


def _recipes() -> Iterator[Recipe]:
    for section in PAGE.split(f"\n{HEADING}")[1:]:
        name, _, rest = section.partition("\n")
        blocks = BLOCK.findall(rest)
        files = {file: text for file, text in blocks if file != TRIAL}
        said = [text for file, text in blocks if file == TRIAL]
        yield Recipe(name.strip(), files, [trial for text in said for trial in _trials(text)])


def _trials(text: str) -> Iterator[tuple[list[str], list[str]]]:
    for part in text.strip().split("\n\n"):
        command, *results = part.splitlines()
        assert command.startswith(COMMAND), command
        assert results, f"{command} says no result"
        assert all(line.startswith(ARROW) for line in results), part
        yield shlex.split(command.removeprefix(COMMAND)), [line.removeprefix(ARROW) for line in results]


RECIPES = list(_recipes())


def _marked() -> list[Any]:
    marks = pytest.mark.xfail(strict=True, reason="the language does not say this yet")
    return [pytest.param(each, id=each.name, marks=marks if each.name in NOT_YET else ()) for each in RECIPES]


@pytest.mark.parametrize("recipe", _marked())
def test_a_recipe_comes_to_what_it_says(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for file, text in recipe.files.items():
        Path(file).write_text(text, encoding="utf-8")
    assert main(["check", RULES]) == 0, capsys.readouterr().out
    capsys.readouterr()
    for command, expected in recipe.trials:
        assert main([*command, "--json"]) == 0, capsys.readouterr().err
        found = json.loads(capsys.readouterr().out)
        assert _unsaid(expected, _said_of(found)) == [], f"{' '.join(command)}: {_said_of(found)}"


def _unsaid(expected: Sequence[str], said: Sequence[str]) -> list[str]:
    """What the page promises and the answer does not say. Why something is undetermined the page may leave out."""
    open_ended = "尚不能判定"
    return [each for each in expected if each not in said and not (each == open_ended and said[0].startswith(each))]


def _said_of(found: dict[str, Any]) -> list[str]:
    if "claims" in found:
        return [f"{each['id']} {_yuan(each['granted'])}" for each in found["claims"]]
    payees = [f"{each['label']}得 {_yuan(each['money'])}" for each in found["payees"]]
    payers = [f"{PAYERS[each['payer']]}支付 {_yuan(each['money'])}" for each in found["shares"]]
    parts = [f"其中{each['part']} {_yuan(each['money'])}" for each in found["amount"]["parts"]]
    return [_answer(found), *payees, *payers, *parts]


def _answer(found: dict[str, Any]) -> str:
    """What is due now, told apart from what the rule would come to."""
    amount, instalment = found["amount"], found["instalment"]
    later = instalment is not None and instalment["outcome"] not in ("due", "reduced", "undetermined")
    refused = any(each["part"] is None for each in found["objections"])
    headline = found.get("headline")
    if found["verdict"]["state"] == "undetermined" or amount["money"] is None:
        said, due = f"尚不能判定{_range(amount)}", None
    elif later or refused:
        said, due = "不付", None
    elif found["verdict"]["state"] == "not_met":
        said, due = "不符合", None
    else:
        said, due = f"应付 {_yuan(amount['money'])}", amount["money"]
    assert headline is None or headline["due"] == due, f"{headline} beside {said}"
    return said


def _range(amount: dict[str, Any]) -> str:
    if amount["lowest"] is None or amount["highest"] is None:
        return ""
    return f"，在 {_yuan(amount['lowest'])}至 {_yuan(amount['highest'])}之间"


def _yuan(fen: int) -> str:
    return f"{Money(fen).yuan_text().removesuffix('.00')} 元"


def test_the_page_has_recipes_and_each_its_own_name() -> None:
    names = [each.name for each in RECIPES]
    assert len(names) > 20
    assert len(set(names)) == len(names)
    assert set(names) >= NOT_YET


@pytest.mark.parametrize("recipe", [pytest.param(each, id=each.name) for each in RECIPES])
def test_every_file_of_a_recipe_is_used(recipe: Recipe) -> None:
    used = {word for command, _results in recipe.trials for word in command if word.endswith(".json")}
    assert used == set(recipe.files)
