"""`./zhida test` and `./zhida attack`: tests, on a database and a broker of their own that are taken down afterwards.

`./zhida test` without arguments: `./zhida lint` first, then all of them, and what failed once more. `./zhida attack`:
all of tests/attack, also what takes too long for every day, and nothing twice.

The tests find them by ZHIDA_TEST_PG_ADMIN (a libpq URL of the superuser) and ZHIDA_TEST_AMQP_URL, and by
ZHIDA_TEST_HOME, the home from which `Postgres(home)` and `RabbitMQ(home)` know them too (virtual hosts, faults).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from console.cluster.claim import HomeClaim
from console.cluster.roster import without_ours
from console.help import asked_for_help
from console.machine.quarters import open_home, quarters_for
from console.place import CHECKOUT, home_of
from console.progress import LiveProgress, Progress
from console.quality import lint, run_report
from console.quality.browser import browser
from console.refusal import CommandRefusal
from console.servers.postgres import SETTINGS, Postgres
from console.servers.rabbitmq import RabbitMQ

Address = TypeVar("Address")

PLUGIN = ("-p", "console.quality.run_report")
EVERYTHING = ("tests", "-n", "2", "--no-loadscope-reorder", "--durations", "15")
"""Two workers: tests/conftest.py says which tests must share one, and what comes first."""

DATABASE = {**SETTINGS, "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""Every test makes databases and drops them, and each drop would write out all that the others have changed. What a
test promises about a crash it proves on a server of its own (tests/system_kit.py), which keeps its word to the disk."""

ATTACKS = ("tests/attack", "-n", "2", "--no-loadscope-reorder", "--durations", "10")
ALL_ATTACKS = "ZHIDA_ATTACK"
"""Set, it lets those attacks run too that are marked `attack_only` (tests/attack/conftest.py)."""

SOME_FAILED = 1
MOST_RERUN = 20
"""When more than this fail, it is no race: they are not run again."""


def main(argv: list[str]) -> int:
    """Runs pytest with `argv` (default: all of tests/) and returns its exit code. `--keep` leaves the servers up."""
    if asked_for_help(argv, "./zhida test [--keep] [FILE …] [pytest 的其他参数 pytest's own]"):
        return 0
    arguments = [argument for argument in argv if argument != "--keep"]
    if not arguments and lint.failing():
        raise CommandRefusal(
            "代码检查未通过,测试没有运行:先运行 ./zhida lint --fix,再改正其余各处。",
            "Lint failed and no test was run: run ./zhida lint --fix first, and mend what is left.",
        )
    return _with_servers(arguments, keep="--keep" in argv)


def attack(argv: list[str]) -> int:
    """Runs all attacks, or those that `argv` names to pytest; the exit code is pytest's.

    None is run again when it fails: whoever attacks needs to succeed only once.
    """
    arguments = [argument for argument in argv if argument != "--keep"]
    named = any(argument.startswith(ATTACKS[0]) for argument in arguments)
    given = arguments if named else [*ATTACKS, *arguments]
    return _with_servers(given, keep="--keep" in argv, more={ALL_ATTACKS: "1"})


def _with_servers(arguments: list[str], *, keep: bool, more: Mapping[str, str] | None = None) -> int:
    home = open_home(open_home(home_of()) / "test")
    # A test kills the broker and makes virtual hosts: never one that serves somebody else, so AMQP_URL is not used.
    environ = without_ours(os.environ)
    environ["ZHIDA_PROGRAMS"] = str(quarters_for(home_of()).programs(os.environ))  # downloaded once for both homes
    if looks_at_pages(arguments):
        with LiveProgress() as progress:
            _start(progress, "Chromium", lambda: browser(environ, progress.note))
    postgres, rabbitmq = Postgres(home, environ, settings=DATABASE), RabbitMQ(home, environ)
    with HomeClaim(home, "test"):
        try:
            return _run(postgres, rabbitmq, home, {**environ, **(more or {})}, arguments)
        finally:
            if not keep:
                with ThreadPoolExecutor(2) as pool:
                    list(pool.map(lambda stop: stop(), (postgres.stop, rabbitmq.stop)))


def looks_at_pages(arguments: Sequence[str]) -> bool:
    """Whether tests in a browser are among them: it is fetched before any test's own time begins to count."""
    paths = [argument.split("::")[0].rstrip("/") for argument in arguments if not argument.startswith("-")]
    return not paths or any(path == "tests" or path.startswith("tests/browser") for path in paths)


def _run(postgres: Postgres, rabbitmq: RabbitMQ, home: Path, environ: Mapping[str, str], arguments: list[str]) -> int:
    with LiveProgress() as progress, ThreadPoolExecutor(2) as pool:
        admin = pool.submit(_start, progress, "PostgreSQL", postgres.start)
        address = pool.submit(_start, progress, "RabbitMQ", rabbitmq.start)
        servers = {"ZHIDA_TEST_PG_ADMIN": admin.result().dsn, "ZHIDA_TEST_AMQP_URL": address.result().url}
    environment = {**environ, **servers, "ZHIDA_HOME": str(home), "ZHIDA_TEST_HOME": str(home)}
    if arguments:
        return _pytest((*PLUGIN, *arguments), environment)
    return run_and_rerun(lambda given, more: _pytest((*PLUGIN, *given), {**environment, **more}), home)


def run_and_rerun(pytest: Callable[[Sequence[str], Mapping[str, str]], int], folder: Path) -> int:
    """Runs everything, and once more, alone, what failed: faults are injected beside other tests on two noisy cores.

    What fails again fails the suite. What passes only then is named at the end, with its first failure. When an attack
    or a race is among what failed, nothing is run again: it fails the suite as it is. `pytest` takes arguments and
    what is added to the environment, and returns its exit code.
    """
    failures = folder / "failed.json"
    failures.unlink(missing_ok=True)
    code = pytest(EVERYTHING, {run_report.FAILED_NOW: str(failures)})
    report = run_report.read_failures(failures)
    failed = list(report.failures)
    if code != SOME_FAILED or report.final or not 0 < len(failed) <= MOST_RERUN:
        return code
    print("以下用例单独重跑一次 (running once more, alone, what failed above)", flush=True)
    return pytest(failed, {run_report.FAILED_BEFORE: str(failures)})


def _pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=CHECKOUT, env=dict(environment), check=False
    ).returncode


def _start(progress: Progress, name: str, start: Callable[[], Address]) -> Address:
    with progress.step(name):
        return start()
