"""Freezing: each event that ends something makes a package of all that is kept of its claim so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.archive import ArchivedFile, ArchiveStage, CaseFileFrozen
from contracts.intake import Claim
from contracts.treasury import DisbursementReturned, DisbursementSettled
from services.oversight.archive.package import Voucher, hash_of, manifest_of, together, voucher_of
from services.oversight.archive.store import Head, NewPackage, PackageStore

Ends = CaseFileFrozen | DisbursementSettled | DisbursementReturned


class FreezeOccasion(NamedTuple):
    """What an event adds to the package of its claim."""

    claim: Claim
    case_id: str
    stage: ArchiveStage
    files: tuple[ArchivedFile, ...]
    event: Received[Any]
    voucher: Voucher | None = None


def freeze(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """A package for each event that ends something; several of one claim follow one another in the order in which they were said.

    A package is the case's tenant's, whoever has paid.
    """
    ends = sorted(
        (each for each in events if isinstance(each.data, Ends)), key=lambda each: (each.envelope.time, each.id)
    )
    if not ends:
        return
    ended = [_occasion_of(event) for event in ends]
    archive = uow.of(PackageStore)
    heads = archive.heads([(each.claim, each.case_id) for each in ended])
    packages: list[NewPackage] = []
    for each in ended:
        key = (each.claim.tenant, each.claim.receipt)
        if (package := _package(each, heads[key])) is None:
            continue
        heads[key] = Head(package.number, package.files, package.sha256)
        packages.append(package)
    archive.add(packages)
    archive.keep(each.voucher for each in ended if each.voucher is not None)


def _occasion_of(event: Received[Ends]) -> FreezeOccasion:
    data = event.data
    if isinstance(data, CaseFileFrozen):
        return FreezeOccasion(data.claim, data.case_id, data.stage, data.files, event)
    voucher = voucher_of(data, event.envelope.time)
    stage: ArchiveStage = "settlement" if voucher.settled else "later"
    return FreezeOccasion(data.claim, data.case_id, stage, (voucher.file,), event, voucher)


def _package(ended: FreezeOccasion, head: Head) -> NewPackage | None:
    """None where everything that it would list is listed already."""
    number, frozen_at = head.packages + 1, ended.event.envelope.time
    files = together(head.files, ended.files)
    if head.packages and files == head.files:
        return None
    manifest = manifest_of(ended.claim, number, ended.stage, files, frozen_at, head.last_sha256)
    sha256 = hash_of(manifest)
    return NewPackage(ended.claim, ended.case_id, number, ended.stage, files, frozen_at, sha256, head.last_sha256)
