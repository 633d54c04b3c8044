"""Files that come in parts: what has come of each is a row, so that any process of the gateway goes on with it.

A part lies in the store under a name of its own until the file is whole. Two that send the same part at once are told apart by the
row's offset: the one that comes second has sent it for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, MetaData, RowMapping, Table, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns, own_row
from chassis.write.uow import UnitOfWork
from contracts.aggregate import Aggregate
from contracts.refusal import Conflict, Invalid, NotFound

LASTS = timedelta(hours=20)
"""From its beginning. Parts are left-overs after a day (`chassis.files.objects.LEFT_OVER`), so none is missed before."""

MOST_PARTS = 500
MOST_OPEN = 60
"""Parts of one file, and files that one person has begun and not ended."""


class UploadUnknown(NotFound):
    """Nobody has begun it, or somebody else has."""

    code = "upload_unknown"
    sentence = "没有找到这次上传，请重新选择文件。"


class UploadOffsetWrong(Conflict):
    """Something else has come meanwhile, or less than the sender believes."""

    code = "upload_offset_wrong"
    sentence = "上传位置不一致，请从第 {received} 字节继续。"


class UploadInTooManyParts(Conflict):
    code = "upload_in_too_many_parts"
    sentence = "文件分得过碎，请重新上传，每次传送至少几十 KB。"


class UploadsOpenTooMany(Conflict):
    code = "uploads_open_too_many"
    sentence = "您有较多没有传完的文件，请先传完，或明天再试。"


class UploadChecksumUnknown(Invalid):
    code = "upload_checksum_unknown"
    sentence = "Upload-Checksum 应为“sha1 ”或“sha256 ”加 Base64 摘要。"


class UploadPartMissing(Conflict):
    """A part that had come is gone from the store."""

    code = "upload_part_missing"
    sentence = "已传的部分丢失，请重新上传该文件。"


@dataclass(kw_only=True, slots=True)
class ResumableUpload(Aggregate):
    """One file that somebody is sending. `parts` are names in the store; `sha256` is there once it is whole and kept, `refused`
    why it was not (a code and its sentence)."""

    file_name: str | None
    size: int
    received: int
    parts: tuple[str, ...]
    uploaded_by: str
    begun_at: datetime
    expires_at: datetime
    sha256: str | None = None
    refused: tuple[str, str] | None = None

    @property
    def whole(self) -> bool:
        return self.received == self.size

    @property
    def ended(self) -> bool:
        return self.sha256 is not None or self.refused is not None

    def take(self, part: str, offset: int, size: int) -> None:
        """A part has come that begins at `offset`. Raises UploadOffsetWrong or UploadInTooManyParts."""
        if offset != self.received or offset + size > self.size or self.ended:
            raise UploadOffsetWrong(received=self.received)
        if len(self.parts) >= MOST_PARTS:
            raise UploadInTooManyParts()
        self.parts = (*self.parts, part)
        self.received += size


class ResumableUploads(AggregateStore[ResumableUpload]):
    """What was begun in the unit of work's tenant."""

    table = Table(
        "resumable_upload",
        MetaData(),
        *aggregate_columns(),
        Column("file_name", Text),
        Column("size", BigInteger, nullable=False),
        Column("received", BigInteger, nullable=False),
        Column("parts", JSONB, nullable=False),
        Column("uploaded_by", Text, nullable=False),
        Column("begun_at", DateTime(timezone=True), nullable=False),
        Column("expires_at", DateTime(timezone=True), nullable=False),
        Column("sha256", Text),
        Column("refused", JSONB(none_as_null=True)),
    )
    aggregate_type = "resumable_upload"
    missing = UploadUnknown

    def own(self, upload_id: str, *, lock: bool = True) -> ResumableUpload:
        """One that the actor has begun. Raises UploadUnknown."""
        c = self.table.c
        found = self.where(
            c.tenant == self._uow.tenant, c.id == upload_id, c.uploaded_by == self._uow.actor.id, lock=lock
        )
        if not found:
            raise UploadUnknown()
        return found[0]

    def open_of_actor(self) -> int:
        """How many the actor has begun that have come to no end and may still."""
        c = self.table.c
        mine = (c.tenant == self._uow.tenant, c.uploaded_by == self._uow.actor.id, c.expires_at > self._uow.now)
        unended = (c.sha256.is_(None), c.refused.is_(None))
        return int(self._uow.execute(select(func.count()).select_from(self.table).where(*mine, *unended)).scalar_one())

    def to_row(self, aggregate: ResumableUpload) -> dict[str, Any]:
        return own_row(self.table, aggregate) | {
            "parts": list(aggregate.parts),
            "refused": list(aggregate.refused) if aggregate.refused else None,
        }

    def from_row(self, row: RowMapping) -> ResumableUpload:
        read = dict(row) | {"parts": tuple(row["parts"]), "refused": tuple(row["refused"]) if row["refused"] else None}
        return ResumableUpload(**read)


def begin(uow: UnitOfWork, file_name: str | None, size: int) -> ResumableUpload:
    """Somebody is about to send a file of so many bytes. Raises UploadsOpenTooMany."""
    uploads = uow.of(ResumableUploads)
    if uploads.open_of_actor() >= MOST_OPEN:
        raise UploadsOpenTooMany()
    upload = ResumableUpload(
        id=uow.new_id(),
        tenant=uow.tenant,
        file_name=file_name,
        size=size,
        received=0,
        parts=(),
        uploaded_by=uow.actor.id,
        begun_at=uow.now,
        expires_at=uow.now + LASTS,
    )
    uploads.save(upload)
    return upload


def take(uow: UnitOfWork, upload_id: str, part: str, offset: int, size: int) -> ResumableUpload:
    """Raises UploadUnknown, UploadOffsetWrong or UploadInTooManyParts."""
    uploads = uow.of(ResumableUploads)
    upload = uploads.own(upload_id)
    upload.take(part, offset, size)
    uploads.save(upload)
    return upload


def end(
    uow: UnitOfWork, upload_id: str, *, sha256: str | None = None, refused: tuple[str, str] | None = None
) -> ResumableUpload:
    """It is kept, or refused; whoever comes second finds what the first has said."""
    uploads = uow.of(ResumableUploads)
    upload = uploads.own(upload_id)
    if not upload.ended:
        upload.sha256, upload.refused, upload.parts = sha256, refused, ()
        uploads.save(upload)
    return upload
