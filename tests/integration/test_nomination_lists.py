"""Lists of any length: what holds becomes a case, what does not has a reason each, and the same list twice is registered once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from front_office import CITY, ZHANGGONG, intake_replica
from list_kit import AMOUNT, XINGGUO, ListDesk, code_of, content_of, line
from review_database import Review, mapped
from review_database import onboarded as heard_onboarded

from chassis.edge.frame import Frame
from chassis.events.received import decode
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.operations import OperationView
from contracts.policies import PolicyPublished
from contracts.rule import Level

ALL = range(1, 1001)
UNKNOWN, MISTYPED, UNPAID, WRONG, UNFIT, TWICE = (
    range(1, 11),
    range(11, 19),
    range(19, 26),
    range(26, 31),
    range(31, 35),
    range(35, 38),
)
"""Of the thousand lines: 10 of enterprises that nobody knows, 8 with a code that is none, 7 without an account, 5 with another
amount than the rule's, 4 that do not meet the condition, 3 that name an enterprise a second time."""

THOUSAND = [
    line(n, code="9136070200000000XX")
    if n in MISTYPED
    else line(n, yuan=AMOUNT + 1)
    if n in WRONG
    else line(n, code=code_of(n + 100)).replace(f"名单企业{n:05d}", "")
    if n in TWICE
    else line(n)
    for n in [*range(38, 1001), *range(1, 38)]
]


@pytest.fixture
def desk(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], tmp_path: Path) -> ListDesk:
    dsns = service_database("intake")
    return ListDesk(intake_replica(service_frame("intake", dsns=dsns, clock=FixedClock(NOON)), dsns), tmp_path)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Review:
    dsns = service_database("review")
    made = Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns)
    made.hears(
        heard_onboarded(CITY, None, Level.CITY, CITY),
        heard_onboarded(ZHANGGONG, CITY, Level.COUNTY, ZHANGGONG),
        heard_onboarded(XINGGUO, CITY, Level.COUNTY, XINGGUO),
    )
    return made


def knows_a_thousand(desk: ListDesk) -> None:
    """A third lives in the city itself, the others in two counties."""
    known = [n for n in ALL if n not in UNKNOWN]
    for place, tenant in enumerate((CITY, ZHANGGONG, XINGGUO)):
        desk.knows([n for n in known if n % 3 == place], tenant, unpaid=UNPAID, unfit=UNFIT)


def hears_lists(review: Review, desk: ListDesk, item: PolicyPublished) -> None:
    review.hears(item, *mapped(item.content.rules), tenant=CITY)
    review.applies([decode(body, wanted=review.inbox.wanted) for body in desk.intake.said()])


def counted(view: OperationView) -> tuple[str, int, int, int]:
    return view.state, view.accepted, view.unchanged, view.refused


def test_of_a_thousand_lines_37_bad_ones_have_a_reason_each_and_963_become_cases_wherever_the_enterprise_lives(
    desk: ListDesk, review: Review
) -> None:
    content = content_of()
    item = desk.publishes(content)
    knows_a_thousand(desk)
    view = desk.pushes(item, THOUSAND)
    assert counted(view) == ("finished", 963, 0, 37)
    told = desk.refused(view)
    assert [each.line for each in told] == list(range(965, 1002)), "the last 37 lines, one reason each"
    assert Counter(each.code for each in told) == {
        "enterprise_unknown": 10,
        "uscc_invalid": 8,
        "payee_account_missing": 7,
        "amount_mismatch": 5,
        "not_eligible": 4,
        "duplicate_line": 3,
    }
    assert all(each.message for each in told)
    places = desk.intake.rows("SELECT tenant, count(*)::int FROM application GROUP BY 1 ORDER BY 1")
    assert dict(places) == {
        tenant: sum(n % 3 == place for n in range(38, 1001)) for place, tenant in enumerate((CITY, ZHANGGONG, XINGGUO))
    }
    assert desk.intake.rows("SELECT DISTINCT tenant FROM nomination") == [(CITY,)], "a list belongs to the item's place"

    hears_lists(review, desk, PolicyPublished(item_id=item, tenant=CITY, item_version=1, content=content))
    assert review.rows("SELECT tenant, state, count(*)::int FROM review_case GROUP BY 1, 2") == [
        (CITY, "approved", 963)
    ]
    assert review.rows("SELECT count(*)::int FROM outbox WHERE type = 'CaseApproved'") == [(963,)]


def test_the_same_list_under_another_key_changes_nothing_and_under_the_same_key_is_the_same_work(
    desk: ListDesk,
) -> None:
    item = desk.publishes(content_of())
    knows_a_thousand(desk)
    first = desk.pushes(item, THOUSAND, key="one")
    before = desk.intake.rows("SELECT count(*)::int FROM outbox")
    again = desk.pushes(item, THOUSAND, key="another")
    assert counted(again) == ("finished", 0, 963, 37)
    assert desk.pushes(item, THOUSAND, key="one").operation_id == first.operation_id
    assert desk.intake.rows("SELECT count(*)::int FROM outbox") == before
    assert desk.intake.rows("SELECT count(*)::int, count(DISTINCT enterprise_id)::int FROM application") == [(963, 963)]


def test_two_officers_who_push_the_same_list_at_once_register_it_once(desk: ListDesk) -> None:
    item = desk.publishes(content_of())
    knows_a_thousand(desk)
    begun = [OperationView.model_validate(desk.begins(item, THOUSAND, key=key)["ok"]) for key in ("one", "another")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: desk.works(), range(2)))
    views = [desk.seen(each.operation_id) for each in begun]
    assert {view.state for view in views} == {"finished"}
    assert sum(view.accepted for view in views) == 963
    assert sum(view.unchanged for view in views) == 963
    assert desk.intake.rows("SELECT count(*)::int, count(DISTINCT enterprise_id)::int FROM application") == [(963, 963)]


def test_a_line_whose_plan_asks_another_department_is_paid_by_nobody_before_that_has_answered(
    desk: ListDesk, review: Review
) -> None:
    content = content_of({"kind": "joint_check", "departments": ["统计数据"]})
    item = desk.publishes(content)
    desk.knows(range(1, 21), ZHANGGONG)
    assert counted(desk.pushes(item, [line(n) for n in range(1, 21)])) == ("finished", 20, 0, 0)
    hears_lists(review, desk, PolicyPublished(item_id=item, tenant=CITY, item_version=1, content=content))
    assert review.rows("SELECT state, count(*)::int FROM review_case GROUP BY 1") == [("accepted", 20)]
    assert review.rows("SELECT count(*)::int FROM outbox WHERE type = 'CaseApproved'") == [(0,)]


def test_what_stands_against_the_whole_list_is_said_at_once_and_begins_nothing(desk: ListDesk) -> None:
    said = content_of().model_dump(mode="json")
    said["rules"]["plan"]["mode"] = "instant"
    item = desk.publishes(type(content_of()).model_validate(said))
    answer = desk.begins(item, [line(1)])
    assert answer["refused"]["code"] == "enterprises_apply"  # type: ignore[index]
    assert desk.intake.rows("SELECT count(*) FROM operation_run") == [(0,)]


@pytest.mark.parametrize(
    ("heading", "lines", "code"),
    [("企业,金额", ["甲,1"], "list_heading_refused"), ("统一社会信用代码", [], "list_empty")],
)
def test_a_table_that_is_no_list_fails_with_what_is_wrong(
    desk: ListDesk, heading: str, lines: list[str], code: str
) -> None:
    item = desk.publishes(content_of())
    begun = OperationView.model_validate(desk.begins(item, lines, heading=heading)["ok"])
    desk.works()
    view = desk.seen(begun.operation_id)
    assert (view.state, view.notice_code) == ("failed", code)
