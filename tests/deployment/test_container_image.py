"""The Dockerfile, without a Docker engine: what it says, and whether what it would put in the image can run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from console.place import CHECKOUT, service_names
from tests.architecture.source_tree import PACKAGES

DOCKERFILE = (CHECKOUT / "Dockerfile").read_text()
TEST_TOOLS = {
    "pytest",
    "pytest-xdist",
    "hypothesis",
    "ruff",
    "import-linter",
    "check-jsonschema",
    "kubernetes-validate",
}

Step = tuple[str, str]


def steps(text: str) -> list[Step]:
    """(instruction, arguments) of a Dockerfile, continued lines joined and comments left out."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\s*\n\s*", "", "\n".join(lines))
    return [
        (name.upper(), arguments.strip())
        for name, _, arguments in (line.partition(" ") for line in joined.splitlines())
    ]


def copied(text: str) -> set[str]:
    """What comes from the build context."""
    plain = [arguments.split() for name, arguments in steps(text) if name == "COPY" and "--from" not in arguments]
    return {source.rstrip("/") for words in plain for source in words[:-1]}


def faults(text: str) -> list[str]:
    """Everything that an image for production must not be."""
    found = []
    final = text[text.rindex("\nFROM ") :]
    for _, arguments in (step for step in steps(text) if step[0] == "FROM"):
        if not re.match(r"python:3\.1[1-9]-slim-\w+(@sha256:\w+)?( AS \w+)?$", arguments):
            found.append(f"base image {arguments}")
    for name, arguments in steps(text):
        if name == "RUN" and re.search(r"pip install (?!.*--require-hashes.* -r requirements\.lock\b)", arguments):
            found.append("packages that are not in the lock file, or without their hashes")
    users = [arguments for name, arguments in steps(final) if name == "USER"]
    if not users or not re.match(r"[1-9]\d*(:[1-9]\d*)?$", users[-1]):
        found.append("runs as root, or as a user that a cluster cannot tell from root")
    names = [name for name, _ in steps(final)]
    found += [f"no {needed}" for needed in ("CMD", "HEALTHCHECK", "STOPSIGNAL") if needed not in names]
    if "PYTHONDONTWRITEBYTECODE=1" not in final:
        found.append("writes bytecode into a file system that is read-only")
    return found


def test_the_image_is_fit_for_production() -> None:
    assert faults(DOCKERFILE) == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("USER 10001:10001", "USER root"),
        ("USER 10001:10001", "USER zhida"),
        ("USER 10001:10001\n", ""),
        ("--require-hashes ", ""),
        ("requirements.lock \\", "requirements-test.lock \\"),
        ("FROM python:3.11-slim-bookworm\n", "FROM python:latest\n"),
        ("HEALTHCHECK", "# HEALTHCHECK"),
        ("ENV PYTHONDONTWRITEBYTECODE=1", "ENV NOTHING=1"),
    ],
)
def test_an_image_that_is_not_is_found(good: str, bad: str) -> None:
    assert good in DOCKERFILE
    assert faults(DOCKERFILE.replace(good, bad))


def test_exactly_the_production_packages_are_copied_and_let_into_the_build() -> None:
    assert copied(DOCKERFILE) == {*PACKAGES, "requirements.lock"}
    ignored = (CHECKOUT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == copied(DOCKERFILE)


def test_no_test_tool_is_locked_for_production() -> None:
    locked = {
        line.partition("==")[0] for line in (CHECKOUT / "requirements.lock").read_text().splitlines() if "==" in line
    }
    assert "nameko" in locked
    assert locked & TEST_TOOLS == set()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's /app: what the Dockerfile copies, and nothing else of this checkout."""
    app = tmp_path_factory.mktemp("app")
    for name in copied(DOCKERFILE) - {"requirements.lock"}:
        shutil.copytree(CHECKOUT / name, app / name, ignore=shutil.ignore_patterns("__pycache__", "generated"))
    return app


def run(image: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command of the image, with nothing in its environment."""
    environment = {"PATH": os.defpath, "PYTHONPATH": str(image), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, *command], cwd=image, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def command_of(instruction: str) -> list[str]:
    (arguments,) = (arguments for name, arguments in steps(DOCKERFILE) if name == instruction)
    words: list[str] = re.findall(r'"([^"]*)"', arguments)
    assert words[0] == "python"
    return words[1:]


def test_without_a_command_it_prints_what_it_can_run(image: Path) -> None:
    done = run(image, *command_of("CMD"))
    assert done.returncode == 0, done.stderr
    for service in service_names():
        assert service in done.stdout


def test_a_process_that_does_not_answer_is_not_healthy(image: Path) -> None:
    assert run(image, *command_of("HEALTHCHECK")).returncode == 1


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        (("-m", "gateway"), 2, "DATABASE_URL"),
        (("-W", "ignore", "-m", "chassis.edge.runner", "intake"), 2, "DATABASE_URL"),
        (("-m", "chassis.foundation.migrate", "intake"), 2, "OWNER_DATABASE_URL"),
        (("-m", "console.servers.provision_cluster"), 1, "TREASURY_OWNER_PASSWORD"),
        (("-m", "sandbox.bank", "--help"), 0, "--book"),
        (("-m", "sandbox.sms", "--help"), 0, "--book"),
    ],
)
def test_every_process_finds_all_that_it_needs_in_the_image(
    image: Path, command: tuple[str, ...], code: int, says: str
) -> None:
    """They get as far as missing their settings, and name them."""
    done = run(image, *command)
    assert done.returncode == code, done.stderr
    assert says in done.stdout + done.stderr
