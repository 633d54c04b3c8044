"""Checks at random and the archive: what a department, the bureau and everybody look at."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from staff_kit import NOON, appointments, colleague, told

from contracts.archive import ArchivedClaim, ArchivedFile, ArchivePackage, ArchivePackages, ArchivePage
from contracts.credit_checks import (
    CheckerView,
    CreditCheckPage,
    CreditCheckView,
    CreditDrawPage,
    CreditDrawView,
    ItemAwaitingDraw,
    PublishedCheck,
    PublishedDraw,
    PublishedDraws,
)
from page_samples import PageSample

PEOPLE = {
    "credit_checker": colleague("first_review", id="officer-1"),
    "credit_leader": colleague("leader", id="leader-1"),
    "credit_inspector": colleague("supervision", id="supervisor-1"),
    "archive_bureau": colleague("bureau_intake", where="章贡区行政审批局", id="bureau-1"),
}
DAYS = {"decided_from": date(2026, 3, 2), "decided_to": date(2026, 3, 6)}
NAMED = {"item_id": "NM-002", "item_title": "企业研发投入后补助"}
FOUND = "实地查看设备和审计报告原件，与承诺相符"


def check(number: int = 1, **changed: Any) -> CreditCheckView:
    said: dict[str, Any] = {
        "check_id": f"check-{number}",
        "draw_id": "draw-1",
        "case_id": f"case-{number}",
        "receipt": f"ZG-20260310-{number:06d}",
        "uscc": "91360702DEM000014H",
        "enterprise_name": f"章贡区示例科技有限公司{number}",
        "decided_at": NOON - timedelta(days=9),
        "state": "to_check",
        "checkers": (CheckerView(person_id="officer-1"), CheckerView(person_id="officer-2")),
        "due_at": NOON + timedelta(days=20),
        "version": 1,
    }
    return CreditCheckView.model_validate(said | changed)


RECUSED = (
    CheckerView(person_id="officer-3", recused_why="与企业法定代表人是亲属"),
    *(CheckerView(person_id=f"officer-{number}") for number in (1, 2)),
)
RECORDED = {"outcome": "as_pledged", "findings": FOUND, "recorded_by": "officer-2"}
CHECKS = (
    check(checkers=RECUSED, disputed="设备仍在，只是换了车间"),
    check(2, state="to_confirm", **RECORDED),
    check(3, state="done", **RECORDED, confirmed_by="officer-1", done_at=NOON),
)


def draw(*checks: CreditCheckView, **changed: Any) -> CreditDrawView:
    said: dict[str, Any] = {
        "draw_id": "draw-1",
        "tenant": "zhanggong",
        **NAMED,
        "department": "章贡区科学技术局",
        **DAYS,
        "percent": 10,
        "seed": "00112233445566778899aabbccddeeff",
        "cases_hash": "ab" * 32,
        "people_hash": "cd" * 32,
        "drawn_from": tuple(f"case-{number}" for number in range(1, 31)),
        "people": ("officer-1", "officer-2", "officer-3"),
        "checks": checks,
        "checked": 3,
        "failed": 0,
        "done": 1,
        "drawn_by": "leader-1",
        "drawn_at": NOON,
        "version": 1,
    }
    return CreditDrawView.model_validate(said | changed)


WAITING = ItemAwaitingDraw(**NAMED, cases=5, first_decided_on=date(2026, 3, 2), last_decided_on=date(2026, 3, 6))
RESULTS = PublishedDraw(
    draw_id="draw-1",
    tenant="zhanggong",
    **NAMED,
    department="章贡区科学技术局",
    **DAYS,
    percent=10,
    cases=30,
    seed="00112233445566778899aabbccddeeff",
    cases_hash="ab" * 32,
    results=(
        PublishedCheck(name="章贡区示例科技有限公司", outcome="as_pledged", done_on=date(2026, 3, 9)),
        PublishedCheck(name="章贡****", outcome="not_as_pledged", done_on=date(2026, 3, 9)),
    ),
    published_at=NOON,
)
RECEIPT = "ZG-20260310-000001"


def kept(kind: Any, name: str, digit: str) -> ArchivedFile:
    return ArchivedFile(kind=kind, name=name, sha256=digit * 64, kept_by="zhanggong", at=NOON, size=3000)


def package(number: int) -> ArchivePackage:
    files = (
        kept("case_file", "办件全卷.json", "1"),
        kept("notice", "批准（兑付）通知书 章科惠企准〔2026〕12号（已盖章）", "2"),
        kept("photograph", "现场勘查照片 1（厂区）", "3"),
        kept("voucher", "到账凭证 d-1 300,000.00 元", "4"),
    )
    return ArchivePackage(
        tenant="zhanggong",
        receipt=RECEIPT,
        case_id="case-1",
        number=number,
        stage="settlement" if number == 2 else "decision",
        enterprise_name="章贡区示例科技有限公司",
        uscc="91360702DEM000014H",
        item_title=NAMED["item_title"],
        department="章贡区科学技术局",
        files=files if number == 2 else files[:3],
        frozen_at=NOON + timedelta(days=number),
        sha256=str(number) * 64,
        before="1" * 64 if number == 2 else None,
    )


ARCHIVED = ArchivedClaim(
    receipt=RECEIPT,
    case_id="case-1",
    enterprise_name="章贡区示例科技有限公司",
    item_title=NAMED["item_title"],
    department="章贡区科学技术局",
    stage="settlement",
    packages=2,
    files=4,
    frozen_at=NOON,
)
PACKAGES = {"get_archive_packages": told(ArchivePackages(items=(package(2), package(1))))}
EMPTY = package(1).model_copy(update={"files": ()})
NO_FILES = {"get_archive_packages": told(ArchivePackages(items=(EMPTY,)))}
NAMES = {"list_appointments": appointments()}
CHECK_LIST, ARCHIVE_LIST = "/department/credit-checks", "/department/archive"
SAMPLES = [
    PageSample(
        CHECK_LIST,
        CHECK_LIST,
        {
            "list_credit_draws": told(CreditDrawPage(items=(draw(),), waiting=(WAITING,), next_cursor="next")),
            "list_my_credit_checks": told(CreditCheckPage(items=CHECKS[:2])),
        },
        "credit_checker",
    ),
    PageSample(CHECK_LIST, f"{CHECK_LIST}?x=1", {"list_credit_draws": told(CreditDrawPage())}, "credit_inspector"),
    PageSample(
        f"{CHECK_LIST}/{{draw_id}}",
        f"{CHECK_LIST}/draw-1",
        {"get_credit_draw": told(draw(*CHECKS)), **NAMES},
        "credit_checker",
    ),
    PageSample(
        f"{CHECK_LIST}/{{draw_id}}",
        f"{CHECK_LIST}/draw-1?x=leader",
        {"get_credit_draw": told(draw(*CHECKS, published_at=NOON, done=3)), **NAMES},
        "credit_leader",
    ),
    PageSample("/credit-checks", "/credit-checks"),
    PageSample(
        "/credit-checks",
        "/credit-checks?tenant=zhanggong",
        {"list_published_draws": told(PublishedDraws(items=(RESULTS,), next_cursor="next"))},
    ),
    PageSample(
        "/credit-checks",
        "/credit-checks?tenant=zhanggong&lang=en",
        {"list_published_draws": told(PublishedDraws(items=(RESULTS,)))},
    ),
    PageSample(
        ARCHIVE_LIST,
        ARCHIVE_LIST,
        {"list_archive": told(ArchivePage(items=(ARCHIVED,), next_cursor="next"))},
        "archive_bureau",
    ),
    PageSample(ARCHIVE_LIST, f"{ARCHIVE_LIST}?about=没有", {"list_archive": told(ArchivePage())}, "credit_checker"),
    PageSample(f"{ARCHIVE_LIST}/{{receipt}}", f"{ARCHIVE_LIST}/{RECEIPT}", PACKAGES, "archive_bureau"),
    PageSample(
        f"{ARCHIVE_LIST}/{{receipt}}/package.zip",
        f"{ARCHIVE_LIST}/{RECEIPT}/package.zip",
        NO_FILES,
        "archive_bureau",
        gives="application/zip",
    ),
]
