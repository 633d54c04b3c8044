"""What failed is run once more, alone; what passes only then is named at the end, with its first failure."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from console.place import CHECKOUT
from console.quality import lint, testing
from console.quality.testing import EVERYTHING, MOST_RERUN, main, run_and_rerun
from console.refusal import CommandRefusal

RACE = """
from pathlib import Path

def test_a_race():
    ran_before = Path(__file__).with_name("ran")
    if not ran_before.exists():
        ran_before.touch()
        raise AssertionError("the queue was empty")

def test_that_holds(): pass
"""
WRONG = "def test_that_is_wrong(): assert 1 + 1 == 3\n"


def pytest_in(folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Exit code and output of a run with our plugin and no other that is not asked for."""
    ours = {name: value for name, value in os.environ.items() if name not in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER")}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *testing.PLUGIN, *arguments],
        cwd=folder,
        env={**ours, "PYTHONPATH": str(CHECKOUT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout


Run = Callable[[str], tuple[int, str]]


@pytest.fixture
def suite(tmp_path: Path) -> Run:
    """Runs a suite of one file as `./zhida test` runs ours, and tells its exit code and all that it printed."""

    def run(tests: str) -> tuple[int, str]:
        (tmp_path / "test_little.py").write_text(tests)
        (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    race: lost once is lost\n")
        printed: list[str] = []

        def in_folder(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
            on_a_worker = ("-p", "xdist", "-n", "1")
            code, said = pytest_in(tmp_path, on_a_worker if arguments == EVERYTHING else arguments, environment)
            printed.append(said)
            return code

        return run_and_rerun(in_folder, tmp_path), "\n".join(printed)

    return run


def test_a_test_that_passes_only_alone_is_named_with_its_first_failure(suite: Run) -> None:
    code, printed = suite(RACE)
    assert code == 0
    _first, summary = printed.split("failed first, passed alone")
    assert "FLAKY test_little.py::test_a_race" in summary
    assert "AssertionError: the queue was empty" in summary


def test_the_last_line_is_pytests_own(suite: Run) -> None:
    _code, printed = suite(RACE)
    assert "1 passed in" in printed.rstrip().splitlines()[-1]


def test_what_fails_again_fails_the_suite(suite: Run) -> None:
    code, printed = suite(RACE + WRONG)
    assert code == 1
    assert "FLAKY test_little.py::test_a_race" in printed
    assert "FLAKY test_little.py::test_that_is_wrong" not in printed
    assert "1 failed, 1 passed in" in printed.rstrip().splitlines()[-1]


def test_nothing_is_run_again_when_all_pass(suite: Run) -> None:
    code, printed = suite("def test_that_holds(): pass\n")
    assert code == 0
    assert printed.count("test session starts") == 1
    assert "FLAKY" not in printed


def test_when_very_much_fails_it_is_no_race(suite: Run) -> None:
    code, printed = suite("".join(f"def test_{n}(): assert False\n" for n in range(MOST_RERUN + 1)))
    assert code == 1
    assert printed.count("test session starts") == 1


def test_a_race_that_is_lost_once_is_lost(suite: Run) -> None:
    code, printed = suite("import pytest\n" + RACE.replace("def test_a_race", "@pytest.mark.race\ndef test_a_race"))
    assert code == 1
    assert printed.count("test session starts") == 1


def test_the_slowest_files_are_said_at_the_end(tmp_path: Path) -> None:
    for n in range(12):
        (tmp_path / f"test_{n}.py").write_text("def test_it(): pass\n")
    _code, printed = pytest_in(tmp_path, ["--rootdir=."], {})
    _before, slowest = printed.split("slowest files")
    assert len([line for line in slowest.splitlines() if line.endswith(".py")]) == 10


# -- lint --------------------------------------------------------------------------------------------------


def test_the_whole_suite_does_not_start_when_lint_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIDA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(lint, "failing", lambda: ["类型 types"])
    with pytest.raises(CommandRefusal, match="lint --fix"):
        main([])
    assert not (tmp_path / "home").exists()


def test_lint_says_which_checks_failed_after_all_had_their_say(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked: list[Sequence[str]] = []

    def passes(command: Sequence[str]) -> bool:
        asked.append(command)
        return command[0] == "mypy"

    monkeypatch.setattr(lint, "_passes", passes)
    assert lint.main([]) == 1
    assert [command[:2] for command in asked] == [("ruff", "format"), ("ruff", "check"), ("mypy", "--no-error-summary")]
    assert "format、风格 style" in capfd.readouterr().err


def test_lint_changes_files_only_when_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sequence[str]] = []
    monkeypatch.setattr(lint, "_passes", lambda command: not asked.append(command))
    assert lint.main([]) == 0
    assert ("ruff", "format", "--check", "--quiet") in asked
    asked.clear()
    assert lint.main(["--fix"]) == 0
    assert ("ruff", "format", "--quiet") in asked
    assert ("ruff", "check", "--fix", "--quiet") in asked
