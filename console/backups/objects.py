"""The uploaded files: into a backup, and out of it. They lie under their hash and never change.

A file that the last backup has already is linked and not copied: each backup is whole, and takes only what is new.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from console.backups.manifest import LISTED, OBJECTS, PIECE, digest_of, listed_objects

PLACE = re.compile(r"(?P<tenant>[^/]+)/(?P<head>[0-9a-f]{2})/(?P<sha256>(?P=head)[0-9a-f]{62})")


@dataclass
class Copied:
    """`damaged`: in the store, and not what their name says; `missing`: known to a database, and not in the store."""

    count: int = 0
    size: int = 0
    damaged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def copy_objects(store: Path, folder: Path, former: Path | None, wanted: Collection[str]) -> Copied:
    """Every whole object of `store` into the backup in `folder`, with the list of them; `wanted` are paths that must be there."""
    copied, seen = Copied(), set()
    with (folder / LISTED).open("w", encoding="utf-8") as listed:
        for path, sha256 in stored(store):
            size = _kept(store / path, folder / OBJECTS / path, former and former / OBJECTS / path, sha256)
            if size is None:
                copied.damaged.append(path)
                continue
            seen.add(path)
            listed.write(f"{path} {size}\n")
            copied.count, copied.size = copied.count + 1, copied.size + size
    copied.missing = sorted(set(wanted) - seen - set(copied.damaged))
    return copied


def stored(store: Path) -> Iterator[tuple[str, str]]:
    """(path, SHA-256) of what lies in a store, ascending; what is only coming in is none of it."""
    if not store.is_dir():
        return
    for file in sorted(store.rglob("*")):
        path = file.relative_to(store).as_posix()
        if (found := PLACE.fullmatch(path)) and file.is_file():
            yield path, found["sha256"]


def lay_out(folder: Path, store: Path) -> int:
    """The objects of a backup, copied below `store`; → how many. They were compared with the list before."""
    count = 0
    store.mkdir(parents=True, exist_ok=True)
    for path, _size, _sha256 in listed_objects(folder / LISTED):
        target = store / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / OBJECTS / path, target)
        count += 1
    return count


def _kept(source: Path, target: Path, former: Path | None, sha256: str) -> int | None:
    """Its size once it is in the backup; None if its content is not what its name says."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if former is not None and former.is_file() and digest_of(former) == sha256:
        os.link(former, target)
        return target.stat().st_size
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as content, target.open("xb") as copy:
        while piece := content.read(PIECE):
            digest.update(piece)
            size += copy.write(piece)
    if digest.hexdigest() != sha256:
        target.unlink()
        return None
    return size
