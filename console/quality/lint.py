"""`./zhida lint`: format, style and types, as pyproject.toml says. `--fix` formats and mends what can be mended."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

from console.place import CHECKOUT


class Check(NamedTuple):
    name: str
    check: tuple[str, ...]
    """Changes nothing; exit code 0 when there is nothing to say."""
    fix: tuple[str, ...] | None = None


CHECKS = (
    Check("格式 format", ("ruff", "format", "--check", "--quiet"), ("ruff", "format", "--quiet")),
    Check("风格 style", ("ruff", "check", "--quiet"), ("ruff", "check", "--fix", "--quiet")),
    Check("类型 types", ("mypy", "--no-error-summary")),
)


def main(argv: Sequence[str]) -> int:
    """Returns 0 when every check is content, else 1, after all of them have had their say."""
    parser = argparse.ArgumentParser(prog="./zhida lint", description="格式、风格、类型 · format, style, types")
    parser.add_argument("--fix", action="store_true", help="自动排版并修正 · format, and mend what can be mended")
    failed = failing(fix=parser.parse_args(argv).fix)
    if failed:
        print(f"代码检查未通过:{'、'.join(failed)}。 (Lint failed.)", file=sys.stderr)
    else:
        print("代码检查通过。 (Lint is clean.)")
    return 1 if failed else 0


def failing(*, fix: bool = False) -> list[str]:
    """The names of the checks that are not content; each has said why on its own output."""
    return [check.name for check in CHECKS if not _passes((check.fix if fix else None) or check.check)]


def _passes(command: Sequence[str]) -> bool:
    return subprocess.run([sys.executable, "-m", *command], cwd=CHECKOUT, check=False).returncode == 0
