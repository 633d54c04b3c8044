"""Packages of the machine's own Debian or Ubuntu archive, unpacked into a private folder.

No root, and nothing of the system is touched: `apt-get download` and `dpkg -x` write where they are told to. When
the system's package lists are empty or out of date (a fresh container), private ones are fetched instead.
Authenticity is apt's own business throughout: signatures of the lists, checksums of the packages.
Standard library only: `console.setup.bootstrap` uses this before anything is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

TOOLS = ("apt-get", "apt-cache", "dpkg", "dpkg-query")
# apt-cache's listing: a package at the start of a line, below it what it depends on. "|" marks one of several
# alternatives, of which the next line is another; "<name>" is virtual, no package.
DEPENDS = re.compile(r"^(?P<package>\S+)$|^ (?P<alternative>[ |])(?:Pre)?Depends: (?P<name>\S+)$", re.MULTILINE)


class DebianFault(Exception):
    """apt or dpkg failed; the message is what it said."""


class DebianArchive:
    """`scratch` holds private lists and downloads; it may be deleted afterwards."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._private_lists = False

    @staticmethod
    def reachable_from_here() -> bool:
        """Whether this is a machine of that family at all."""
        return all(shutil.which(tool) for tool in TOOLS)

    def unpack(self, names: Iterable[str], into: Path) -> None:
        """Downloads exactly these packages and unpacks them below `into`. Raises DebianFault."""
        wanted = sorted(names)
        downloads = self._scratch / "debs"
        shutil.rmtree(downloads, ignore_errors=True)
        downloads.mkdir(parents=True)
        try:
            self._apt("apt-get", "download", *wanted, cwd=downloads)
        except DebianFault:
            if self._private_lists:
                raise
            self._fetch_private_lists()  # the system's lists name versions that the archive no longer has
            self._apt("apt-get", "download", *wanted, cwd=downloads)
        into.mkdir(parents=True, exist_ok=True)
        for package in sorted(downloads.glob("*.deb")):
            _run(["dpkg", "-x", str(package), str(into)])
        shutil.rmtree(downloads)

    def closure(self, package: str, keep: Callable[[str], bool]) -> set[str]:
        """`package` and what it depends on, as far as `keep` says yes; of alternatives the first one."""
        if not self._knows(package):
            self._fetch_private_lists()
        depends = self._depends(package)
        found: set[str] = set()
        todo = [package]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += [other for other in depends.get(name, []) if keep(other)]
        return found

    def _depends(self, package: str) -> dict[str, list[str]]:
        """Everything below `package`, in one call: each call of apt-cache reads the whole archive's lists anew."""
        said = self._apt(
            "apt-cache",
            "depends",
            "--recurse",
            "--no-recommends",
            "--no-suggests",
            "--no-conflicts",
            "--no-breaks",
            "--no-replaces",
            "--no-enhances",
            package,
        )
        depends: dict[str, list[str]] = {}
        names: list[str] = []
        decided = False
        for match in DEPENDS.finditer(said):
            if match["package"]:
                names = depends.setdefault(match["package"], [])
                decided = False
                continue
            if not decided and not match["name"].startswith("<"):
                names.append(match["name"].partition(":")[0])
                decided = True
            decided = decided and match["alternative"] == "|"
        return depends

    def _knows(self, package: str) -> bool:
        try:
            return bool(self._apt("apt-cache", "show", "--no-all-versions", package).strip())
        except DebianFault:
            return False

    def _fetch_private_lists(self) -> None:
        self._private_lists = True
        for folder in ("state/lists/partial", "cache/archives/partial"):
            (self._scratch / folder).mkdir(parents=True, exist_ok=True)
        self._apt("apt-get", "update")

    def _apt(self, tool: str, *arguments: str, cwd: Path | None = None) -> str:
        options = ["-o", "Acquire::Retries=3"]
        if os.geteuid() == 0:
            options += ["-o", "APT::Sandbox::User=root"]  # apt's own account may not be able to enter `scratch`
        if self._private_lists:
            options += [
                "-o",
                f"Dir::State={self._scratch / 'state'}",
                "-o",
                f"Dir::Cache={self._scratch / 'cache'}",
                "-o",
                "Dir::State::status=/var/lib/dpkg/status",
            ]
        return _run([tool, *options, *arguments], cwd=cwd)


def is_installed(package: str) -> bool:
    """Whether dpkg has `package` installed on this system."""
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ", package], capture_output=True, text=True, check=False
    )
    return "installed" in done.stdout.split()


def _run(command: list[str], cwd: Path | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    if done.returncode != 0:
        raise DebianFault(f"{' '.join(command[:1] + command[-2:])}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
