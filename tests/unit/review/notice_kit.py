"""Public notices for review's tests: plans with one, and their stores in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from key_kit import key_ring

from chassis.testing.fakes import NOON, FakeUnit, MemoryStore
from chassis.time.calendar import Calendar
from chassis.time.jobs import Job
from contracts.message import SYSTEM, Actor
from contracts.public_notices import ObjectionReceipt, RaiseObjection
from contracts.rule import ItemRules, Plan
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.public_notices import publishing, use_cases
from services.review.public_notices.notice import NoticeNotFound, StandingNotice
from services.review.public_notices.objection import NoticeObjection, ObjectionNotFound
from services.review.public_notices.store import NoticeObjections, StandingNotices
from tests.unit.review.review_kit import OFFICER, item_rules, opened, review_unit

CIPHER = key_ring()
ANYBODY = Actor(id="public", roles=frozenset({"public"}), name="社会公众")
KINDS = (publishing.OPENED, publishing.LOOK, publishing.TAKEN_BACK)


def notice_rules(
    n: int = 5, unit: str = "working_days", *, first_day_counts: bool = False, limit: int | None = 20
) -> ItemRules:
    """A public notice, then an approval."""
    rules = item_rules(limit=limit)
    plan = rules.plan.model_dump(mode="json")
    notice = {"kind": "public_notice", "period": {"limit": n, "unit": unit}, "first_day_counts": first_day_counts}
    plan["steps"] = [{"kind": "material_check"}, notice, {"kind": "approval"}]
    return rules.model_copy(update={"plan": Plan.model_validate(plan)})


class MemoryNotices(MemoryStore[StandingNotice]):
    missing = NoticeNotFound

    def case_of(self, notice_id: str) -> str:
        return self.get(notice_id).case_id

    def running_of(self, case_ids: Collection[str]) -> dict[tuple[str, int], StandingNotice]:
        found = [each for each in self.rows.values() if each.case_id in case_ids and each.state == "running"]
        return {(each.case_id, each.step): each for each in found}

    def last_of(self, case_id: str) -> list[StandingNotice]:
        return [each for each in reversed(self.rows.values()) if each.case_id == case_id]

    def running_after(self, after: str, limit: int) -> list[tuple[str, str]]:
        found = sorted(each.id for each in self.rows.values() if each.state == "running" and each.id > after)
        return [(id, self.rows[id].case_id) for id in found[:limit]]


class MemoryObjections(MemoryStore[NoticeObjection]):
    missing = ObjectionNotFound

    def case_of(self, objection_id: str) -> str:
        return self.get(objection_id).case_id

    def open_of(self, notice_ids: Collection[str]) -> list[NoticeObjection]:
        return [each for each in self.rows.values() if each.notice_id in notice_ids and each.state == "open"]

    def of_case(self, case_id: str) -> list[NoticeObjection]:
        return [each for each in self.rows.values() if each.case_id == case_id]


def notice_unit(rules: ItemRules, *, now: datetime = NOON, calendar: Calendar | None = None) -> FakeUnit:
    uow = review_unit(rules, now=now, calendar=calendar)
    for store, memory in ((StandingNotices, MemoryNotices()), (NoticeObjections, MemoryObjections())):
        memory.unit = uow
        uow._stores[store] = memory
    return uow


def run_jobs(uow: FakeUnit, at: datetime | None = None) -> None:
    """Do what is due of notices until `at`, as the room's timers do, nothing besides."""
    if at is not None:
        uow.now = at
    handlers: dict[str, Callable[..., Any]] = {
        publishing.OPENED: publishing.publish,
        publishing.LOOK: publishing.look,
        publishing.TAKEN_BACK: publishing.look,
        publishing.FOLLOW_NOTICES: publishing.follow_notices,
    }
    actor, uow.actor = uow.actor, SYSTEM
    while due := [(key, when) for key, when in uow.jobs.items() if key[1] in handlers and when <= uow.now]:
        (tenant, kind, subject), when = due[0]
        handlers[kind]([Job(tenant=tenant, kind=kind, subject=subject, due_at=when)], lambda _tenants: uow)
    uow.actor = actor


def noticed(uow: FakeUnit, **words: Any) -> tuple[Case, StandingNotice]:
    """A case on public notice."""
    case = opened(uow, **words)
    run_jobs(uow)
    return case, the_notice(uow, case)


def the_notice(uow: FakeUnit, case: Case) -> StandingNotice:
    """The case's newest notice."""
    return uow.of(StandingNotices).last_of(case.id)[0]


def object_to(uow: FakeUnit, notice: StandingNotice, at: datetime | None = None) -> ObjectionReceipt:
    if at is not None:
        uow.now = at
    uow.actor = ANYBODY
    words = {"name": "赵某某", "contact": "13800001234", "text": "该企业上年度并未在本区缴纳税款，请核查。"}
    receipt = use_cases.raise_objection(RaiseObjection(tenant="zhanggong", notice_id=notice.id, **words), uow, CIPHER)
    uow.actor = OFFICER
    return receipt


def kept(uow: FakeUnit, case: Case) -> Case:
    found: Case = uow.of(Cases).rows[case.id]
    return found
