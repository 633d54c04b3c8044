"""A file that comes in parts: how long it may take, what is refused, and what has come of it. Pure. Its rows are in `resumable`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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
