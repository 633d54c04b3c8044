"""What the gateway keeps of an upload: who sent which file, when. The bytes lie in the object store."""

from __future__ import annotations

import codecs
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, MetaData, RowMapping, Table, Text

from chassis.files.objects import StoredFile
from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.refusal import Invalid
from contracts.uploads import RecordUpload, UploadView
from gateway.upload import Upload

MIB = 1024 * 1024
STAFF_LIMIT = 256 * MIB
ENTERPRISE_LIMIT = 20 * MIB
"""The largest file: a city's 300,000 enterprises with twelve facts each are about 90 MiB of CSV."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIGNS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
WIDE_TEXT = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How a text in UTF-16 begins, which is what Excel calls Unicode text: every other byte of it may be empty."""

TEXT_TYPES = frozenset({"text/csv", "text/plain", "application/json", "application/x-ndjson"})


class UploadEmpty(Invalid):
    """Not a single byte came."""

    code = "upload_empty"
    sentence = "文件是空的，请重新选择。"


class UploadTypeRefused(Invalid):
    """Only documents, pictures and tables are taken; what a file is, its own bytes say."""

    code = "upload_type_refused"
    sentence = "不支持该类型的文件。可上传：CSV、Excel（xlsx）、PDF、PNG、JPEG。"


class UploadTypeMismatch(Invalid):
    """The bytes are of another type than was declared."""

    code = "upload_type_mismatch"
    sentence = "文件内容是 {found}，与所声明的类型 {declared} 不符。"


def check(kept: StoredFile, declared: str) -> None:
    """Raises UploadEmpty, UploadTypeRefused or UploadTypeMismatch."""
    if kept.size == 0:
        raise UploadEmpty()
    media_type(kept.head, declared)


def media_type(head: bytes, declared: str) -> str:
    """What the file is. Raises UploadTypeRefused or UploadTypeMismatch."""
    found = next((name for sign, name in SIGNS.items() if head.startswith(sign)), None)
    if (
        found is None
        and head.startswith(b"PK\x03\x04")
        and (b"[Content_Types].xml" in head or b"xl/" in head or b"_rels/" in head)
    ):
        found = XLSX
    stated = declared.partition(";")[0].strip().lower()
    if found is None:
        if (
            head.startswith(b"PK\x03\x04")
            or (b"\x00" in head and not head.startswith(WIDE_TEXT))
            or stated not in TEXT_TYPES | {"", "application/octet-stream", "application/vnd.ms-excel"}
        ):
            raise UploadTypeRefused(field="Content-Type")
        return stated if stated in TEXT_TYPES else "text/csv"
    if stated not in ("", "application/octet-stream", found):
        raise UploadTypeMismatch(found=found, declared=stated, field="Content-Type")
    return found


class Uploads(AggregateStore[Upload]):
    table = Table(
        "upload",
        MetaData(),
        *aggregate_columns(),
        Column("sha256", Text, nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("media_type", Text, nullable=False),
        Column("file_name", Text),
        Column("uploaded_by", Text, nullable=False),
        Column("uploaded_at", DateTime(timezone=True), nullable=False),
    )
    aggregate_type = "upload"

    def to_row(self, aggregate: Upload) -> dict[str, Any]:
        own = ("sha256", "size", "media_type", "file_name", "uploaded_by", "uploaded_at")
        return {name: getattr(aggregate, name) for name in own}

    def from_row(self, row: RowMapping) -> Upload:
        return Upload(**dict(row))


def record_upload(cmd: RecordUpload, uow: UnitOfWork) -> UploadView:
    """Note who sent the file."""
    upload = Upload(
        id=uow.new_id(),
        tenant=uow.tenant,
        traceparent=uow.traceparent,
        sha256=cmd.sha256,
        size=cmd.size,
        media_type=cmd.media_type,
        file_name=cmd.file_name,
        uploaded_by=uow.actor.id,
        uploaded_at=uow.now,
    )
    uow.of(Uploads).save(upload)
    return upload.view()
