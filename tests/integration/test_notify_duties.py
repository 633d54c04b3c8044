"""The inbox of authorities' people, on a real database: one message per duty, kind and hour, read person by person."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any

import pytest
from duty_inbox_kit import AGENT, BOSS, CHECKER, COLLEAGUE, LEADER, OFFICER, STRANGER, Notify

from chassis.edge.frame import Frame
from chassis.events.received import Received
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.case_events import CaseReopened
from contracts.departments import DatedName, DepartmentRegistered, DutyRegistered, DutyRenamed
from contracts.duties import Attention, DutyKind
from contracts.message import Actor, Event
from contracts.notify import (
    DutyMessageView,
    ListDutyMessages,
    ListMessages,
    MarkMessageRead,
    MarkRead,
)
from contracts.people import (
    EVERYTHING,
    DutyAssigned,
    DutyEnded,
    MandateEnded,
    MandateGranted,
    PersonChanged,
    PersonRegistered,
)
from contracts.treasury import DisbursementHeld, DisbursementReady, DisbursementSettled
from copies.duties import KnownDuties
from services.notify.staff import use_cases as staff_use_cases
from tests.unit.oversight.case_story import accepted, assigned, claim, happened, heard, money


@pytest.fixture
def notify(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Notify:
    dsns, clock = service_database("notify"), FixedClock(NOON)
    return Notify(service_frame("notify", dsns=dsns, clock=clock), dsns, clock)


def new_case(receipt: str, minute: float = 0, department_id: str | None = "dep-1", **words: Any) -> Received[Any]:
    attention = Attention(tenant="ganzhou", department_id=department_id, duty="first_review")
    event = accepted(claim(receipt, **words)).model_copy(update={"attention": attention})
    return heard(event, subject=f"case-{receipt}", minute=minute)


def appointed(
    id: str, person: str, kind: DutyKind, since: date, until: date | None = None, **more: Any
) -> DutyAssigned:
    return DutyAssigned(
        appointment_id=id,
        person_id=f"p-{id}",
        person_name=person,
        department_id="dep-1",
        duty_id=kind,
        kind=kind,
        since=since,
        until=until,
        **more,
    )


def subjects(message: DutyMessageView) -> list[str]:
    return [each.text.split(" ")[0] for each in message.subjects]


# -- what lies in the inbox -----------------------------------------------------------------------------------


def test_what_comes_together_is_one_message_with_a_count_and_the_first_few(notify: Notify) -> None:
    notify.hears(*[new_case(f"GZ-{number}", minute=number / 10) for number in range(4)])
    notify.hears(*[new_case(f"GZ-{number}", minute=number / 10) for number in range(4, 30)])
    notify.hears(new_case("GZ-later", minute=70))
    later, first = notify.inbox_of()
    assert (first.text, first.count, later.count) == ("30 件新办件待审核", 30, 1)
    assert subjects(first) == [f"GZ-{number}" for number in range(5)]
    assert first.since < first.latest < later.since
    assert (notify.unread(), notify.unread(STRANGER)) == (2, 0)
    assert notify.rows("SELECT count(*) FROM duty_occasion") == [(31,)]


def test_what_is_heard_again_counts_once(notify: Notify) -> None:
    event = new_case("GZ-1")
    notify.hears(event)
    with notify.frame.event_unit(["ganzhou"], action="test") as uow:
        staff_use_cases.tell_duties([event, new_case("GZ-1", minute=90)], uow)
    (only,) = notify.inbox_of()
    assert (only.count, notify.unread()) == (1, 1), "an hour in which nothing new came has no message"


def test_each_person_has_read_what_that_person_has_read_and_more_of_the_hour_is_unread_again(notify: Notify) -> None:
    notify.hears(new_case("GZ-1"), new_case("GZ-0", minute=-120))
    (newest, _older) = notify.inbox_of()
    answer = notify.ordered(MarkRead(message_id=newest.message_id))["ok"]
    assert (answer["message_id"], answer["unread"]) == (newest.message_id, False)
    assert [each.unread for each in notify.inbox_of()] == [True, False], "unread ones lead"
    assert (notify.unread(), notify.unread(COLLEAGUE)) == (1, 2)
    notify.hears(new_case("GZ-2", minute=10))
    assert notify.unread() == 2
    assert notify.inbox_of()[0].count == 2


def test_nobody_reads_or_marks_the_messages_of_another_duty(notify: Notify) -> None:
    notify.hears(new_case("GZ-1"))
    (message,) = notify.inbox_of()
    for actor in (STRANGER, CHECKER, LEADER.model_copy(update={"department_id": "dep-2"})):
        assert notify.inbox_of(actor) == []
        assert (
            notify.ordered(MarkRead(message_id=message.message_id), actor)["refused"]["code"] == "duty_message_unknown"
        )
    assert notify.asked(ListDutyMessages(), OFFICER, "xingguo")["ok"]["items"] == []


def test_a_department_that_is_not_in_the_register_is_found_by_its_name_and_never_by_others(notify: Notify) -> None:
    notify.hears(new_case("GZ-1", department_id=None))
    assert [each.count for each in notify.inbox_of()] == [1]
    assert notify.inbox_of(STRANGER) == []
    names = (DatedName(name="市商务局", since=date(2020, 1, 1)),)
    registered = DepartmentRegistered(
        department_id="dep-2", name="市商务局", names=names, functions=frozenset({"policy"})
    )
    notify.hears(heard(registered, subject="dep-2"))
    notify.hears(new_case("GZ-2", department_id=None, department="市商务局"))
    assert [each.department_id for each in notify.inbox_of(STRANGER)] == ["dep-2"]


def test_what_is_for_a_duty_in_the_whole_tenant_is_seen_by_all_who_hold_it(notify: Notify) -> None:
    attention = Attention(tenant="ganzhou", duty="payment_check")
    ready = money(DisbursementReady, claim()).model_copy(update={"attention": attention})
    notify.hears(heard(ready, subject="d-1"))
    (message,) = notify.inbox_of(CHECKER)
    assert message.text == "1 笔兑付待支付复核"
    assert notify.inbox_of(CHECKER.model_copy(update={"department_id": "another"})) == [message]
    assert notify.inbox_of(OFFICER) == []


def test_messages_are_read_a_page_at_a_time(notify: Notify) -> None:
    notify.hears(*[new_case(f"GZ-{number}", minute=60 * number) for number in range(5)])
    for message in notify.inbox_of()[:2]:
        notify.ordered(MarkRead(message_id=message.message_id))
    seen: list[tuple[bool, str]] = []
    cursor = None
    for _ in range(3):
        page = notify.asked(ListDutyMessages(limit=2, cursor=cursor))["ok"]
        seen += [(each["unread"], each["subjects"][0]["text"].split(" ")[0]) for each in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert seen == [(True, "GZ-2"), (True, "GZ-1"), (True, "GZ-0"), (False, "GZ-4"), (False, "GZ-3")]
    assert notify.asked(ListDutyMessages(cursor="bm90IG91cnM"))["refused"]["code"] == "cursor_invalid"


def test_whoever_takes_up_a_duty_does_not_begin_with_its_years(notify: Notify) -> None:
    notify.hears(new_case("GZ-1"))
    notify.clock.advance(timedelta(days=31))
    assert notify.unread() == 0
    assert [each.unread for each in notify.inbox_of()] == [False]


# -- who holds what -------------------------------------------------------------------------------------------


def test_what_asks_for_a_duty_that_nobody_holds_is_seen_by_the_departments_leader(notify: Notify) -> None:
    today = NOON.date()
    notify.hears(new_case("GZ-1"))
    assert [each.count for each in notify.inbox_of(LEADER)] == [1]
    notify.hears(heard(appointed("a-1", "zhang", "first_review", today), subject="a-1"))
    assert notify.inbox_of(LEADER) == []
    ended = DutyEnded(appointment_id="a-1", person_id="zhang", until=today, reason="调离")
    notify.hears(heard(ended, subject="a-1", sequence=2))
    assert notify.inbox_of(LEADER) == []
    notify.clock.advance(timedelta(days=1))
    assert [each.count for each in notify.inbox_of(LEADER)] == [1]


def test_holders_of_a_duty_on_a_day_are_those_appointed_and_their_stand_ins(notify: Notify) -> None:
    day = date(2026, 3, 10)
    events = [
        appointed("a-1", "张三", "first_review", day - timedelta(days=9)),
        appointed("a-2", "李四", "first_review", day, day + timedelta(days=2), stands_in_for="a-1"),
        appointed("a-3", "王五", "first_review", day + timedelta(days=1)),
        appointed("a-4", "赵六", "leader", day - timedelta(days=9), day),
    ]
    notify.hears(*[heard(each, subject=each.appointment_id) for each in events])
    notify.hears(*[heard(each, subject=each.appointment_id) for each in events])
    assert notify.holders(("ganzhou", "dep-1", "first_review"), day=day) == [("张三", False), ("李四", True)]
    assert notify.holders(("ganzhou", None, "leader"), day=day) == [("赵六", False)]
    assert notify.holders(("ganzhou", None, "leader"), day=day + timedelta(days=1)) == []
    assert notify.holders(("ganzhou", "dep-2", "first_review"), ("xingguo", None, "leader"), day=day) == []
    ended = DutyEnded(appointment_id="a-1", person_id="p-a-1", until=day - timedelta(days=1), reason="调离")
    notify.hears(heard(ended, subject="a-1", sequence=2))
    assert notify.holders(("ganzhou", "dep-1", "first_review"), day=day) == [("李四", True)]


def test_duties_and_people_are_known_as_they_are_now(notify: Notify) -> None:
    notify.hears(
        heard(DutyRegistered(duty_id="d-1", kind="leader", name="分管领导"), subject="d-1"),
        heard(PersonRegistered(person_id="p-1", name="张三", identified=False), tenant="platform", subject="p-1"),
    )
    notify.hears(
        heard(
            DutyRenamed(duty_id="d-1", kind="leader", name="分管副局长", since=date(2026, 4, 1)),
            subject="d-1",
            sequence=2,
        ),
        heard(
            PersonChanged(person_id="p-1", name="张三", mobile_sealed="sealed", identified=True),
            tenant="platform",
            subject="p-1",
            sequence=2,
        ),
    )
    names = [{"name": "分管领导", "since": "2026-03-10"}, {"name": "分管副局长", "since": "2026-04-01"}]
    assert notify.rows("SELECT names, sequence FROM known_duty") == [(names, 2)]
    with notify.frame.event_unit(["platform"], action="test") as uow:
        known = uow.of(KnownDuties).reach(["p-1", "p-2"])
    assert [(each.name, each.mobile_sealed, each.identified) for each in known.values()] == [("张三", "sealed", True)]
    with notify.frame.event_unit(["ganzhou"], action="test") as uow:
        assert uow.of(KnownDuties).reach(["p-1"]) == {}


# -- the enterprise's side ------------------------------------------------------------------------------------


def messages_of(notify: Notify, actor: Actor) -> list[tuple[str, str, bool]]:
    found = notify.asked(ListMessages(enterprise_id="ent-1"), actor, "xingguo")["ok"]["items"]
    return [(each["channel"], each["template"], each["unread"]) for each in found]


def test_an_enterprises_people_each_have_their_own_unread_messages(notify: Notify) -> None:
    notify.hears(heard(money(DisbursementSettled, claim()), tenant="xingguo", subject="d-1"))
    of_mine = {"tenant": "xingguo", "enterprise_id": "ent-1"}
    assert [notify.unread(each, **of_mine) for each in (BOSS, AGENT)] == [1, 1]
    inbox = next(
        each["message_id"]
        for each in notify.asked(ListMessages(enterprise_id="ent-1"), BOSS, "xingguo")["ok"]["items"]
        if each["channel"] == "inbox"
    )
    order = MarkMessageRead(message_id=inbox, enterprise_id="ent-1")
    for _ in range(2):
        assert notify.ordered(order, BOSS, "xingguo")["ok"]["message_id"] == inbox
    assert [notify.unread(each, **of_mine) for each in (BOSS, AGENT)] == [0, 1]
    assert {unread for channel, _, unread in messages_of(notify, BOSS)} == {False}
    assert ("inbox", "disbursement_settled", True) in messages_of(notify, AGENT)
    assert ("sms", "disbursement_settled", False) in messages_of(notify, AGENT)
    stranger = BOSS.model_copy(update={"enterprise_id": "ent-2"})
    assert notify.ordered(order, stranger, "xingguo")["refused"]["code"] == "enterprise_not_yours"
    unknown = order.model_copy(update={"message_id": "m-0"})
    assert notify.ordered(unknown, BOSS, "xingguo")["refused"]["code"] == "message_unknown"


def test_an_enterprise_is_told_who_acts_for_it_and_until_when(notify: Notify) -> None:
    granted = MandateGranted(
        mandate_id="m-1",
        person_id="p-1",
        person_name="张三",
        enterprise_id="ent-1",
        kind="agent",
        scope=frozenset({"view", "apply"}),
        since=date(2026, 3, 10),
        until=date(2026, 9, 9),
    )
    whole = granted.model_copy(
        update={
            "mandate_id": "m-2",
            "person_name": "李四",
            "scope": EVERYTHING,
            "until": None,
            "kind": "legal_representative",
        }
    )
    said: Collection[Event] = (granted, whole)
    notify.hears(*[heard(each, tenant="xingguo", subject=f"m-{number}") for number, each in enumerate(said, 1)])
    ended = MandateEnded(
        mandate_id="m-1", person_id="p-1", enterprise_id="ent-1", until=date(2026, 3, 31), reason="离职"
    )
    event = heard(ended, tenant="xingguo", subject="m-1", sequence=2)
    notify.hears(event)
    notify.hears(event)
    texts = [text for (text,) in notify.rows("SELECT text FROM message ORDER BY template, text")]
    assert texts == [
        "张三 代表贵单位办事的委托于 2026-03-31 终止（含当日）。",
        "张三 自 2026-03-10 起至 2026-09-09 可代表贵单位办理：申报、查看企业档案与办件。如非贵单位本意，请立即联系惠企政策兑现专窗终止委托。",
        "李四 自 2026-03-10 起可代表贵单位办理：全部事务。如非贵单位本意，请立即联系惠企政策兑现专窗终止委托。",
    ]
    assert notify.rows("SELECT until FROM known_mandate ORDER BY id") == [(date(2026, 3, 31),), (None,)]
    assert isinstance(money(DisbursementHeld, claim()), DisbursementHeld)


def test_a_reopened_case_is_told_to_its_enterprise_and_to_the_duty_each_in_its_own_tenant(notify: Notify) -> None:
    asked = Attention(tenant="ganzhou", department_id="dep-1", duty="first_review")
    event = heard(happened(CaseReopened, claim(), attention=asked), origin="ganzhou")
    for _ in range(3):
        notify.hears(event)
    assert [(each.kind, each.count) for each in notify.inbox_of()] == [("case_reopened", 1)]
    (told,) = notify.asked(ListMessages(enterprise_id="ent-1"), BOSS, "xingguo")["ok"]["items"][:1]
    assert (told["template"], "将重新审查" in told["text"]) == ("case_reopened", True)
    assert notify.rows("SELECT tenant, channel FROM message ORDER BY channel") == [
        ("xingguo", "inbox"),
        ("xingguo", "sms"),
    ]


def test_joint_checks_ask_the_duties_of_each_acting_tenant(notify: Notify) -> None:
    for at, (slot, tenant) in enumerate((("tax", "ganzhou"), ("eco", "xingguo")), 1):
        asked = Attention(tenant=tenant, department_id=f"dep-{slot}", duty="first_review")
        task = assigned(claim()).model_copy(
            update={"task": "joint_check", "slot": slot, "task_id": f"t-{slot}", "attention": asked}
        )
        for _ in range(3):
            notify.hears(heard(task, origin="ganzhou", subject="case", sequence=at))
    assert notify.rows("SELECT tenant, department_id, kind, count FROM duty_message ORDER BY tenant") == [
        ("ganzhou", "dep-tax", "joint_check_to_do", 1),
        ("xingguo", "dep-eco", "joint_check_to_do", 1),
    ]
