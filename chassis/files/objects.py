"""The object store: files lie under their tenant and their SHA-256, and never change.

By default a folder (`ZHIDA_HOME/objects`), by configuration S3: `OBJECTS_URL=s3://bucket/prefix`, with the usual AWS_*
variables for the address and the keys. Whoever knows a hash of another tenant gets nothing: the path begins with the
tenant of the unit of work.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.store import LocalStore, ObjectStore, S3Store, from_url

from chassis.files.limits import LARGEST_FILE
from chassis.files.spool import Spool, digest_of, spool_of_this_process
from chassis.foundation.settings import SettingMissing
from contracts.message import TenantId
from contracts.refusal import Invalid, NotFound

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

PIECE = 1024 * 1024
"""Bytes that are held in memory at once, on the way in and out."""

STORE_SECONDS = 10
"""How long one request to a store over the network may take: while it lasts, a green process does nothing else."""


INCOMING = "incoming"
LEFT_OVER = timedelta(days=1)
"""No upload takes so long."""


class ObjectUnknown(NotFound):
    """No file of this tenant has this hash."""

    code = "object_unknown"
    sentence = "没有找到该文件，请重新上传。"


class ObjectAltered(Invalid):
    """What lies in the store is not what was put there: its hash is another."""

    code = "object_altered"
    sentence = "文件内容与其校验值不符，可能已损坏，请重新上传。"


class TooLarge(Exception):
    """More bytes came than are allowed; nothing was kept."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store: its hash in hex, its size in bytes, and how it begins (for telling what it is)."""

    sha256: str
    size: int
    head: bytes


class Objects:
    """The port to the object store. What is uploaded is written in the gateway's event loop; reading, and what a service makes
    itself, is for the services' threads.

    `spool_in`: where the folder is made for copies that can be made again, if not among the temporary files.
    """

    def __init__(self, store: ObjectStore, folder: Path | None = None, *, spool_in: Path | None = None) -> None:
        self._store = store
        self._folder = folder
        self._spool_in = spool_in

    @property
    def spool(self) -> Spool:
        """This process's own, shared by all its stores."""
        return spool_of_this_process(self._spool_in)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Objects:
        """Raises SettingMissing when the environment names neither a store nor a home."""
        url = env.get("OBJECTS_URL")
        if not url:
            if not env.get("ZHIDA_HOME"):
                raise SettingMissing("缺少环境变量：OBJECTS_URL 或 ZHIDA_HOME (missing setting)")
            return cls.in_folder(Path(env["ZHIDA_HOME"]) / "objects")
        if url.startswith("file://"):
            return cls.in_folder(Path(url.removeprefix("file://")))
        limits: ClientConfig = {
            "timeout": timedelta(seconds=STORE_SECONDS),
            "connect_timeout": timedelta(seconds=5),
            "allow_http": env.get("AWS_ALLOW_HTTP", "").lower() == "true",  # the library forgets it beside limits
        }
        retries: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=STORE_SECONDS)}
        if url.startswith("s3://"):
            return cls(S3Store.from_url(url, client_options=limits, retry_config=retries))
        return cls(from_url(url, client_options=limits, retry_config=retries))

    @classmethod
    def in_folder(cls, folder: Path, *, spool_in: Path | None = None) -> Objects:
        """A store in a local folder, which is made if it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder), folder, spool_in=spool_in)

    async def keep(
        self, tenant: TenantId, pieces: AsyncIterator[bytes], *, limit: int, check: Callable[[StoredFile], None]
    ) -> StoredFile:
        """Store what comes, hashing it on the way; the same bytes twice are one object.

        Raises TooLarge for more than `limit` bytes, and whatever `check` raises; then nothing is kept.
        """
        incoming = f"{INCOMING}/{uuid.uuid4().hex}"
        digest, size, head = hashlib.sha256(), 0, b""
        writer = obstore.open_writer_async(self._store, incoming, buffer_size=5 * PIECE)
        try:
            async with writer:
                async for piece in pieces:
                    size += len(piece)
                    if size > limit:
                        raise TooLarge()
                    head += piece[: max(0, 8192 - len(head))]
                    digest.update(piece)
                    await writer.write(piece)
            kept = StoredFile(digest.hexdigest(), size, head)
            check(kept)
            await obstore.rename_async(self._store, incoming, _path(tenant, kept.sha256))
        except BaseException:
            await self._forget(incoming)
            raise
        return kept

    async def keep_part(self, pieces: AsyncIterator[bytes], *, limit: int) -> str:
        """Store a part of a file that comes in several; → its name, by which it is read and forgotten. Parts that nobody has
        forgotten go with other left-overs. Raises TooLarge for more than `limit` bytes, and what `pieces` raise; then nothing is kept.
        """
        incoming, size = f"{INCOMING}/{uuid.uuid4().hex}", 0
        try:
            async with obstore.open_writer_async(self._store, incoming, buffer_size=5 * PIECE) as writer:
                async for piece in pieces:
                    size += len(piece)
                    if size > limit:
                        raise TooLarge()
                    await writer.write(piece)
        except BaseException:
            await self._forget(incoming)
            raise
        return incoming

    async def of_parts(self, names: Iterable[str]) -> AsyncIterator[bytes]:
        """What these parts hold, one after the other. Raises ObjectUnknown for one that is not there."""
        for name in names:
            try:
                found = await obstore.get_async(self._store, name)
                async for piece in found.stream(min_chunk_size=PIECE):
                    yield bytes(piece)
            except FileNotFoundError as error:
                raise ObjectUnknown() from error

    async def forget_parts(self, names: Iterable[str]) -> None:
        for name in names:
            await self._forget(name)

    async def content(self, tenant: TenantId, sha256: str, *, limit: int) -> bytes:
        """The whole of a small file. Raises ObjectUnknown, or TooLarge for more than `limit` bytes."""
        if await self.size(tenant, sha256) > limit:
            raise TooLarge()
        return bytes(await (await obstore.get_async(self._store, _path(tenant, sha256))).bytes_async())

    def put(self, tenant: TenantId, content: bytes) -> StoredFile:
        """Store what a service has made itself; the same bytes twice are one object."""
        kept = StoredFile(hashlib.sha256(content).hexdigest(), len(content), content[:8192])
        obstore.put(self._store, _path(tenant, kept.sha256), content)
        return kept

    async def has(self, tenant: TenantId, sha256: str) -> bool:
        """Whether this tenant has a file with this hash."""
        try:
            await obstore.head_async(self._store, _path(tenant, sha256))
        except FileNotFoundError:
            return False
        return True

    async def size(self, tenant: TenantId, sha256: str) -> int:
        """How many bytes a file of this tenant has. Raises ObjectUnknown."""
        try:
            return int((await obstore.head_async(self._store, _path(tenant, sha256)))["size"])
        except FileNotFoundError as error:
            raise ObjectUnknown() from error

    async def head(self, tenant: TenantId, sha256: str, size: int = 64) -> bytes:
        """How a file of this tenant begins, for telling what it is. Raises ObjectUnknown."""
        try:
            found = await obstore.head_async(self._store, _path(tenant, sha256))
            end = min(size, found["size"])
            if end == 0:
                return b""
            return bytes(await obstore.get_range_async(self._store, _path(tenant, sha256), start=0, end=end))
        except FileNotFoundError as error:
            raise ObjectUnknown() from error

    def local_file(self, tenant: TenantId, sha256: str) -> Path:
        """A file on this host with the object's bytes, whose hash has just been checked; not to be written to.

        Raises ObjectUnknown or ObjectAltered.
        """
        if self._folder is None:
            return self._fetched(tenant, sha256)
        path = self._folder / _path(tenant, sha256)
        if not path.exists():
            raise ObjectUnknown()
        if digest_of(path) != sha256:
            raise ObjectAltered()
        return path

    def _fetched(self, tenant: TenantId, sha256: str) -> Path:
        """The object's copy in the spool, made if it is not there."""
        name = _path(tenant, sha256)
        if (copy := self.spool.found(name)) is not None:
            return copy
        with self.spool.working() as folder:
            made = folder / "object"
            digest, size = hashlib.sha256(), 0
            try:
                with made.open("xb") as file:
                    for piece in obstore.get(self._store, name).stream(min_chunk_size=PIECE):
                        digest.update(piece)
                        size += file.write(piece)
                        if size > LARGEST_FILE:
                            raise ObjectAltered()
                        time.sleep(0)  # green threads have their turn between two pieces
            except FileNotFoundError as error:
                raise ObjectUnknown() from error
            if digest.hexdigest() != sha256:
                raise ObjectAltered()
            return self.spool.keep(made, name)

    async def forget_left_overs(self) -> int:
        """Remove what came in and was never kept, because its process was killed; → how many."""
        before = datetime.now(UTC) - LEFT_OVER
        old = [
            each["path"]
            async for part in obstore.list(self._store, INCOMING)
            for each in part
            if each["last_modified"] < before
        ]
        for path in old:
            await self._forget(path)
        return len(old) + self._forget_staged(before)

    def _forget_staged(self, before: datetime) -> int:
        """The library writes beside the object's name (`name#1`) and does not list what is not whole."""
        staged = list((self._folder / INCOMING).glob("*#*")) if self._folder is not None else []
        old = [each for each in staged if datetime.fromtimestamp(each.stat().st_mtime, UTC) < before]
        for each in old:
            each.unlink(missing_ok=True)
        return len(old)

    async def _forget(self, path: str) -> None:
        try:
            await obstore.delete_async(self._store, path)
        except FileNotFoundError:
            return


def _path(tenant: TenantId, sha256: str) -> str:
    return f"{tenant}/{sha256[:2]}/{sha256}"
