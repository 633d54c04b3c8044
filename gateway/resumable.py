"""Files that come in parts: what has come of each is a row, so that any process of the gateway goes on with it.

A part lies in the store under a name of its own until the file is whole. Two that send the same part at once are told apart by the
row's offset: the one that comes second has sent it for nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, MetaData, RowMapping, Table, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns, own_row
from chassis.write.uow import UnitOfWork
from gateway.resumable_upload import LASTS, MOST_OPEN, ResumableUpload, UploadsOpenTooMany, UploadUnknown


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
