"""What is kept of claims as rows: a head of each claim, its packages and vouchers, which are only added to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import TypeAdapter

from chassis.write.uow import UnitOfWork
from contracts.archive import ArchivedFile, ArchiveStage
from contracts.intake import Claim
from services.oversight.archive.package import Voucher

FILES: TypeAdapter[tuple[ArchivedFile, ...]] = TypeAdapter(tuple[ArchivedFile, ...])

BEGIN = """
INSERT INTO archived_claim (tenant, receipt, case_id, enterprise_name, uscc, item_title, department, department_id, packages, files)
SELECT tenant, receipt, case_id, enterprise_name, uscc, item_title, department, department_id, 0, '[]'
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, receipt text, case_id text, enterprise_name text, uscc text,
    item_title text, department text, department_id text)
ORDER BY tenant, receipt ON CONFLICT DO NOTHING
"""

HOLD = """
SELECT a.tenant, a.receipt, a.packages, CAST(a.files AS text) AS files, a.last_sha256
FROM unnest(CAST(:tenants AS text[]), CAST(:receipts AS text[])) AS k(t, r)
JOIN archived_claim a ON (a.tenant, a.receipt) = (k.t, k.r)
ORDER BY a.tenant, a.receipt FOR UPDATE OF a
"""

ADD = """
INSERT INTO archive_package (tenant, receipt, number, stage, case_id, files, frozen_at, sha256, before)
SELECT tenant, receipt, number, stage, case_id, files, frozen_at, sha256, before
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, receipt text, number integer, stage text, case_id text, files jsonb,
    frozen_at timestamptz, sha256 text, before text)
ORDER BY tenant, receipt, number
"""

FOLLOW = """
UPDATE archived_claim a SET packages = r.number, files = r.files, stage = r.stage, frozen_at = r.frozen_at, last_sha256 = r.sha256
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, receipt text, number integer, stage text, files jsonb,
    frozen_at timestamptz, sha256 text)
WHERE (a.tenant, a.receipt) = (r.tenant, r.receipt)
"""

KEEP_VOUCHERS = """
INSERT INTO archive_voucher (tenant, receipt, sha256, case_id, disbursement_id, amount_fen, settled, at, claim, body)
SELECT tenant, receipt, sha256, case_id, disbursement_id, amount_fen, settled, at, claim, body
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, receipt text, sha256 text, case_id text, disbursement_id text,
    amount_fen bigint, settled boolean, at timestamptz, claim jsonb, body text)
ORDER BY tenant, receipt, sha256 ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Head:
    """How far the packages of a claim go."""

    packages: int
    files: tuple[ArchivedFile, ...]
    last_sha256: str | None


@dataclass(frozen=True, slots=True)
class NewPackage:
    claim: Claim
    case_id: str
    number: int
    stage: ArchiveStage
    files: tuple[ArchivedFile, ...]
    frozen_at: datetime
    sha256: str
    before: str | None


class PackageStore:
    """Where packages are written; each statement is one for a batch, in key order."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def heads(self, claims: Collection[tuple[Claim, str]]) -> dict[tuple[str, str], Head]:
        """The heads of these claims (with their cases), locked; made where there is none."""
        unique = {(claim.tenant, claim.receipt): (claim, case_id) for claim, case_id in claims}
        self._uow.execute(BEGIN, {"rows": _rows(_head(claim, case_id) for claim, case_id in unique.values())})
        asked = {"tenants": [tenant for tenant, _ in unique], "receipts": [receipt for _, receipt in unique]}
        return {
            (row.tenant, row.receipt): Head(row.packages, FILES.validate_json(row.files), row.last_sha256)
            for row in self._uow.execute(HOLD, asked)
        }

    def add(self, packages: Sequence[NewPackage]) -> None:
        """Add these; the last of each claim is its head."""
        if not packages:
            return
        self._uow.execute(ADD, {"rows": _rows(_package(each) for each in packages)})
        last = {(each.claim.tenant, each.claim.receipt): each for each in packages}
        self._uow.execute(FOLLOW, {"rows": _rows(_package(each) for each in last.values())})

    def keep(self, vouchers: Iterable[Voucher]) -> None:
        rows = [_voucher(each) for each in vouchers]
        if rows:
            self._uow.execute(KEEP_VOUCHERS, {"rows": _rows(rows)})


def _rows(rows: Iterable[dict[str, Any]]) -> str:
    return orjson.dumps([*rows]).decode()


def _head(claim: Claim, case_id: str) -> dict[str, Any]:
    own = ("tenant", "receipt", "enterprise_name", "uscc", "item_title", "department", "department_id")
    return {name: getattr(claim, name) for name in own} | {"case_id": case_id}


def _package(package: NewPackage) -> dict[str, Any]:
    return {
        "tenant": package.claim.tenant,
        "receipt": package.claim.receipt,
        "case_id": package.case_id,
        "number": package.number,
        "stage": package.stage,
        "files": FILES.dump_python(package.files, mode="json"),
        "frozen_at": package.frozen_at,
        "sha256": package.sha256,
        "before": package.before,
    }


def _voucher(voucher: Voucher) -> dict[str, Any]:
    own = ("case_id", "disbursement_id", "amount_fen", "settled", "at", "body", "sha256")
    said = {name: getattr(voucher, name) for name in own}
    claim = voucher.claim
    return said | {"tenant": claim.tenant, "receipt": claim.receipt, "claim": claim.model_dump(mode="json")}
