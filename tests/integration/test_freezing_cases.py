"""A decided case is frozen as one file: everything that there is of it, nothing that is sealed, said once whoever crashes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from review_database import Review
from test_review_cases import approval, only_case

from chassis.edge.frame import Frame
from chassis.files.objects import Objects
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import Job
from console.servers.provision import Dsns
from contracts.archive import CaseFileFrozen
from contracts.identity import TenantSettings
from contracts.review import CaseView, ListCases
from services.review.archive.freezing import freeze_cases
from tests.unit.review.review_kit import AMOUNT, LEADER, application, item_rules


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    found = Review(service_frame("review", dsns=dsns, clock=clock), dsns)
    return found.prepared(item_rules(inspection=True), TenantSettings(undo_minutes=30))


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects.in_folder(tmp_path / "objects")


def frozen(review: Review, objects: Objects, *cases: str) -> list[CaseFileFrozen]:
    """Freeze these as the timers do; → what was said of all so far."""
    jobs: Sequence[Job] = [Job("zhanggong", "freeze_case_file", each, NOON) for each in cases]
    freeze_cases(jobs, lambda tenants: review.frame.event_unit(tenants, action="freeze"), objects)
    said = review.rows("SELECT body::json -> 'data' FROM outbox WHERE type = 'CaseFileFrozen' ORDER BY position")
    return [CaseFileFrozen.model_validate(each) for (each,) in said]


def cases_of(review: Review) -> list[CaseView]:
    return [CaseView.model_validate(each) for each in review.asked(ListCases())["ok"]["items"]]


def approved(review: Review) -> str:
    review.hears(application())
    case = review.inspected(only_case(review))
    assert "ok" in review.ordered(approval(case), actor=LEADER)
    return case.case_id


def released(review: Review, clock: FixedClock) -> None:
    review.does("UPDATE review_case SET undo_until = NULL")
    clock.advance(timedelta(hours=1))


def test_the_file_has_all_that_there_is_of_the_case_and_nothing_that_is_sealed(
    review: Review, objects: Objects, clock: FixedClock
) -> None:
    case_id = approved(review)
    released(review, clock)
    (said,) = frozen(review, objects, case_id)
    own = said.files[0]
    content = objects.local_file("zhanggong", own.sha256).read_bytes()
    assert (own.kind, own.size) == ("case_file", len(content))
    file: dict[str, Any] = json.loads(content)
    assert [each["kind"] for each in file["answers"]] == ["material_check", "site_inspection", "approval"]
    assert (file["case"]["claim"]["receipt"], file["awards"][0]["fen"]) == (said.claim.receipt, AMOUNT)
    assert len(file["inspections"]) == 1
    assert "account_sealed" not in content.decode() and "code_digest" not in content.decode()


def test_what_can_still_be_undone_and_what_is_open_is_not_frozen(review: Review, objects: Objects) -> None:
    case_id = approved(review)
    assert frozen(review, objects, case_id, "no-such-case") == []
    review.hears(application(enterprise_id="enterprise-2", uscc="91360702DEM000022C"))
    open_case = next(each for each in cases_of(review) if each.state == "accepted")
    assert frozen(review, objects, open_case.case_id) == []


def test_a_crash_after_the_file_is_stored_says_it_once_with_the_next_try(
    review: Review, objects: Objects, clock: FixedClock
) -> None:
    case_id = approved(review)
    released(review, clock)
    stored: list[bytes] = []

    class Crashing(Objects):
        def put(self, tenant: str, content: bytes) -> str:
            stored.append(content)
            raise SystemExit

    with pytest.raises(SystemExit):
        frozen(review, Crashing(objects._store), case_id)
    (said,) = frozen(review, objects, case_id)
    assert objects.local_file("zhanggong", said.files[0].sha256).read_bytes() == stored[0]
