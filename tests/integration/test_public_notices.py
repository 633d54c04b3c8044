"""Public notices on a real database: up for their days, objected to at once by many, gone from public sight when they are over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from review_database import Review

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import Job, claim
from console.servers.provision import Dsns
from contracts.message import Actor, Command, Query, snake_case
from contracts.public_notices import (
    AnswerObjection,
    CheckObjection,
    GetCaseNotices,
    GetPublicNotice,
    ListObjections,
    ListPublicNotices,
    PreviewNotice,
    RaiseObjection,
    RevealObjector,
)
from services.review.public_notices import case_views, previewing, publishing, use_cases, views
from tests.unit.review.notice_kit import ANYBODY, notice_rules
from tests.unit.review.review_kit import OFFICER, STRANGER, application, china

HANDLERS: dict[str, Callable[..., Any]] = {
    publishing.OPENED: publishing.publish,
    publishing.TAKEN_BACK: publishing.look,
    publishing.LOOK: publishing.look,
}


class Notices(Review):
    """Review with its room of public notices."""

    def runs(self) -> None:
        """Do what is due of notices, as the timers do."""
        for kind, handle in HANDLERS.items():
            while jobs := claim(self.frame.frame_engine, kind, self.frame.clock.now(), 50):
                self.handles(kind, handle, jobs)

    def handles(self, kind: str, handle: Callable[..., Any], jobs: list[Job]) -> None:
        handle(jobs, lambda tenants: self.frame.event_unit(tenants, action=kind))

    def gives(self, order: Command, actor: Actor = OFFICER) -> dict[str, Any]:
        handle: Any = getattr(use_cases, snake_case(type(order).__name__))
        if isinstance(order, RaiseObjection):
            handle = partial(handle, cipher=self.frame.cipher)
        envelope = {
            **self._envelope(order, actor),
            "idempotency_key": self.frame.unit(["zhanggong"], action="x").new_id(),
        }
        return self.frame.run_command(type(order), handle, {**envelope, "body_hash": "0" * 64})

    def says(self, question: Query, actor: Actor = OFFICER, tenant: str = "zhanggong") -> dict[str, Any]:
        name = snake_case(type(question).__name__)
        answer: Any = next(getattr(each, name) for each in (views, case_views, previewing) if hasattr(each, name))
        if isinstance(question, CheckObjection | RevealObjector):
            answer = partial(answer, cipher=self.frame.cipher)
        return self.frame.run_query(type(question), answer, self._envelope(question, actor, tenant))

    def _envelope(self, contract: Any, actor: Actor, tenant: str = "zhanggong") -> dict[str, Any]:
        said = contract.model_dump(mode="json")
        return {"tenant": tenant, "actor": actor.model_dump(mode="json"), "name": type(contract).__name__, "body": said}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Notices:
    dsns = service_database("review")
    made = Notices(service_frame("review", dsns=dsns, clock=clock), dsns)
    made.prepared(notice_rules(5))
    return made


def published(review: Notices, count: int = 1) -> list[str]:
    """So many cases on public notice; → their notices' ids, the newest first."""
    review.hears(*(application(uscc=f"91360702DEM0000{n:02}H", enterprise_id=f"enterprise-{n}") for n in range(count)))
    review.runs()
    return [id for (id,) in review.rows("SELECT id FROM public_notice ORDER BY published_at DESC, id DESC")]


def objecting(notice_id: str) -> RaiseObjection:
    words = {"name": "赵某某", "contact": "13800001234", "text": "该企业上年度并未在本区缴纳税款，请核查。"}
    return RaiseObjection(tenant="zhanggong", notice_id=notice_id, **words)


def until(clock: FixedClock, text: str) -> None:
    clock.advance(china(text) - clock.now())


def test_everybody_reads_a_notice_for_its_days_and_nobody_afterwards(review: Notices, clock: FixedClock) -> None:
    ids = published(review, 3)
    first = review.says(ListPublicNotices(tenant="zhanggong", limit=2), ANYBODY)["ok"]
    second = review.says(ListPublicNotices(tenant="zhanggong", limit=2, cursor=first["next_cursor"]), ANYBODY)["ok"]
    assert [each["notice_id"] for each in (*first["items"], *second["items"])] == ids
    assert review.says(ListPublicNotices(tenant="zhanggong", about="研发"), ANYBODY)["ok"]["items"]
    assert not review.says(ListPublicNotices(tenant="zhanggong", about="没有"), ANYBODY)["ok"]["items"]
    shown = review.says(GetPublicNotice(tenant="zhanggong", notice_id=ids[0]), ANYBODY)["ok"]
    assert (shown["name"], shown["last_day"], shown["contacts"][0]["phone"]) == ("示例企业01", "2026-03-17", "12345")
    assert not {"uscc", "receipt", "case_id"} & set(shown)
    elsewhere = review.says(GetPublicNotice(tenant="xingguo", notice_id=ids[0]), ANYBODY, "xingguo")
    assert elsewhere["refused"]["code"] == "notice_not_found"
    until(clock, "2026-03-18 00:00")
    assert review.says(ListPublicNotices(tenant="zhanggong"), ANYBODY)["ok"]["items"] == []
    gone = review.says(GetPublicNotice(tenant="zhanggong", notice_id=ids[0]), ANYBODY)["refused"]
    assert gone["code"] == "notice_over" and "示例企业" not in gone["message"]
    until(clock, "2026-03-18 00:02")
    review.runs()
    assert review.rows("SELECT DISTINCT state FROM public_notice") == [("passed",)]
    assert review.rows("SELECT count(*) FROM case_task WHERE state = 'open' AND kind = 'approval'") == [(3,)]
    assert [name for name, _ in review.told()].count("PublicNoticeEnded") == 3


def test_several_object_at_once_and_each_is_heard(review: Notices, clock: FixedClock) -> None:
    (notice_id,) = published(review)
    ready = threading.Barrier(4)

    def object_now(_n: int) -> dict[str, Any]:
        ready.wait(10)
        return review.gives(objecting(notice_id), ANYBODY)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(object_now, range(4)))
    assert all("ok" in each for each in answers)
    assert review.rows("SELECT objections, open_objections FROM public_notice") == [(4, 4)]
    assert len({each["ok"]["number"] for each in answers}) == 4
    held = review.rows("SELECT pauses, due_at FROM review_case")
    assert held == [(["objection"], None)]
    until(clock, "2026-03-18 00:02")
    review.runs()
    assert review.rows("SELECT state FROM public_notice") == [("running",)]


def test_the_department_answers_and_whoever_objected_reads_it(review: Notices, clock: FixedClock) -> None:
    (notice_id,) = published(review)
    receipt = review.gives(objecting(notice_id), ANYBODY)["ok"]
    (found,) = review.says(ListObjections())["ok"]["items"]
    assert (found["name_masked"], found["contact_masked"], found["number"]) == (
        "赵**",
        "138****1234",
        receipt["number"],
    )
    assert found["case_due_at"] is not None
    assert review.says(ListObjections(), STRANGER)["ok"]["items"] == []
    seen = review.says(RevealObjector(objection_id=found["objection_id"]))["ok"]
    assert (seen["name"], seen["contact"]) == ("赵某某", "13800001234")
    hidden = review.says(RevealObjector(objection_id=found["objection_id"]), STRANGER)
    assert hidden["refused"]["code"] == "objection_not_found"
    stale = AnswerObjection(objection_id=found["objection_id"], upheld=False, answer="经核查属实", expected_version=9)
    assert review.gives(stale)["refused"]["code"] == "stale_version"
    until(clock, "2026-03-18 12:00")
    review.runs()
    order = stale.model_copy(update={"expected_version": found["version"]})
    assert review.gives(order, STRANGER)["refused"]["code"] == "not_your_department"
    assert review.gives(order)["ok"]["state"] == "not_upheld"
    assert review.rows("SELECT state FROM public_notice") == [("passed",)]
    key = {"tenant": "zhanggong", "number": receipt["number"], "check_code": receipt["check_code"]}
    assert review.says(CheckObjection(**key), ANYBODY)["ok"]["answer"] == "经核查属实"
    wrong = review.says(CheckObjection(**key | {"check_code": "AAAAAAAA"}), ANYBODY)
    assert wrong["refused"]["code"] == "objection_untraceable"
    (case_id,) = review.rows("SELECT id FROM review_case")[0]
    told = review.says(GetCaseNotices(case_id=case_id))["ok"]
    assert (told["notices"][0]["state"], told["notices"][0]["objections"][0]["state"]) == ("passed", "not_upheld")
    assert review.says(PreviewNotice(case_id=case_id))["ok"]["last_day"] == "2026-03-25"
    sealed = review.rows("SELECT name_sealed || contact_sealed || code_digest FROM notice_objection")[0][0]
    assert "13800001234" not in sealed and receipt["check_code"] not in sealed


def test_an_objection_and_the_end_at_once_are_one_or_the_other(review: Notices, clock: FixedClock) -> None:
    """Replicas that hold the same look pass it once; an objection that comes after is refused and leaves nothing."""
    (notice_id,) = published(review)
    until(clock, "2026-03-18 00:02")
    jobs = claim(review.frame.frame_engine, publishing.LOOK, clock.now(), 50)
    ready = threading.Barrier(3)

    def end(_n: int) -> str:
        ready.wait(10)
        review.handles(publishing.LOOK, publishing.look, list(jobs))
        return "ended"

    def object_late() -> str:
        ready.wait(10)
        return str(review.gives(objecting(notice_id), ANYBODY)["refused"]["code"])

    with ThreadPoolExecutor(3) as pool:
        ends = [pool.submit(end, n) for n in range(2)]
        late = pool.submit(object_late)
        assert [each.result() for each in ends] == ["ended", "ended"]
        assert late.result() == "objection_too_late"
    assert [name for name, _ in review.told()].count("PublicNoticeEnded") == 1
    assert review.rows("SELECT count(*) FROM case_answer WHERE kind = 'public_notice'") == [(1,)]
    assert review.rows("SELECT count(*) FROM notice_objection") == [(0,)]
