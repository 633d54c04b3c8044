"""What a backup says of itself: what is in it, of when, and by which hashes it is whole.

A backup is a folder. Its manifest is written last: a folder without one was not finished.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from chassis.foundation.migrate import histories
from console.refusal import CommandRefusal

NAME = "manifest.json"
OBJECTS = "objects"
LISTED = "objects.list"
FORMAT = 1
PIECE = 1024 * 1024

REVISION = re.compile(r'^revision(?:: str)? = "([^"]+)"', re.MULTILINE)
LINE = re.compile(r"(?P<tenant>[^/]+)/(?P<head>[0-9a-f]{2})/(?P<sha256>(?P=head)[0-9a-f]{62}) (?P<size>[0-9]+)")


class DumpEntry(BaseModel):
    """One database. `heads`: version table → revision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    size: int
    sha256: str
    heads: Mapping[str, str]


class Manifest(BaseModel):
    """`same_instant`: all databases are of one instant; else each is of an instant after those of its hearers, within
    milliseconds. `keys`: fingerprints of the keys that its secrets are sealed with, by name. `objects_digest` is the list's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["zhida"] = "zhida"
    format: int = FORMAT
    id: str
    taken_at: AwareDatetime
    same_instant: bool
    postgres: int
    databases: Mapping[str, DumpEntry]
    objects: int
    objects_bytes: int
    objects_digest: str
    keys: Mapping[str, str]

    def write(self, folder: Path) -> None:
        """Last of all, and at once."""
        body = self.model_dump(mode="json")
        fresh = folder / f"{NAME}.new"
        fresh.write_text(json.dumps({**body, "digest": _digest(body)}, indent=1, ensure_ascii=False), encoding="utf-8")
        fresh.replace(folder / NAME)


def read(folder: Path) -> Manifest:
    """The manifest of a backup, as it was written. Refuses what is none, is of a later format, or was changed."""
    try:
        said: Any = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CommandRefusal(
            f"{folder} 不是备份,或备份没有做完(缺 {NAME})。", f"{folder} is no backup, or one that was not finished."
        ) from error
    except (OSError, ValueError) as error:
        raise _broken(folder, error) from error
    if not isinstance(said, dict) or said.get("system") != "zhida":
        raise CommandRefusal(f"{folder / NAME} 不是直达的备份清单。", f"{folder / NAME} is of another system.")
    if said.get("format") != FORMAT:
        raise CommandRefusal(
            f"备份格式为 {said.get('format')},本版本只认得 {FORMAT};请用做备份的版本或更新的版本恢复。",
            f"The backup's format is {said.get('format')}; this version knows {FORMAT}.",
        )
    digest = said.pop("digest", None)
    try:
        manifest = Manifest.model_validate(said)
    except ValidationError as error:
        raise _broken(folder, error.errors()[0]["loc"]) from error
    if digest != _digest(said):
        raise _broken(folder, "digest")
    return manifest


def wrong(folder: Path, manifest: Manifest) -> list[str]:
    """Everything that is missing, of another size, of another content, or newer than this program; a sentence each."""
    return [
        *_wrong_dumps(folder, manifest),
        *_newer(manifest),
        *_wrong_objects(folder, manifest),
    ]


def _wrong_dumps(folder: Path, manifest: Manifest) -> Iterator[str]:
    for name, entry in manifest.databases.items():
        yield from _wrong_file(folder / entry.file, entry.size, entry.sha256, f"数据库 {name} 的 {entry.file}")


def _newer(manifest: Manifest) -> Iterator[str]:
    """What a later version has made: its migrations are not known here, and cannot be undone."""
    for name, entry in manifest.databases.items():
        for table, folder in histories(name):
            head = entry.heads.get(table)
            if head is not None and head not in known_revisions(folder):
                yield f"数据库 {name} 由更新的版本生成({head}),本版本不认得;请用那个版本或更新的版本恢复"


def _wrong_objects(folder: Path, manifest: Manifest) -> Iterator[str]:
    listed = folder / LISTED
    if not listed.is_file() or digest_of(listed) != manifest.objects_digest:
        yield f"文件清单 {LISTED} 缺失或已改动"
        return
    for path, size, sha256 in listed_objects(listed):
        yield from _wrong_file(folder / OBJECTS / path, size, sha256, f"上传的文件 {path}")


def _wrong_file(file: Path, size: int, sha256: str, what: str) -> Iterator[str]:
    if not file.is_file():
        yield f"{what} 缺失"
    elif file.stat().st_size != size or digest_of(file) != sha256:
        yield f"{what} 与清单的大小或哈希不符"


def listed_objects(listed: Path) -> Iterator[tuple[str, int, str]]:
    """(path in the store, bytes, SHA-256) of every object. A line that is none is an error of the program that wrote it."""
    with listed.open(encoding="utf-8") as lines:
        for line in lines:
            found = LINE.fullmatch(line.rstrip("\n"))
            if found is None:
                raise CommandRefusal(f"{listed} 中有无法识别的一行:{line!r}", f"{listed} has a line that is none.")
            yield line.rpartition(" ")[0], int(found["size"]), found["sha256"]


def known_revisions(folder: Path) -> set[str]:
    """The migrations of this checkout."""
    return {
        found[1]
        for file in (folder / "versions").glob("*.py")
        if (found := REVISION.search(file.read_text(encoding="utf-8")))
    }


def digest_of(file: Path) -> str:
    """SHA-256 in hex."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def fresh_id(at: datetime) -> str:
    """What a backup and its folder are called: they sort by time."""
    return f"zhida-{at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _broken(folder: Path, why: object) -> CommandRefusal:
    return CommandRefusal(
        f"备份清单 {folder / NAME} 已损坏或被改动({why}),不能恢复。",
        f"The manifest {folder / NAME} is broken or changed.",
    )
