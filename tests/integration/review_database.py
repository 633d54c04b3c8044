"""Review on a real database: its handlers behind the inbox, its commands behind the frame."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from frame_kit import psycopg_url

from chassis.edge.entrypoints import UnitMaker
from chassis.edge.frame import Frame
from chassis.events.inbox import BatchResult, Inbox, Subscription
from chassis.events.parking import claim_due
from chassis.events.received import Received
from chassis.foundation.ids import new_id
from chassis.tenancy.learning import calendar_subscription, tenant_subscription
from chassis.testing.fakes import NOON, received
from chassis.time.following import FOLLOW, follow
from chassis.time.jobs import Job, claim
from console.servers.provision import Dsns
from contracts.departments import PlanTermMapped, PlanTermMeaning, ToDuty, ToSource
from contracts.identity import TenantOnboarded, TenantSettings
from contracts.inspections import ConfirmInspection, Inspections, ListInspections
from contracts.message import Actor, Command, Event, Model, Query, snake_case
from contracts.people import DutyAssigned
from contracts.review import CaseView, RecordInspection
from contracts.rule import ItemRules, Level
from copies.departments import keep_departments
from copies.duties import keep_appointments
from rules.plan_terms import terms_of
from services.review.acceptance import silence, withdrawal
from services.review.acceptance import use_cases as accepting
from services.review.batches import use_cases as batch_use_cases
from services.review.batches import views as batch_views
from services.review.bulk_decisions import use_cases as bulk_use_cases
from services.review.bulk_decisions import views as bulk_views
from services.review.cases import (
    counts,
    deadline,
    held_lines,
    journal,
    lists,
    opening,
    sheet,
    use_cases,
    views,
    work_list,
)
from services.review.cases.moving import FACTS_MOVED, INSTALMENT_DECIDED
from services.review.cases.task_times import ACCEPTANCE_OPENED
from services.review.credit_checks import use_cases as credit_checking
from services.review.credit_checks import views as credit_check_views
from services.review.fact_changes import use_cases as fact_changes
from services.review.figures import use_cases as setting_figures
from services.review.figures import views as figure_views
from services.review.inspections import use_cases as inspecting
from services.review.inspections import views as inspection_views
from services.review.instalments import rechecking
from services.review.instalments import use_cases as instalments
from services.review.instalments import views as instalment_views
from services.review.integrity import enterprise, exporting, looking, own_views, recovering
from services.review.integrity import use_cases as integrity_use_cases
from services.review.integrity import views as integrity_views
from services.review.item_copies.use_cases import remember_items
from services.review.joint_checks import use_cases as joint_check_use_cases
from services.review.joint_checks import views as joint_check_views
from services.review.materials import reading
from services.review.materials import use_cases as checking
from services.review.panels import experts
from services.review.panels import use_cases as panelling
from services.review.panels import views as panel_views
from services.review.refusing import views as refusing_views
from services.review.register import award_views, imported
from services.review.register import use_cases as register_use_cases
from services.review.register import views as register_views
from services.review.register.names import keep_names
from services.review.reopening import undoing
from services.review.reopening import use_cases as reopening_use_cases
from services.review.reopening import views as reopening_views
from services.review.serving import use_cases as serving
from services.review.serving import views as serving_views
from services.review.supplements import lapse
from services.review.supplements import use_cases as supplementing
from services.review.supplements import views as supplement_views
from services.review.tasks import absence as task_absence
from services.review.tasks import use_cases as task_use_cases
from services.review.tasks import views as task_views
from tests.remedies import REMEDIES
from tests.unit.review.review_kit import OFFICER, SECOND, item_rules, published

SUBSCRIPTIONS = [
    Subscription("items", frozenset({"PolicyPublished", "PolicyRevised"}), remember_items),
    Subscription("applications", frozenset({"ApplicationSubmitted"}), opening.open_cases),
    Subscription("lists", frozenset({"EnterprisesNominated"}), lists.decide_lists),
    Subscription("merges", frozenset({"EnterpriseMerged"}), register_use_cases.hear_merges),
    Subscription("names", frozenset({"NameChangeConfirmed"}), keep_names),
    Subscription("facts", frozenset({"EnterpriseFactsChanged"}), fact_changes.hear_facts),
    Subscription("plan terms", frozenset({"PlanTermMapped"}), held_lines.take_meanings),
    Subscription("appointments", frozenset({"DutyAssigned", "DutyEnded"}), keep_appointments),
    Subscription("departments", frozenset({"DepartmentRegistered", "DepartmentChanged"}), keep_departments),
    tenant_subscription(follows=True),
    calendar_subscription(follows=True),
]

COMMANDED = (
    *(use_cases, register_use_cases, imported, joint_check_use_cases, task_use_cases, rechecking),
    *(accepting, withdrawal, checking, supplementing, reading),
    *(inspecting, setting_figures, experts, panelling),
    *(undoing, reopening_use_cases, bulk_use_cases),
    *(batch_use_cases, credit_checking, recovering, enterprise, serving),
)
USE_CASES = {
    **{name: use for module in COMMANDED for name, use in vars(module).items()},
    "open_finding": integrity_use_cases.open_by_person,
    "notify_finding": integrity_use_cases.notify_enterprise,
    "decide_finding": integrity_use_cases.decide_finding,
    "decide_record_request": integrity_use_cases.decide_request,
}
ANSWERS = (
    *(views, work_list, counts, sheet, journal, register_views, award_views),
    *(joint_check_views, task_views, task_absence, instalment_views, supplement_views),
    *(inspection_views, figure_views, panel_views),
    *(reopening_views, bulk_views),
    *(batch_views, credit_check_views, integrity_views, own_views, exporting, refusing_views, serving_views, reading),
)
"""Where a question is answered by a function of its name."""

DUE: dict[str, Callable[[Any, Any], None]] = {
    ACCEPTANCE_OPENED: silence.look_at_acceptances,
    lapse.SUPPLEMENT: lapse.look_at_supplements,
    checking.PROVISIONAL: checking.look_at_provisional,
    looking.LOOK: looking.look_at_findings,
}


def onboarded(
    tenant: str, parent: str | None, level: Level, code: str, settings: TenantSettings | None = None
) -> TenantOnboarded:
    return TenantOnboarded(
        id=tenant,
        parent_id=parent,
        level=level,
        division_code=code,
        name=tenant,
        settings=(settings or TenantSettings()).model_copy(update={"remedies": REMEDIES}),
        settings_version=1,
    )


def mapped(rules: ItemRules) -> list[PlanTermMapped]:
    """What the county has said of the words of a plan: its leader approves, and each source answers for itself."""
    meanings: dict[str, PlanTermMeaning] = {"approver": ToDuty(kind="leader"), "check": ToSource(source="statistics")}
    return [
        PlanTermMapped(use=each.use, term=each.term, meaning=meanings[each.use])
        for each in terms_of(rules.plan)
        if each.use in meanings
    ]


class Review:
    """One replica of the service, without nameko and without loops."""

    def __init__(self, frame: Frame, dsns: Dsns) -> None:
        self.frame = frame
        self.dsns = dsns
        self.inbox = Inbox("review", SUBSCRIPTIONS, frame.event_unit, max_attempts=3)

    def hears(self, *events: Event, tenant: str = "zhanggong") -> list[Received[Any]]:
        """Deliver these in one batch, each as the first event of an aggregate of its own."""
        messages = [received(event, tenant=tenant) for event in events]
        self.applies(messages)
        return messages

    def inspected(self, case: CaseView, *, findings: str = "与申报一致", place: str = "厂区") -> CaseView:
        """By the officer with another, who confirms it."""
        said = DutyAssigned(
            appointment_id=new_id(),
            person_id=SECOND.id,
            person_name="示例人员乙",
            department_id="dep-1",
            duty_id="duty-1",
            kind="first_review",
            since=NOON.date(),
        )
        self.hears(said)
        words = {"passed": True, "findings": findings, "place": place, "inspected_at": NOON}
        order = RecordInspection(
            case_id=case.case_id, with_officers=(SECOND.id,), expected_version=case.version, **words
        )
        case = CaseView.model_validate(self.ordered(order)["ok"])
        kept = Inspections.model_validate(self.asked(ListInspections(case_id=case.case_id))["ok"]).items[0]
        confirmation = ConfirmInspection(
            case_id=case.case_id, inspection_id=kept.inspection_id, was_there=True, expected_version=case.version
        )
        return CaseView.model_validate(self.ordered(confirmation, actor=SECOND)["ok"])

    def applies(self, messages: Sequence[Received[Any]]) -> BatchResult:
        return self.inbox.apply(messages)

    def sweeps(self) -> None:
        """What is parked and due is tried again."""
        self.inbox.apply(claim_due(self.frame.frame_engine, self.frame.clock.now(), 100, self.inbox.wanted))

    def follows(self, limit: int = 50) -> int:
        """Do one round of what open deadlines have to follow, as the timers do; returns how many jobs there were."""
        jobs = claim(self.frame.frame_engine, FOLLOW, self.frame.clock.now(), limit)
        self.frame.calendars.forget()
        follow(jobs, lambda tenants: self.frame.event_unit(tenants, action=FOLLOW), deadline.follow_calendar)
        return len(jobs)

    def looks_back(self) -> int:
        """Look over what merged enterprises were granted, as the timers do; returns how many merges there were."""
        jobs = claim(self.frame.frame_engine, register_use_cases.LOOK_BACK, self.frame.clock.now(), 50)
        if jobs:
            register_use_cases.look_back(jobs, lambda tenants: self.frame.event_unit(tenants, action="look_back"))
        return len(jobs)

    def works(self, kind: str, work: Callable[[Sequence[Job], UnitMaker], None]) -> int:
        """Do what is due of this kind, as the timers do; returns how many jobs there were."""
        jobs = claim(self.frame.frame_engine, kind, self.frame.clock.now(), 50)
        if jobs:
            work(jobs, lambda tenants: self.frame.event_unit(tenants, action=kind))
        return len(jobs)

    def takes_up_facts(self) -> int:
        """Let open cases take up what was heard of their firms."""
        return self.works(FACTS_MOVED, fact_changes.take_up_facts)

    def does_what_is_due(self) -> None:
        """Whatever of facts and instalments is due, until nothing is."""
        kinds = {
            FACTS_MOVED: fact_changes.take_up_facts,
            INSTALMENT_DECIDED: instalments.learn_decisions,
            fact_changes.INSTALMENT_LOOK: instalments.look_at_instalments,
            rechecking.RECHECK_OPENED: rechecking.recheck_by_machine,
        }
        while sum(self.works(kind, work) for kind, work in kinds.items()):
            pass

    def does_what_is_due_of_filings(self) -> int:
        """Do what is due of filings, supplements and materials, as the timers do; returns how many jobs there were."""
        done = 0
        for kind, handle in DUE.items():
            if jobs := claim(self.frame.frame_engine, kind, self.frame.clock.now(), 50):
                with self.frame.event_unit(sorted({job.tenant for job in jobs}), action=kind) as uow:
                    handle(jobs, uow)
            done += len(jobs)
        return done

    def ordered(
        self, order: Command, *, tenant: str = "zhanggong", actor: Actor = OFFICER, key: str | None = None
    ) -> dict[str, Any]:
        """Give a command as the gateway does; `key`: the one under which it is given again."""
        name = snake_case(type(order).__name__)
        body = order.model_dump(mode="json")
        envelope = {
            "idempotency_key": key or new_id(),
            "tenant": tenant,
            "actor": actor.model_dump(mode="json"),
            "name": name,
            "body_hash": hashlib.sha256(repr(body).encode()).hexdigest(),
            "body": body,
        }
        return self.frame.run_command(type(order), USE_CASES[name], envelope)

    def asked(self, question: Query, *, tenant: str = "zhanggong", actor: Actor = OFFICER) -> dict[str, Any]:
        """Ask as the gateway does."""
        name = snake_case(type(question).__name__)
        envelope = {
            "tenant": tenant,
            "actor": actor.model_dump(mode="json"),
            "name": name,
            "body": question.model_dump(mode="json"),
        }
        answer: Callable[..., Model] = next(getattr(each, name) for each in ANSWERS if hasattr(each, name))
        return self.frame.run_query(type(question), answer, envelope)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database holds, seen by its owner."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            return connection.execute(statement).fetchall()

    def does(self, statement: str) -> None:
        """Change the database as its owner does in a migration."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            connection.execute(statement)

    def told(self) -> list[tuple[str, str]]:
        """(event, addressed to) of everything said so far, in order."""
        return self.rows("SELECT type, addressed_to FROM outbox ORDER BY position")

    def prepared(self, rules: ItemRules | None = None, settings: TenantSettings | None = None) -> Review:
        """Ganzhou and Zhanggong are onboarded, item 1 is published, and Zhanggong has said what its plan's words mean."""
        item = rules or item_rules()
        self.hears(
            onboarded("ganzhou", None, Level.CITY, "3607"),
            onboarded("zhanggong", "ganzhou", Level.COUNTY, "360702", settings),
            onboarded("xingguo", "ganzhou", Level.COUNTY, "360732"),
            published(item),
            *mapped(item),
        )
        return self
