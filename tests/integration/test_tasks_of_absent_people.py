"""Who is away, who stands in, and tasks that are given on: on a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from review_database import Review
from task_kit import CITY, LEADER, LI, WANG, ZHAO, appointed, hands_over, prepared, tasks

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.case_tasks import (
    AbsentPeople,
    AssignTask,
    CountMyTasks,
    ListAbsentPeople,
    MyTasks,
    ReassignTasks,
    TasksReassigned,
    TaskView,
)
from contracts.message import Actor
from contracts.people import DutyEnded
from tests.unit.review.review_kit import application

UNTIL = date(2026, 3, 20)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Review:
    dsns = service_database("review")
    made = prepared(Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns))
    made.hears(*(application(uscc=f"enterprise-{n}") for n in range(3)))
    hands_over(made)
    return made


def given(review: Review, task: TaskView, person: str | None, by: Actor = LEADER) -> dict[str, object]:
    order = AssignTask(task_id=task.task_id, person_id=person, reason="按分工", expected_version=task.version)
    return review.ordered(order, tenant=CITY, actor=by)


def away(review: Review, actor: Actor = LEADER) -> AbsentPeople:
    return AbsentPeople.model_validate(review.asked(ListAbsentPeople(), tenant=CITY, actor=actor)["ok"])


def mine(review: Review, actor: Actor) -> MyTasks:
    return MyTasks.model_validate(review.asked(CountMyTasks(), tenant=CITY, actor=actor)["ok"])


def reassigned(review: Review, **said: object) -> dict[str, object]:
    order = ReassignTasks(from_person_id=LI.id, reason="李初审病假", **said)  # type: ignore[arg-type]
    return review.ordered(order, tenant=CITY, actor=LEADER)


def test_a_stand_in_has_what_was_given_to_the_person_and_sees_for_whom_and_until_when(review: Review) -> None:
    first, second, _third = tasks(review).items
    assert given(review, first, LI.id)["ok"]
    assert given(review, second, WANG.id)["ok"]
    assert mine(review, LI) == MyTasks(given=1)
    assert tasks(review, WANG, stand_in=True).items == ()
    appointed(review, "wang-for-li", WANG.id, "first_review", of=f"own-{LI.id}", until=UNTIL)
    (taken,) = tasks(review, WANG, stand_in=True).items
    assert (taken.task_id, taken.in_place_of, taken.in_place_of_name, taken.in_place_until) == (
        first.task_id,
        LI.id,
        "李初审",
        UNTIL,
    )
    assert (taken.given_by, taken.given_at, taken.given_why) == (LEADER.id, NOON, "按分工")
    assert {task.task_id for task in tasks(review, WANG, mine=True).items} == {first.task_id, second.task_id}
    assert mine(review, WANG) == MyTasks(given=1, as_stand_in=1)
    assert tasks(review, ZHAO, stand_in=True).items == (), "nobody else stands in"


def test_whoever_holds_a_duty_only_in_anothers_place_has_its_tasks_as_a_stand_in(review: Review) -> None:
    review.does(f"DELETE FROM known_appointment WHERE person_id = '{ZHAO.id}'")
    appointed(review, "zhao-for-li", ZHAO.id, "first_review", of=f"own-{LI.id}", until=UNTIL)
    assert {task.in_place_of for task in tasks(review, ZHAO, stand_in=True).items} == {LI.id}
    assert mine(review, ZHAO) == MyTasks(as_stand_in=3)


def test_the_leader_sees_who_is_away_and_gives_on_all_their_tasks_with_a_reason(review: Review) -> None:
    for task in tasks(review).items[:2]:
        given(review, task, LI.id)
    assert away(review).items == ()
    appointed(review, "wang-for-li", WANG.id, "first_review", of=f"own-{LI.id}", until=UNTIL)
    (person,) = away(review).items
    assert (person.person_id, person.name, person.tasks, person.gone) == (LI.id, "李初审", 2, False)
    assert [(each.kind, each.stand_in_name, each.until) for each in person.duties] == [
        ("first_review", "王审核", UNTIL)
    ]
    done = TasksReassigned.model_validate(reassigned(review, to_person_id=ZHAO.id)["ok"])
    assert (done.given, done.kept, done.more) == (2, (), False)
    held = [(task.given_why, task.given_by) for task in tasks(review, ZHAO, mine=True).items]
    assert held == [("李初审病假", LEADER.id)] * 2
    assert mine(review, ZHAO) == MyTasks(given=2), "it is told to whom they were given"
    assert away(review).items[0].tasks == 0


def test_nothing_is_given_to_somebody_who_is_away_or_to_the_same_person_or_to_who_could_not_do_it(
    review: Review,
) -> None:
    first, *_others = tasks(review).items
    appointed(review, "wang-for-li", WANG.id, "first_review", of=f"own-{LI.id}", until=UNTIL)
    refused = given(review, first, LI.id)["refused"]
    assert refused["code"] == "assignee_absent"  # type: ignore[index]
    assert "王审核" in refused["message"]  # type: ignore[index]
    assert reassigned(review, to_person_id=LI.id)["refused"]["code"] == "given_to_the_same"  # type: ignore[index]
    given(review, first, WANG.id)
    order = ReassignTasks(from_person_id=WANG.id, to_person_id="nobody", reason="试交接")
    done = TasksReassigned.model_validate(review.ordered(order, tenant=CITY, actor=LEADER)["ok"])
    assert (done.given, [each.reason.code for each in done.kept]) == (0, ["assignee_without_duty"])
    assert tasks(review, WANG, mine=True).items[0].task_id == first.task_id


def test_tasks_of_somebody_who_has_left_are_found_and_given_back_to_all(review: Review) -> None:
    first, *_others = tasks(review).items
    given(review, first, LI.id)
    ended = DutyEnded(appointment_id=f"own-{LI.id}", person_id=LI.id, until=date(2026, 3, 9), reason="调离")
    review.does(f"UPDATE known_appointment SET until = '{ended.until}' WHERE id = '{ended.appointment_id}'")
    (person,) = away(review).items
    assert (person.name, person.gone, person.tasks) == ("李初审", True, 1)
    done = TasksReassigned.model_validate(reassigned(review)["ok"])
    assert done.given == 1
    assert tasks(review, WANG).items[0].holder_id is None
    assert away(review).items == ()
