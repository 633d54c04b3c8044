"""The generated files: which they are, whether they are up to date, and what they were in an earlier commit."""

from __future__ import annotations

import difflib
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from console.place import CHECKOUT
from console.refusal import CommandRefusal

FOLDER = "contracts/generated"
FLOW_PICTURE = "docs/flow.md"
PERMISSION_TABLE = "docs/permissions.md"
METRICS_PAGE = "docs/metrics.md"
METRICS_RULES = "docs/alerts.yaml"
DOCUMENTS = (FLOW_PICTURE, PERMISSION_TABLE, METRICS_PAGE, METRICS_RULES)
BASELINE = "contracts/baseline.json"


def generated_files(root: Path = CHECKOUT) -> dict[str, str]:
    """Path below the checkout → text, of every generated file that is there."""
    files = [*sorted((root / FOLDER).rglob("*.json")), *(root / name for name in DOCUMENTS)]
    return {file.relative_to(root).as_posix(): file.read_text() for file in files if file.exists()}


def stale(wanted: Mapping[str, str], root: Path = CHECKOUT) -> list[str]:
    """The lines of a unified difference between the files that are there and what they should be."""
    there = generated_files(root)
    lines: list[str] = []
    for path in sorted({*there, *wanted}):
        old, new = there.get(path, "").splitlines(), wanted.get(path, "").splitlines()
        lines += difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", "", "", lineterm="")
    return lines


def write(wanted: Mapping[str, str], root: Path = CHECKOUT) -> list[str]:
    """Make the generated files exactly those that are wanted; the paths that changed or went away."""
    there = generated_files(root)
    changed = [path for path in sorted({*there, *wanted}) if there.get(path) != wanted.get(path)]
    for path in changed:
        file = root / path
        if path in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted[path])
        else:
            file.unlink()
    return changed


def committed_files(revision: str, root: Path = CHECKOUT) -> dict[str, str]:
    """The generated schemas and documents of a commit, by path. Raises Refusal without git, or such a commit."""
    paths = _git(root, "ls-tree", "-r", "--name-only", revision, "--", f"{FOLDER}/").splitlines()
    return dict(_texts(root, revision, paths))


def has_history(root: Path = CHECKOUT) -> bool:
    return (root / ".git").exists()


def _texts(root: Path, revision: str, paths: list[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        yield path, _git(root, "show", f"{revision}:{path}")


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise CommandRefusal("没有安装 git，无法读取已提交的契约。", "git is not installed.") from error
    if done.returncode != 0:
        said = done.stderr.strip()
        raise CommandRefusal(f"git 无法读取：{said}", f"git cannot read it: {said}")
    return done.stdout
