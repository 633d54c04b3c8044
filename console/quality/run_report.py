"""What `./zhida test` adds to pytest's summary: the slowest files, and what failed before it passed.

A plugin, loaded by name (`-p console.quality.run_report`). What failed is written to the file that
ZHIDA_TEST_FAILED_NOW names; a run that is told by ZHIDA_TEST_FAILED_BEFORE what failed in the run before it says at
its end which of that has passed now, and how it had failed: a race or a busy machine, and worth a look.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

FAILED_NOW = "ZHIDA_TEST_FAILED_NOW"
FAILED_BEFORE = "ZHIDA_TEST_FAILED_BEFORE"

NEVER_RERUN = frozenset({"attack", "race"})
"""Marks of tests whose first failure is their answer: a race that is lost once is lost."""

SLOWEST = 10
LAST_LINES = 12
"""How much of a first failure is shown: the error stands at its end."""


@dataclass(frozen=True, slots=True)
class Failures:
    """What failed in a run: test → how it ended. `final`: those of them that must not be run again."""

    failures: dict[str, str] = field(default_factory=dict)
    final: tuple[str, ...] = ()


def read_failures(file: Path) -> Failures:
    """What a run has kept in `file`; nothing, if it came to no end."""
    if not file.exists():
        return Failures()
    kept = json.loads(file.read_text(encoding="utf-8"))
    return Failures(kept["failures"], tuple(kept["final"]))


def last_lines(text: str) -> str:
    return "\n".join(text.rstrip().splitlines()[-LAST_LINES:])


class RunReport:
    """Of one run: the seconds of each file, who failed and how, who passed."""

    def __init__(self, config: pytest.Config, failed_before: dict[str, str], keep_failures: Path | None) -> None:
        self._config = config
        self._failed_before = failed_before
        self._keep_failures = keep_failures
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._failures: dict[str, str] = {}
        self._final: set[str] = set()
        self._passed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid
        self._seconds[test.split("::")[0]] += report.duration
        if report.failed:
            self._say_at_once(test, last_lines(report.longreprtext))
            if not NEVER_RERUN.isdisjoint(report.keywords):
                self._final.add(test)
        elif report.when == "call" and report.passed:
            self._passed.add(test)

    def _say_at_once(self, test: str, failure: str) -> None:
        """A long run that is stopped, or read while it goes on, has named what failed so far."""
        self._failures.setdefault(test, failure)
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        assert isinstance(terminal, pytest.TerminalReporter)
        terminal.write_line(f"\nFAILED {test}")
        for line in failure.splitlines():
            terminal.write_line(f"    {line}")

    def pytest_sessionfinish(self) -> None:
        if self._keep_failures is not None:
            kept = {"failures": self._failures, "final": sorted(self._final)}
            self._keep_failures.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Before pytest's own last line, which says how many passed and is what others read."""
        if len(self._seconds) > SLOWEST:
            terminalreporter.section("最慢的文件 slowest files")
            for file, seconds in sorted(self._seconds.items(), key=lambda each: -each[1])[:SLOWEST]:
                terminalreporter.write_line(f"{seconds:8.1f} s  {file}")
        self._say_who_passed_only_alone(terminalreporter)

    def _say_who_passed_only_alone(self, terminalreporter: pytest.TerminalReporter) -> None:
        now_passed = [test for test in self._failed_before if test in self._passed and test not in self._failures]
        if now_passed:
            terminalreporter.section("先失败、单独重跑后通过 failed first, passed alone")
        for test in now_passed:
            terminalreporter.write_line(f"FLAKY {test}")
            for line in self._failed_before[test].splitlines():
                terminalreporter.write_line(f"    {line}")


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return  # the one who started the workers hears of every test
    before, now = os.environ.get(FAILED_BEFORE), os.environ.get(FAILED_NOW)
    failed_before = read_failures(Path(before)).failures if before else {}
    config.pluginmanager.register(RunReport(config, failed_before, Path(now) if now else None), "zhida-run-report")
