"""归档: what is kept of a claim for good: everything by its hash, frozen at the decision and at the settlement.

The national rules for archives of electronic documents (《电子文件归档与电子档案管理规范》 GB/T 18894) ask that what is kept is whole,
listed, and seen to be unaltered: a package lists each file with its SHA-256, and names the package before it by its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.case_events import CaseEvent
from contracts.intake import Claim, ReceiptNumber
from contracts.materials import Sha256
from contracts.message import Id, Model, Page, PagedQuery, Query, ServiceName, TenantId

FileKind = Literal["case_file", "notice", "material", "photograph", "minutes", "evidence", "voucher"]
"""办件全卷 · 文书 · 材料 · 现场照片 · 评审记录 · 佐证 · 支付凭证."""

ArchiveStage = Literal["decision", "settlement", "later"]
"""作出决定时 · 款项到账时 · 此后补充."""


class ArchivedFile(Model):
    """A file of the package. `sha256` names it in the object store of `kept_by`; a voucher is kept with the package itself.

    `size` in bytes is known of what the system has made; `at` is when it came about.
    """

    kind: FileKind
    name: str
    sha256: Sha256
    kept_by: TenantId
    at: datetime
    size: int | None = None


class CaseFileFrozen(CaseEvent):
    """A case is decided, and everything that the decision rests on is listed: the whole case as one file, the notices as they
    were issued, materials, photographs and minutes by their hashes. What comes later is listed later.
    """

    revision: int
    instalment: int
    stage: ArchiveStage = "decision"
    files: tuple[ArchivedFile, ...]
    frozen_at: datetime


class ArchivePackage(Model):
    """What is kept of a claim. Each package lists everything so far; it is never changed, and another follows it.

    `sha256` is that of the package's own list (`manifest`), `before` that of the package before.
    """

    tenant: TenantId
    receipt: ReceiptNumber
    case_id: Id
    number: int = Field(ge=1)
    stage: ArchiveStage
    enterprise_name: str
    uscc: str
    item_title: str
    department: str
    files: tuple[ArchivedFile, ...]
    frozen_at: datetime
    sha256: Sha256
    before: Sha256 | None = None


class ArchivePackages(Model):
    """Every package of a claim, the newest first."""

    items: tuple[ArchivePackage, ...] = ()


class GetArchivePackages(Query[ArchivePackages]):
    """What is kept of one claim."""

    owner: ClassVar[ServiceName] = "oversight"

    receipt: ReceiptNumber


class ArchivedClaim(Model):
    receipt: ReceiptNumber
    case_id: Id
    enterprise_name: str
    item_title: str
    department: str
    stage: ArchiveStage
    packages: int
    files: int
    frozen_at: datetime


class ArchivePage(Page):
    items: tuple[ArchivedClaim, ...] = ()


class ListArchive(PagedQuery[ArchivePage]):
    """The claims of the actor's tenant of which something is kept, or of its department alone: those frozen last at the top.

    `about`: a receipt number, a credit code, or a part of an enterprise's name.
    """

    owner: ClassVar[ServiceName] = "oversight"

    about: str | None = Field(default=None, max_length=60)


class ArchivedVoucher(Model):
    """A payment as it was settled or returned: the event, word for word, without what was sealed."""

    claim: Claim
    disbursement_id: Id
    amount_fen: int
    settled: bool
    at: datetime
    body: str


class GetArchivedVoucher(Query[ArchivedVoucher]):
    """A voucher that a package lists."""

    owner: ClassVar[ServiceName] = "oversight"

    receipt: ReceiptNumber
    sha256: Sha256
