"""The item at the top of docs/rules.md, pasted and run as it says, prints what stands there: word for word."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from console.place import CHECKOUT
from console.policy.rules import main

GUIDE = (CHECKOUT / "docs" / "rules.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(?:json|text) (事项\.json|企业\.json|检查|试算)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = dict(BLOCK.findall(GUIDE))


@pytest.mark.parametrize("trial", ["检查", "试算"])
def test_what_a_beginner_pastes_prints_what_the_guide_shows(
    trial: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("事项.json", "企业.json"):
        Path(file).write_text(BLOCKS[file], encoding="utf-8")
    command, _, shown = BLOCKS[trial].partition("\n")
    assert main(shlex.split(command.removeprefix("./zhida rules "))) == 0
    printed = capsys.readouterr().out
    assert printed == shown, f"docs/rules.md should show:\n{printed}"


def test_the_slip_that_the_guide_invites_to_is_found_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("事项.json").write_text(BLOCKS["事项.json"].replace('"unit": "%"', '"unit": "元"'), encoding="utf-8")
    assert main(["check", "事项.json"]) == 2
    assert "/rules/amount/of/rate" in capsys.readouterr().out
