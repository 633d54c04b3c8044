"""Packages of the archive on a real database: frozen at the decision and at the settlement, chained, never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from tracking_kit import Oversight

from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox, Subscription
from chassis.events.received import Received
from console.servers.provision import Dsns
from contracts.archive import (
    ArchivedFile,
    ArchivePackage,
    ArchivePackages,
    ArchivePage,
    CaseFileFrozen,
    GetArchivedVoucher,
    GetArchivePackages,
    ListArchive,
)
from contracts.message import Actor
from contracts.treasury import DisbursementReturned, DisbursementSettled
from services.oversight.archive import use_cases, views
from services.oversight.archive.package import hash_of, manifest_of
from services.oversight.use_cases import tenants_of
from tests.unit.oversight.case_story import after, case_of, claim, heard, money

RECEIPT = claim().receipt
BUREAU = Actor(id="bureau-1", roles=frozenset({"bureau"}))
SCIENCE = Actor(id="officer-1", roles=frozenset({"department"}), department="市科学技术局", department_id="dep-9")
ENDS = frozenset({"CaseFileFrozen", "DisbursementSettled", "DisbursementReturned"})


@pytest.fixture
def oversight(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Oversight:
    dsns = service_database("oversight")
    found = Oversight(service_frame("oversight", dsns=dsns), dsns)
    freeze = Subscription("freeze", ENDS, use_cases.freeze, tenants_of)
    found.inbox = Inbox("oversight", [freeze], found.frame.event_unit, max_attempts=3)
    return found


def file(name: str, kind: Any = "notice") -> ArchivedFile:
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return ArchivedFile(kind=kind, name=name, sha256=sha256, kept_by="ganzhou", at=after(1), size=10)


def frozen(*files: ArchivedFile, minute: float = 2, sequence: int = 1) -> Received[Any]:
    said = CaseFileFrozen(
        case_id=case_of(claim()), claim=claim(), revision=1, instalment=1, files=files, frozen_at=after(minute)
    )
    return heard(said, subject="case", sequence=sequence, minute=minute)


def paid(kind: Any = DisbursementSettled, *, minute: float = 5, sequence: int = 1) -> Received[Any]:
    return heard(
        money(kind, claim()), tenant="xingguo", origin="xingguo", subject="d-1", sequence=sequence, minute=minute
    )


def packages(oversight: Oversight, actor: Actor = BUREAU) -> list[ArchivePackage]:
    answer = oversight.asked(GetArchivePackages(receipt=RECEIPT), views.get_archive_packages, "ganzhou", actor)
    return list(ArchivePackages.model_validate(answer["ok"]).items)


def test_a_package_is_frozen_at_the_decision_and_another_at_the_settlement(oversight: Oversight) -> None:
    oversight.hears(frozen(file("办件全卷.json", "case_file"), file("批准通知书")))
    oversight.hears(paid())
    settlement, decision = packages(oversight)
    assert [(each.number, each.stage) for each in (decision, settlement)] == [(1, "decision"), (2, "settlement")]
    assert [each.kind for each in settlement.files] == ["case_file", "notice", "voucher"]
    assert decision.files == settlement.files[:2]
    assert (decision.before, settlement.before) == (None, decision.sha256)


def test_each_list_has_the_hash_that_is_said_of_it(oversight: Oversight) -> None:
    oversight.hears(frozen(file("批准通知书")), paid())
    for each in packages(oversight):
        manifest = manifest_of(claim(), each.number, each.stage, each.files, each.frozen_at, each.before)
        assert (hash_of(manifest), json.loads(manifest)["receipt"]) == (each.sha256, RECEIPT)


def test_the_same_said_twice_is_one_package_and_what_comes_later_is_another(oversight: Oversight) -> None:
    first, later = frozen(file("批准通知书")), frozen(file("批准通知书"), file("已加盖印章"), minute=9, sequence=2)
    oversight.hears(first, first)
    oversight.hears(first)
    oversight.hears(later)
    newest, oldest = packages(oversight)
    assert [len(each.files) for each in (oldest, newest)] == [1, 2]


def test_money_that_came_back_is_kept_as_well_and_no_account_is_in_the_open(oversight: Oversight) -> None:
    oversight.hears(frozen(file("批准通知书")), paid(), paid(DisbursementReturned, minute=90, sequence=2))
    vouchers = [each for each in packages(oversight)[0].files if each.kind == "voucher"]
    assert [each.name.split()[0] for each in vouchers] == ["到账凭证", "退汇凭证"]
    for each in vouchers:
        question = GetArchivedVoucher(receipt=RECEIPT, sha256=each.sha256)
        answer = oversight.asked(question, views.get_archived_voucher, "ganzhou", BUREAU)["ok"]
        assert hashlib.sha256(answer["body"].encode()).hexdigest() == each.sha256
        assert "sealed" not in answer["body"]


def test_a_department_reads_its_own_and_another_place_nothing(oversight: Oversight) -> None:
    oversight.hears(frozen(file("批准通知书")))
    own = SCIENCE.model_copy(update={"department": claim().department})
    assert len(packages(oversight, own)) == 1
    for tenant, actor in (("ganzhou", SCIENCE), ("xingguo", BUREAU)):
        answer = oversight.asked(GetArchivePackages(receipt=RECEIPT), views.get_archive_packages, tenant, actor)
        assert answer["refused"]["code"] == "nothing_archived"
        listed = oversight.asked(ListArchive(), views.list_archive, tenant, actor)["ok"]
        assert ArchivePage.model_validate(listed).items == ()


def test_the_list_is_found_by_receipt_code_or_name_and_is_read_in_pages(oversight: Oversight) -> None:
    others = [claim(f"GZ-20260310-AAAA{n:04d}", enterprise_name=f"示例企业{n}") for n in range(2, 5)]
    said = [
        CaseFileFrozen(case_id=case_of(each), claim=each, revision=1, instalment=1, files=(), frozen_at=after(n))
        for n, each in enumerate(others)
    ]
    oversight.hears(
        frozen(file("批准通知书")), *(heard(each, subject=each.case_id, minute=n) for n, each in enumerate(said))
    )
    ask = partial(oversight.asked, answer=views.list_archive, tenant="ganzhou", actor=BUREAU)
    first = ArchivePage.model_validate(ask(ListArchive(limit=3))["ok"])
    rest = ArchivePage.model_validate(ask(ListArchive(limit=3, cursor=first.next_cursor))["ok"])
    assert (len(first.items), len(rest.items), rest.next_cursor) == (3, 1, None)
    for about in (RECEIPT, "赣州示例"):
        assert [each.receipt for each in ArchivePage.model_validate(ask(ListArchive(about=about))["ok"]).items] == [
            RECEIPT
        ]


def test_nobody_changes_a_package_that_there_is(oversight: Oversight) -> None:
    oversight.hears(frozen(file("批准通知书")))
    with psycopg.connect(psycopg_url(oversight.dsns.app), autocommit=True) as connection:
        for statement in ("UPDATE archive_package SET files = '[]'", "DELETE FROM archive_package"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
