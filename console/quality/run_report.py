"""What `./zhida test` adds to pytest's summary: the slowest files, and what failed before it passed.

A plugin, loaded by name (`-p console.quality.run_report`). What failed is written to the file that
ZHIDA_TEST_FAILED_NOW names; a run that is told by ZHIDA_TEST_FAILED_BEFORE what failed in the run before it says at
its end which of that has passed now, and how it had failed: a race or a busy machine, and worth a look.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

FAILED_NOW = "ZHIDA_TEST_FAILED_NOW"
FAILED_BEFORE = "ZHIDA_TEST_FAILED_BEFORE"

SLOWEST = 10
LAST_LINES = 12
"""How much of a first failure is shown: the error stands at its end."""


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
        self._passed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid
        self._seconds[test.split("::")[0]] += report.duration
        if report.failed:
            self._say_at_once(test, last_lines(report.longreprtext))
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
            self._keep_failures.write_text(json.dumps(self._failures, ensure_ascii=False), encoding="utf-8")

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
    failed_before = json.loads(Path(before).read_text(encoding="utf-8")) if before else {}
    config.pluginmanager.register(RunReport(config, failed_before, Path(now) if now else None), "zhida-run-report")
