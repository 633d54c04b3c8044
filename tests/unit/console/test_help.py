"""`./zhida help` says what there is, and how each of it is used; asking starts, fetches and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from console import help as console_help
from console.__main__ import commands, main
from console.place import CHECKOUT


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZHIDA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_help_lists_every_command_once_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    said = capsys.readouterr().out.splitlines()
    for name, line in commands().items():
        assert [each for each in said if each == f"  {name:<16}{line}"], name


def test_nothing_said_is_a_question_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "./zhida help COMMAND" in capsys.readouterr().out


def test_every_command_stands_in_one_group() -> None:
    grouped = [name for names in console_help.GROUPS.values() for name in names]
    assert len(grouped) == len(set(grouped))
    assert set(commands()) <= set(grouped)


def test_a_command_that_no_group_names_is_not_lost() -> None:
    assert "  new-thing" in console_help.overview({**commands(), "new-thing": "新命令"})


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_says_how_it_is_used_and_does_nothing_else(
    name: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["help", name]) == 0
    said = capsys.readouterr()
    assert f"./zhida {name}" in said.out or "./zhida COMMAND" in said.out, said
    assert not home.exists()


def test_a_command_that_is_misspelt_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "verfy"]) == 1
    assert "verify" in capsys.readouterr().err


def test_the_readme_names_it() -> None:
    for readme in ("README.md", "README.zh-CN.md"):
        assert "./zhida help" in (CHECKOUT / readme).read_text(encoding="utf-8"), readme
