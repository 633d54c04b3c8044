"""Setting up a checkout: once, whole, and also where Python brings no pip.

Where Python brings no pip, a small stand-in for it, served by an index on disk, installs itself and "installs" what
a lock file names by writing down that it did. Everything else is real: the virtual environment, the stamps, and for
`./zhida` also pip and a package with its hash.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from console.place import CHECKOUT
from console.refusal import CommandRefusal
from console.setup.bootstrap import Setup

PIP = """
import pathlib, sys, sysconfig, zipfile
library = pathlib.Path(sysconfig.get_paths()["purelib"])
if "--no-index" in sys.argv:
    zipfile.ZipFile(sys.argv[-1]).extractall(library)
elif "install" in sys.argv:
    lock = pathlib.Path(sys.argv[-1])
    if "refuse" in lock.read_text():
        sys.exit("THESE PACKAGES DO NOT MATCH THE HASHES")
    assert "--require-hashes" in sys.argv
    for name in lock.read_text().split():
        print("Collecting", name)
    with (library / "installed").open("a") as out:
        print(lock.name, file=out)
"""


def offer(index: Path, wheel_name: str, files: Mapping[str, str]) -> str:
    """Puts a wheel of `files` on the index; returns its sha256."""
    page = index / wheel_name.partition("-")[0]
    page.mkdir(parents=True)
    with zipfile.ZipFile(page / wheel_name, "w") as out:
        for name, text in files.items():
            out.writestr(name, text)
    digest = hashlib.sha256((page / wheel_name).read_bytes()).hexdigest()
    (page / "index.html").write_text(f'<!DOCTYPE html><a href="{wheel_name}#sha256={digest}">{wheel_name}</a>')
    return digest


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index with the stand-in for pip, which the environment's pip configuration names."""
    index = tmp_path / "index"
    offer(index, "pip-99.0-py3-none-any.whl", {"pip/__init__.py": "", "pip/__main__.py": PIP})
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", index.as_uri())
    return index


@pytest.fixture
def checkout(tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two locks, on a machine whose Python has no ensurepip."""
    root = tmp_path / "直达 checkout"
    root.mkdir()
    (root / "requirements.lock").write_text("one==1\n")
    (root / "requirements-test.lock").write_text("one==1\ntwo==2\n")
    real = Setup._venv
    monkeypatch.setattr(Setup, "_venv", lambda self, with_pip: not with_pip and real(self, with_pip=False))
    return root


def installed(root: Path) -> list[str]:
    return next(root.glob(".venv/lib/python*/site-packages/installed")).read_text().split()


def test_a_python_without_pip_gets_one_from_the_configured_index(checkout: Path) -> None:
    Setup(checkout, "requirements.lock").run()
    assert installed(checkout) == ["requirements.lock"]


def test_a_finished_set_up_is_not_repeated(checkout: Path) -> None:
    Setup(checkout, "requirements.lock").run()
    Setup(checkout, "requirements.lock").run()
    assert installed(checkout) == ["requirements.lock"]


def test_a_changed_lock_file_is_installed_into_the_same_environment(checkout: Path) -> None:
    Setup(checkout, "requirements.lock").run()
    (checkout / "requirements.lock").write_text("one==1.1\n")
    assert not Setup(checkout, "requirements.lock").is_done()
    Setup(checkout, "requirements.lock").run()
    assert installed(checkout) == ["requirements.lock", "requirements.lock"]


def test_what_the_tests_need_includes_what_everything_needs(checkout: Path) -> None:
    Setup(checkout, "requirements-test.lock").run()
    assert Setup(checkout, "requirements.lock").is_done()


def test_running_does_not_need_what_the_tests_need(checkout: Path) -> None:
    Setup(checkout, "requirements.lock").run()
    assert not Setup(checkout, "requirements-test.lock").is_done()


def test_an_interrupted_set_up_starts_over(checkout: Path) -> None:
    Setup(checkout, "requirements.lock").run()
    debris = checkout / ".venv" / "half-written"
    debris.touch()
    (checkout / ".venv" / ".zhida-unfinished").touch()  # what kill -9 leaves behind
    Setup(checkout, "requirements.lock").run()
    assert not debris.exists()
    assert Setup(checkout, "requirements.lock").is_done()


def test_a_failed_installation_says_so_and_is_tried_again(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "requirements.lock").write_text("refuse==1\n")
    with pytest.raises(CommandRefusal, match="依赖"):
        Setup(checkout, "requirements.lock").run()
    assert "DO NOT MATCH THE HASHES" in capsys.readouterr().err
    (checkout / "requirements.lock").write_text("one==1\n")
    Setup(checkout, "requirements.lock").run()
    assert Setup(checkout, "requirements.lock").is_done()


def test_without_any_pip_the_one_package_to_install_is_named(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_INDEX_URL")
    monkeypatch.setenv("PATH", "/nonexistent")  # no apt either
    with pytest.raises(CommandRefusal, match="python3-venv"):
        Setup(checkout, "requirements.lock").run()


def zhida(root: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    # As in a shell that runs no tests: these two would lead back into the checkout that is being tested.
    outside = {name: value for name, value in os.environ.items() if name not in ("ZHIDA_HOME", "PYTHONPATH")}
    return subprocess.run(
        [root / "zhida", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**outside, **(environ or {})},
    )


def test_the_one_command_sets_itself_up_once_and_hands_over(tmp_path: Path, index: Path) -> None:
    root = tmp_path / "fresh clone"
    shutil.copytree(CHECKOUT / "console", root / "console", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "zhida", root)
    (root / "console" / "__main__.py").write_text("import sys; print(sys.prefix, sys.argv[1:])")
    digest = offer(
        index,
        "tiny-1.0-py3-none-any.whl",
        {
            "tiny.py": "",
            "tiny-1.0.dist-info/RECORD": "",
            "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
            "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        },
    )
    for name in ("requirements.lock", "requirements-test.lock"):
        (root / name).write_text(f"tiny==1.0 \\\n    --hash=sha256:{digest}\n")
    first = zhida(root, "status", "--all of it")
    assert first.returncode == 0, first.stderr
    assert first.stdout == f"{root}/.venv ['status', '--all of it']\n"
    assert "准备运行环境" in first.stderr
    again = zhida(root, "test")
    assert again.stdout == f"{root}/.venv ['test']\n"
    assert again.stderr == ""


def test_a_machine_without_python_is_told_what_to_install(tmp_path: Path) -> None:
    root = tmp_path / "clone"
    root.mkdir()
    shutil.copy(CHECKOUT / "zhida", root)
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "dirname", "readlink"):
        (tools / tool).symlink_to(shutil.which(tool) or sys.exit(tool))
    answer = zhida(root, "demo", environ={"PATH": str(tools)})
    assert answer.returncode == 1
    assert "Python 3.11" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_taking_down_downloads_nothing_even_where_nothing_was_set_up(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    (root / "console").mkdir(parents=True)
    shutil.copy(CHECKOUT / "zhida", root)
    (root / "requirements.lock").write_text("one==1\n")
    (root / "console" / "bootstrap.py").write_text("raise SystemExit('it was set up')\n")
    never_ran = zhida(root, "down")
    assert (never_ran.returncode, "没有运行过" in never_ran.stdout) == (0, True), never_ran
    (root / ".zhida" / "run").mkdir(parents=True)
    (root / ".zhida" / "run" / "gateway.pid").touch()
    left = zhida(root, "down")
    assert (left.returncode, str(root / ".zhida" / "run") in left.stderr) == (1, True), left


def test_taking_down_uses_what_is_there_whatever_the_lock_file_says(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    (root / "console").mkdir(parents=True)
    shutil.copy(CHECKOUT / "zhida", root)
    (root / "requirements.lock").write_text("one==2\n")
    (root / "console" / "bootstrap.py").write_text("raise SystemExit('it was set up')\n")
    (root / "console" / "__main__.py").write_text("import sys; print('asked to', *sys.argv[1:])\n")
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    answer = zhida(root, "down", "--wipe")
    assert (answer.returncode, answer.stdout) == (0, "asked to down --wipe\n"), answer
