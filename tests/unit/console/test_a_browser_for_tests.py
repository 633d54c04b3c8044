"""Where the browser of the browser tests comes from, found without downloading or running one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from console.machine.quarters import Account, Quarters
from console.quality import browser as browsers
from console.quality.browser import FONT, PACKAGE, SHELL, browser
from console.quality.testing import looks_at_pages
from console.refusal import CommandRefusal
from console.setup.debian import DebianArchive


@pytest.fixture
def quarters(tmp_path: Path) -> Quarters:
    return Quarters(tmp_path / "quarters", Account("tester", os.geteuid(), os.getegid(), demoted=False))


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """An archive that unpacks what it is asked for: what it was asked for."""
    asked: list[set[str]] = []

    def unpack(_archive: DebianArchive, names: Iterable[str], into: Path) -> None:
        asked.append(set(names))
        for file in (SHELL, "usr/lib/x86_64-linux-gnu/libone.so.1", "usr/lib/x86_64-linux-gnu/sound/libtwo.so"):
            (into / file).parent.mkdir(parents=True, exist_ok=True)
            (into / file).touch()

    def closure(_archive: DebianArchive, package: str, keep: Callable[[str], bool]) -> set[str]:
        return {package, *(name for name in ("chromium-common", "xdg-utils", "libone") if keep(name))}

    monkeypatch.setattr(DebianArchive, "unpack", unpack)
    monkeypatch.setattr(DebianArchive, "closure", closure)
    monkeypatch.setattr(DebianArchive, "reachable_from_here", staticmethod(lambda: True))
    monkeypatch.setattr(browsers, "is_installed", lambda _package: False)
    return asked


def test_debians_packages_are_unpacked_once_with_a_font_and_their_libraries(
    quarters: Quarters, unpacked: list[set[str]]
) -> None:
    quarters.folder.mkdir()
    first, again = (browser({"PATH": ""}, quarters=quarters) for _ in range(2))
    assert unpacked == [{FONT, PACKAGE, "chromium-common", "libone"}]
    assert first == again
    assert first.program == quarters.folder / "programs" / "chromium" / SHELL
    folders = first.environment["LD_LIBRARY_PATH"].split(":")
    assert [Path(folder).name for folder in folders] == ["x86_64-linux-gnu", "sound"]
    assert str(first.program.parents[3]) in Path(first.environment["FONTCONFIG_FILE"]).read_text()


def test_the_machines_own_is_taken_and_given_a_font(
    quarters: Quarters, unpacked: list[set[str]], tmp_path: Path
) -> None:
    quarters.folder.mkdir()
    own = tmp_path / "bin" / "chromium"
    own.parent.mkdir()
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    assert browser({"PATH": str(own.parent)}, quarters=quarters).program == own
    assert unpacked == [{FONT}]


def test_without_one_and_without_debian_it_is_said_what_to_do(
    quarters: Quarters, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarters.folder.mkdir()
    monkeypatch.setattr(DebianArchive, "reachable_from_here", staticmethod(lambda: False))
    with pytest.raises(CommandRefusal, match="chromium"):
        browser({"PATH": ""}, quarters=quarters)


@pytest.mark.parametrize(
    ("arguments", "looks"),
    [
        ([], True),
        (["-x"], True),
        (["tests"], True),
        (["tests/browser/test_the_frame.py::test_one"], True),
        (["-k", "pages", "tests/unit"], False),
    ],
)
def test_the_browser_is_fetched_for_those_tests_that_need_it(arguments: list[str], looks: bool) -> None:
    assert looks_at_pages(arguments) is looks
