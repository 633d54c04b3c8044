"""An upload: who sent which file, when. Pure. Its rows, and what may be sent, are in `uploads`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.uploads import UploadView


@dataclass(kw_only=True, slots=True)
class Upload(Aggregate):
    """One act of sending a file. The same bytes may be sent more than once."""

    sha256: str
    size: int
    media_type: str
    file_name: str | None
    uploaded_by: str
    uploaded_at: datetime

    def view(self) -> UploadView:
        return UploadView(
            upload_id=self.id,
            tenant=self.tenant,
            sha256=self.sha256,
            size=self.size,
            media_type=self.media_type,
            file_name=self.file_name,
            uploaded_at=self.uploaded_at,
        )
