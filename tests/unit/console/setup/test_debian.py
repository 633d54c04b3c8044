"""Debian's archive without root: what is asked of apt and dpkg, told by stand-ins that write down their calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from console.setup.debian import DebianArchive, DebianFault

APT_CACHE = """
case "$*" in
  *"show --no-all-versions server") {known} ;;
  *--recurse*" server")
     printf 'server\\n  Depends: adduser\\n |Depends: erlang-base\\n  Depends: <erlang-hipe>\\n  Depends: erlang-ssl\\n'
     printf 'adduser\\n  Depends: erlang-of-no-interest\\nerlang-base\\n  PreDepends: libc6\\n    libc6-other\\n<erlang-hipe>\\n'
     printf 'erlang-ssl\\n |Depends: <virtual>\\n  Depends: erlang-crypto:any\\n  Depends: erlang-base\\n' ;;
  *) echo ;;
esac
"""
APT_GET = """
echo "$*" >> {calls}
case "$*" in
  *update*) exit {update} ;;
  *download*) case "$*" in *Dir::State=*) ;; *) [ {fresh} = yes ] || {{ echo '404 Not Found' >&2; exit 100; }} ;; esac
     for package; do case $package in erlang-*|server) : > "$package.deb" ;; esac; done ;;
esac
"""
DPKG = """
[ "$1" = -x ] && mkdir -p "$3" && touch "$3/$(basename "$2" .deb)"
"""


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """`apt(known=…, fresh=…, update=…)` puts stand-ins first on the PATH; returns the file of apt-get's calls."""
    folder, calls = tmp_path / "bin", tmp_path / "calls"
    folder.mkdir()

    def install(*, known: bool = True, fresh: bool = True, update: int = 0) -> Path:
        programs = {
            "apt-cache": APT_CACHE.format(known="echo known" if known else "exit 100"),
            "apt-get": APT_GET.format(calls=calls, update=update, fresh="yes" if fresh else "no"),
            "dpkg": DPKG,
        }
        for name, text in programs.items():
            (folder / name).write_text("#!/bin/sh\n" + text)
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        return calls

    return install


def erlang(package: str) -> bool:
    return package.startswith("erlang-")


def test_dependencies_are_followed_as_far_as_they_are_wanted(apt: Callable[..., Path], tmp_path: Path) -> None:
    apt()
    found = DebianArchive(tmp_path / "scratch").closure("server", keep=erlang)
    assert found == {"server", "erlang-base", "erlang-ssl", "erlang-crypto"}


def test_packages_are_unpacked_where_they_were_told_to(apt: Callable[..., Path], tmp_path: Path) -> None:
    apt()
    DebianArchive(tmp_path / "scratch").unpack(["server", "erlang-base"], tmp_path / "root")
    assert {file.name for file in (tmp_path / "root").iterdir()} == {"server", "erlang-base"}


@pytest.mark.parametrize("condition", [{"known": False}, {"fresh": False}], ids=["empty lists", "old lists"])
def test_useless_package_lists_are_replaced_by_private_ones(
    apt: Callable[..., Path], tmp_path: Path, condition: dict[str, bool]
) -> None:
    calls = apt(**condition)
    scratch = tmp_path / "scratch"
    archive = DebianArchive(scratch)
    archive.unpack(archive.closure("server", keep=erlang), tmp_path / "root")
    updates = [line for line in calls.read_text().splitlines() if line.endswith("update")]
    assert len(updates) == 1
    assert f"Dir::State={scratch}/state" in updates[0]
    assert f"Dir::Cache={scratch}/cache" in updates[0]
    assert (tmp_path / "root" / "server").exists()


def test_an_archive_that_cannot_be_reached_is_a_fault_in_apts_own_words(
    apt: Callable[..., Path], tmp_path: Path
) -> None:
    apt(fresh=False, update=100)
    with pytest.raises(DebianFault):
        DebianArchive(tmp_path / "scratch").unpack(["server"], tmp_path / "root")
    assert not (tmp_path / "root").exists()
