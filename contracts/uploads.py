"""Files that were sent to the gateway and now lie in the object store, addressed by tenant and hash."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.message import Command, Id, Model, ServiceName, TenantId

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 of a file's bytes, in hex: how every command refers to it."""


class UploadView(Model):
    """`media_type` is what the bytes say they are, where they say it, and else what the sender says."""

    upload_id: Id
    tenant: TenantId
    sha256: Sha256
    size: int
    media_type: str
    file_name: str | None
    uploaded_at: datetime


class RecordUpload(Command[UploadView]):
    """Note who sent which file. Its bytes are in the object store already, and its hash has been computed there."""

    owner: ClassVar[ServiceName] = "gateway"

    sha256: Sha256
    size: int = Field(ge=1)
    media_type: str = Field(max_length=120)
    file_name: str | None = Field(default=None, max_length=200)
