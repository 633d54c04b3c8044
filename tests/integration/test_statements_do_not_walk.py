"""No statement walks: every question, and what commands, timers and the frame look for, on a thousand tenants of which one
has six rows of ten, under row security and with the plans of production.

A walk takes no time on a test's few rows. So what is measured is what the server looked at (tests/plans_kit.py).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from key_kit import key_ring
from plans_kit import Plans
from sqlalchemy import Text, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY

from bench.casework.work_lists import LISTS
from bench.grown.calls import CALLS, CASE, OFFICER, PAYMENT, RECEIPT, Answerers, query_contracts
from bench.grown.house import fill, frames
from bench.grown.size import BIG, ENTERPRISE, NOW, OFFICE, OTHER_OFFICE, Size
from chassis.edge.frame import Frame
from chassis.events.parking import claim_due, wake_successors
from chassis.events.relay import ANYTHING, BACKLOG, BY_INDEX, PENDING
from chassis.operations.runs import Operations
from chassis.tenancy.working_days import missing_calendars
from chassis.time.jobs import claim
from chassis.write.audit import seal, unsealed
from chassis.write.outbox import PARTITIONS
from chassis.write.store import AggregateStore
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from copies.departments import KnownDepartments
from gateway.identity.accounts.store import AccountStore, InvitationStore
from gateway.identity.people.store import Appointments
from services.catalog.enterprises.store import Enterprises
from services.catalog.materials.store import Materials
from services.intake.applications.store import Applications
from services.intake.catalog_copies.enterprises import EnterpriseCopies
from services.notify.messages.store import Contacts, Messages, Recipient
from services.notify.staff.views import message_seen_by
from services.review.cases.store import Cases
from services.review.public_notices.store import NoticeObjections, StandingNotices
from services.review.register.awards import AwardAsked
from services.review.register.domain import RegisteredAward
from services.review.register.findings import AwardFindings
from services.review.register.persons import Persons
from services.review.register.store import AwardRegister
from services.review.tasks.store import CaseTasks
from services.treasury.account_copies.store import PayeeAccountCopies
from services.treasury.budget.domain import BudgetLine
from services.treasury.budget.store import BudgetLines, LineOfDepartment
from services.treasury.disbursements.store import Disbursements
from tests.architecture.source_tree import services
from tests.unit.review.review_kit import claim as claim_of
from tests.unit.review.review_kit import item_rules

TODAY = NOW.date()
GROWN = Size(cases=12_000, tenants=1_000)

LOOKED_THROUGH: Mapping[str, str] = {
    "list_cases_about_企业7_by_bureau": "a part of a name stands anywhere in it: the tenant's names are read, from their index",
    "list_disbursements_about_企业7_by_bureau": "the same",
    "try_item_content_enterprise_企业7_by_d1": "the same, of the enterprises on which a draft is tried",
    "read_open_data_by_anyone_None": "says how new everything is, with the settings of all places: a row for each",
    "get_onboarding_checklist_by_anyone": "counts who is in which duty today: people of one place, once, when it comes on board",
}
"""Questions that look at more than a page, and why they may."""


@contextmanager
def watched(service: str, database: Callable[[str], Dsns], size: Size = GROWN) -> Iterator[tuple[Frame, Plans]]:
    dsns, plans = database(service), Plans()
    fill(service, dsns, size, key_ring())
    with frames({service: dsns}, key_ring()) as made:
        frame = made[service]
        for engine in (frame.engine, frame.event_engine, frame.read_engine, frame.frame_engine, frame.look_engine):
            plans.watch(engine)
        yield frame, plans


@pytest.mark.parametrize("service", [*services(), "gateway"])
def test_no_question_walks(service: str, service_database: Callable[[str], Dsns]) -> None:
    with watched(service, service_database) as (frame, plans):
        answerers = Answerers({service: frame})
        found = {}
        for call in (each for each in CALLS if each.service == service):
            answer = answerers.ask(call, answerers.page(call))
            assert "fault" not in answer, (call.label, answer)
            assert answer.get("refused", {}).get("code") == call.refused, (call.label, answer)
            assert plans.statements > 0 or call.name in ("PreviewItem", "GetItemReach"), f"{call.label} asks nothing"
            if plans.walks:
                found[call.label] = plans.walks
            plans.walks, plans.statements = [], 0
        told = "\n".join(f"{label}\n    " + "\n    ".join(map(str, each)) for label, each in found.items())
        assert found.keys() == {
            call.label for call in CALLS if call.service == service and call.label in LOOKED_THROUGH
        }, told


def test_no_list_walks_through_all_work_that_is_open(service_database: Callable[[str], Dsns]) -> None:
    with watched("review", service_database, Size(cases=0, tenants=3, open=8_000)) as (frame, plans):
        answerers = Answerers({"review": frame})
        for call in LISTS:
            assert answerers.ask(call)["ok"]["items"], call.label
            assert plans.walks == [], call.label


WALKING: Mapping[str, str] = {
    "through the history": "SELECT id FROM review_case WHERE tenant = :tenant AND note = 'none'",
    "within an index": "SELECT count(*) FROM review_case WHERE tenant = :tenant AND id LIKE '%0'",
    "through all tenants": "SELECT id FROM review_case WHERE note = :tenant",
    "in an order that no index has": "SELECT id FROM review_case WHERE tenant = :tenant ORDER BY decided_at LIMIT 20",
    "past what is removed": "SELECT id FROM review_case WHERE tenant = :tenant AND state = 'none' OR department = 'none' LIMIT 1",
}


def test_walks_are_found(service_database: Callable[[str], Dsns]) -> None:
    with watched("review", service_database) as (frame, plans):
        for what, statement in WALKING.items():
            with frame.reader((BIG,)) as reader:
                reader.execute(statement, {"tenant": BIG})
            assert plans.walks, what
            plans.walks = []
        with frame.unit((BIG,), action="look") as uow:
            uow.execute("UPDATE review_case SET note = '' WHERE tenant = :tenant AND note = 'x'", {"tenant": BIG})
        assert plans.walks
        plans.walks = []
        with frame.reader((BIG,)) as reader:
            reader.execute(
                "SELECT id FROM review_case WHERE tenant = :tenant AND id = :id", {"tenant": BIG, "id": CASE}
            )
        assert plans.walks == []


def test_every_question_is_asked() -> None:
    assert {call.name for call in CALLS} == set(query_contracts())
    labels = [call.label for call in CALLS]
    assert len(labels) == len(set(labels))


def stores_of(service: str) -> list[type[AggregateStore[Any]]]:
    """Every store of aggregates that the service has, the frame's own included."""
    folder = "gateway" if service == "gateway" else f"services/{service}"
    for file in sorted(Path(folder).glob("**/store.py")) + (
        [Path("gateway/uploads.py")] if service == "gateway" else []
    ):
        importlib.import_module(".".join(file.with_suffix("").parts))
    root = folder.replace("/", ".") + "."
    return [Operations, *(each for each in AggregateStore.__subclasses__() if each.__module__.startswith(root))]


LINE = BudgetLine(
    id="l", tenant=BIG, version=1, year=2026, department="工信局", department_id=OFFICE, item_id=None, mode="quota",
    appropriated_fen=10**12,
)  # fmt: skip
AWARD = RegisteredAward(
    tenant=BIG, filed_in=BIG, enterprise_id=ENTERPRISE, item_id="i1", uscc="code", period="2026", case_id=CASE, amount_fen=1
)  # fmt: skip
ASKED = AwardAsked(
    CASE, BIG, claim_of(tenant=BIG, filed_in=BIG, enterprise_id=ENTERPRISE, uscc="code-0000000000"), "A-1", item_rules(), 2
)  # fmt: skip
LOOKS: Mapping[str, Sequence[Callable[[UnitOfWork], object]]] = {
    "review": (
        lambda uow: uow.of(Cases).open_limits(BIG, "", 50),
        lambda uow: uow.of(Cases).held_lines([BIG, "t2"]),
        lambda uow: uow.of(CaseTasks).of_cases([CASE, "c0000000001"]),
        lambda uow: uow.of(CaseTasks).cases_asking(BIG, "复核岗7", "", 50),
        lambda uow: uow.of(StandingNotices).running_of([CASE, "c0000000001"]),
        lambda uow: uow.of(StandingNotices).last_of(CASE),
        lambda uow: uow.of(StandingNotices).running_after("", 50),
        lambda uow: uow.of(NoticeObjections).open_of([f"n{CASE}"]),
        lambda uow: uow.of(NoticeObjections).of_case(CASE),
        lambda uow: uow.of(Persons).granted_already([AWARD]),
        lambda uow: uow.of(AwardFindings).granted_twice(["code-0000000000", "code-0000000001"]),
        lambda uow: uow.of(AwardRegister).hold([ASKED]),
        lambda uow: uow.of(AwardRegister).histories([ASKED]),
        lambda uow: uow.of(AwardRegister).free([CASE], "recovered", by="officer", evidence="退款单"),
    ),
    "treasury": (
        lambda uow: uow.of(Disbursements).open_limits(BIG, "", 50),
        lambda uow: uow.of(Disbursements).of_cases([CASE, "c0000000001"]),
        lambda uow: uow.of(Disbursements).look_at([PAYMENT]),
        lambda uow: uow.of(Disbursements).unsent_of([BIG, "t2"], [(BIG, ENTERPRISE)]),
        lambda uow: uow.of(PayeeAccountCopies).current([(BIG, ENTERPRISE)]),
        lambda uow: uow.of(Disbursements).by_instruction([f"I{CASE}"]),
        lambda uow: uow.of(Disbursements).waiting_for(LINE, 50),
        lambda uow: uow.of(BudgetLines).of_departments([LineOfDepartment(BIG, 2026, OFFICE, "i1")]),
        lambda uow: uow.of(BudgetLines).ever_of([OFFICE]),
    ),
    "intake": (
        lambda uow: uow.of(Applications).claimed("i1", [(ENTERPRISE, CASE), ("e0000000001", "x")]),
        lambda uow: uow.of(Applications).filed("i1", (ENTERPRISE, CASE), RECEIPT),
        lambda uow: uow.of(EnterpriseCopies).enterprises([ENTERPRISE, "e0000000001"], ["above_scale"], tenant=BIG),
    ),
    "notify": (
        lambda uow: uow.of(Messages).read_many([f"{CASE}inbox"]),
        lambda uow: uow.of(Contacts).sealed([Recipient(BIG, ENTERPRISE)]),
        lambda uow: message_seen_by(OFFICER, BIG, f"h{CASE}", uow),
    ),
    "catalog": (
        lambda uow: uow.of(Enterprises).by_uscc("913600000000000000"),
        lambda uow: uow.of(Enterprises).of_credit_codes(["913600000000000000", "x"]),
        lambda uow: uow.of(Enterprises).current_facts(ENTERPRISE),
        lambda uow: uow.of(Enterprises).told(ENTERPRISE),
        lambda uow: uow.of(Materials).of_enterprise(ENTERPRISE),
    ),
    "gateway": (
        lambda uow: uow.of(AccountStore).of_person(f"q{ENTERPRISE}"),
        lambda uow: uow.of(InvitationStore).open_of(f"u{ENTERPRISE}"),
        lambda uow: uow.of(Appointments).of_department(OTHER_OFFICE),
    ),
    "oversight": (lambda uow: KnownDepartments(uow).named([(BIG, "工信局"), ("t2", "商务局")], TODAY),),
}
"""What commands, events and timers look for, besides aggregates by their ids."""


def frame_looks(frame: Frame) -> None:
    """What the loops look for several times a second, as the frame's role; nothing of it is there."""
    now = frame.clock.now()
    assert not unsealed(frame.look_engine)
    assert seal(frame.frame_engine, now) == 0
    assert claim(frame.look_engine, "none", now, 50) == []
    assert claim(frame.look_engine, "later", now, 50) == []
    assert claim_due(frame.frame_engine, now, 50, frozenset()) == []
    wake_successors(frame.frame_engine, now)
    missing_calendars(frame.frame_engine)
    with frame.frame_engine.begin() as connection:
        assert not connection.execute(ANYTHING).scalar_one()
        assert connection.execute(BACKLOG).one()[0] == 0
        connection.execute(BY_INDEX)
        assert connection.execute(PENDING, {"owned": list(range(PARTITIONS)), "n": 400}).all() == []


@pytest.mark.parametrize("service", [*services(), "gateway"])
def test_nothing_that_changes_anything_walks(service: str, service_database: Callable[[str], Dsns]) -> None:
    with watched(service, service_database) as (frame, plans):
        frame_looks(frame)
        for store in stores_of(service):
            for tenants in ((BIG,), (BIG, "t2", "t3"), ("platform",)):
                with frame.unit(tenants, action="look") as uow:
                    ids = literal([CASE, PAYMENT, ENTERPRISE, "none"], ARRAY(Text))
                    uow.of(store).where(store.table.c.id == any_(ids), lock=False)
                    uow.of(store).where(store.table.c.id == CASE, lock=False)
        for look in LOOKS[service]:
            with frame.unit((BIG,), action="look") as uow:
                look(uow)
        assert plans.statements > 10
        assert not plans.walks, "\n".join(map(str, plans.walks))
