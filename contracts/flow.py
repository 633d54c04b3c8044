"""Who says what, and who listens: the whole topology of the bus in one list.

Events only flow downstream, in the order of `ORDER`. The broker's administrator makes all of it before anybody
publishes anything (console/servers/broker_topology.py), so that no event is ever without its queues.
"""

from __future__ import annotations

from typing import NamedTuple, get_args

from contracts.archive import CaseFileFrozen
from contracts.award_findings import AwardFindingClosed, AwardGrantedTwice
from contracts.calendars import CalendarPublished
from contracts.case_events import (
    BenefitGranted,
    CaseNotAccepted,
    CaseReassessed,
    CaseReopened,
    CaseResumed,
    CaseSuspended,
    CaseWithdrawn,
    ObjectionAnswered,
    ObjectionRaised,
    PublicNoticeEnded,
    PublicNoticeStarted,
    StepAnswered,
    SupplementAnswered,
    SupplementLapsed,
    SupplementRequested,
    TaskDeadlineApproaching,
    TaskDeadlineMissed,
)
from contracts.case_materials import MaterialsConfirmed
from contracts.case_notices import NoticeIssued, NoticeServed
from contracts.credit_checks import CreditChecksDrawn, CreditChecksPublished
from contracts.deadlines import PayoutDeadlineUndetermined, ReviewDeadlineUndetermined
from contracts.departments import (
    DepartmentChanged,
    DepartmentRegistered,
    DutyRegistered,
    DutyRenamed,
    PlanTermMapped,
)
from contracts.drafting import ConsultationOpened
from contracts.enterprises import (
    EnterpriseContactChanged,
    EnterpriseFactsChanged,
    EnterpriseRegistered,
    PayeeAccountChanged,
)
from contracts.entitlements import EnterprisesMatched
from contracts.identity import TenantChanged, TenantOnboarded
from contracts.intake import ApplicationSubmitted, EnterprisesNominated
from contracts.integrity_events import (
    DefenceGiven,
    DefenceTimeEnded,
    DishonestyCorrected,
    DishonestyRecorded,
    DishonestyRepaired,
    FindingDecided,
    FindingNotified,
    FindingOpened,
    RecordRequestMade,
    RecordRequestOverdue,
    RecordRequestRefused,
    RecoveryDecided,
)
from contracts.material_events import MaterialGone, MaterialKept
from contracts.merges import EnterpriseMerged
from contracts.message import Event, ServiceName
from contracts.name_changes import EnterpriseRenamed, NameChangeConfirmed
from contracts.notify import MessageDelivered, MessageFailed
from contracts.outside_figures import OutsideFigureRecorded, OutsideFigureWithdrawn
from contracts.payee_holders import HolderAccountChanged
from contracts.people import (
    DutyAssigned,
    DutyEnded,
    MandateEnded,
    MandateGranted,
    PersonChanged,
    PersonRegistered,
)
from contracts.policies import (
    PolicyExpired,
    PolicyExpiring,
    PolicyPublished,
    PolicyResumed,
    PolicyRevised,
    PolicySuspended,
    PolicyWithdrawn,
)
from contracts.review import (
    CaseAccepted,
    CaseApproved,
    CaseRejected,
    InspectionRecorded,
    ReviewDeadlineApproaching,
    ReviewDeadlineMissed,
    ReviewDeadlineMoved,
    TaskAssigned,
)
from contracts.supplements import SupplementDueSoon
from contracts.treasury import (
    BudgetAppropriated,
    ContradictionCleared,
    DisbursementAuthorised,
    DisbursementCancelled,
    DisbursementContradicted,
    DisbursementFailed,
    DisbursementHeld,
    DisbursementReady,
    DisbursementRecalled,
    DisbursementReturned,
    DisbursementSent,
    DisbursementSettled,
    DisbursementUnknown,
    PayoutDeadlineApproaching,
    PayoutDeadlineMissed,
    PayoutDeadlineMoved,
)

ORDER: tuple[ServiceName, ...] = get_args(ServiceName)
SERVICES: tuple[ServiceName, ...] = ORDER[1:]

EXCHANGE = "zhida.events"
"""Durable topic exchange; the routing key is `<producer>.<aggregate>.<event>`."""


class Route(NamedTuple):
    """Which service says it, and which services hear it."""

    producer: ServiceName
    consumers: tuple[ServiceName, ...]


DEPARTMENT_LISTENERS: tuple[ServiceName, ...] = ("catalog", "review", "treasury", "notify", "oversight")
DUTY_LISTENERS: tuple[ServiceName, ...] = ("review", "notify")
ITEM_LISTENERS: tuple[ServiceName, ...] = ("intake", "review", "oversight")
CASE_LISTENERS: tuple[ServiceName, ...] = ("treasury", "notify", "oversight")
FINDING_LISTENERS: tuple[ServiceName, ...] = ("notify", "oversight")
MONEY_LISTENERS: tuple[ServiceName, ...] = ("notify", "oversight")

FLOW: dict[type[Event], Route] = {
    TenantOnboarded: Route("gateway", SERVICES),
    TenantChanged: Route("gateway", SERVICES),
    DepartmentRegistered: Route("gateway", DEPARTMENT_LISTENERS),
    DepartmentChanged: Route("gateway", DEPARTMENT_LISTENERS),
    PlanTermMapped: Route("gateway", ("catalog", "review")),
    DutyRegistered: Route("gateway", DUTY_LISTENERS),
    DutyRenamed: Route("gateway", DUTY_LISTENERS),
    PersonRegistered: Route("gateway", DUTY_LISTENERS),
    PersonChanged: Route("gateway", DUTY_LISTENERS),
    DutyAssigned: Route("gateway", DUTY_LISTENERS),
    DutyEnded: Route("gateway", DUTY_LISTENERS),
    MandateGranted: Route("gateway", ("notify",)),
    MandateEnded: Route("gateway", ("notify",)),
    CalendarPublished: Route("gateway", SERVICES),
    PolicyPublished: Route("catalog", ITEM_LISTENERS),
    PolicyRevised: Route("catalog", ITEM_LISTENERS),
    PolicySuspended: Route("catalog", ITEM_LISTENERS),
    PolicyResumed: Route("catalog", ITEM_LISTENERS),
    PolicyWithdrawn: Route("catalog", ITEM_LISTENERS),
    PolicyExpired: Route("catalog", ITEM_LISTENERS),
    PolicyExpiring: Route("catalog", ("notify",)),
    ConsultationOpened: Route("catalog", ("notify",)),
    OutsideFigureRecorded: Route("catalog", ("intake",)),
    OutsideFigureWithdrawn: Route("catalog", ("intake",)),
    EnterpriseRegistered: Route("catalog", ("intake", "review", "notify")),
    EnterpriseFactsChanged: Route("catalog", ("intake", "review", "notify")),
    EnterpriseContactChanged: Route("catalog", ("intake", "review", "notify")),
    EnterpriseRenamed: Route("catalog", ("intake", "review", "notify")),
    NameChangeConfirmed: Route("catalog", ("review",)),
    EnterpriseMerged: Route("catalog", ("intake", "review", "treasury", "notify", "oversight")),
    PayeeAccountChanged: Route("catalog", ("intake", "review", "treasury")),
    HolderAccountChanged: Route("catalog", ("review", "treasury")),
    MaterialKept: Route("catalog", ("intake",)),
    MaterialGone: Route("catalog", ("intake",)),
    EnterprisesMatched: Route("catalog", ("notify",)),
    ApplicationSubmitted: Route("intake", ("review", "oversight")),
    EnterprisesNominated: Route("intake", ("review", "oversight")),
    CaseAccepted: Route("review", CASE_LISTENERS),
    TaskAssigned: Route("review", CASE_LISTENERS),
    InspectionRecorded: Route("review", CASE_LISTENERS),
    MaterialsConfirmed: Route("review", CASE_LISTENERS),
    StepAnswered: Route("review", CASE_LISTENERS),
    TaskDeadlineApproaching: Route("review", CASE_LISTENERS),
    TaskDeadlineMissed: Route("review", CASE_LISTENERS),
    CaseNotAccepted: Route("review", CASE_LISTENERS),
    SupplementRequested: Route("review", CASE_LISTENERS),
    SupplementAnswered: Route("review", CASE_LISTENERS),
    SupplementLapsed: Route("review", CASE_LISTENERS),
    SupplementDueSoon: Route("review", CASE_LISTENERS),
    CaseSuspended: Route("review", CASE_LISTENERS),
    CaseResumed: Route("review", CASE_LISTENERS),
    PublicNoticeStarted: Route("review", CASE_LISTENERS),
    PublicNoticeEnded: Route("review", CASE_LISTENERS),
    ObjectionRaised: Route("review", CASE_LISTENERS),
    ObjectionAnswered: Route("review", CASE_LISTENERS),
    CaseReassessed: Route("review", CASE_LISTENERS),
    CaseWithdrawn: Route("review", CASE_LISTENERS),
    CaseReopened: Route("review", CASE_LISTENERS),
    CaseApproved: Route("review", CASE_LISTENERS),
    CaseRejected: Route("review", CASE_LISTENERS),
    BenefitGranted: Route("review", CASE_LISTENERS),
    CaseFileFrozen: Route("review", CASE_LISTENERS),
    NoticeIssued: Route("review", ("oversight",)),
    NoticeServed: Route("review", ("oversight",)),
    ReviewDeadlineUndetermined: Route("review", CASE_LISTENERS),
    ReviewDeadlineApproaching: Route("review", CASE_LISTENERS),
    ReviewDeadlineMissed: Route("review", CASE_LISTENERS),
    ReviewDeadlineMoved: Route("review", CASE_LISTENERS),
    AwardGrantedTwice: Route("review", ("notify", "oversight")),
    AwardFindingClosed: Route("review", ("notify", "oversight")),
    CreditChecksDrawn: Route("review", ("notify", "oversight")),
    CreditChecksPublished: Route("review", ("notify", "oversight")),
    FindingOpened: Route("review", FINDING_LISTENERS),
    FindingNotified: Route("review", FINDING_LISTENERS),
    DefenceGiven: Route("review", FINDING_LISTENERS),
    DefenceTimeEnded: Route("review", FINDING_LISTENERS),
    FindingDecided: Route("review", FINDING_LISTENERS),
    DishonestyRecorded: Route("review", FINDING_LISTENERS),
    RecordRequestMade: Route("review", FINDING_LISTENERS),
    RecordRequestOverdue: Route("review", FINDING_LISTENERS),
    RecordRequestRefused: Route("review", FINDING_LISTENERS),
    DishonestyRepaired: Route("review", FINDING_LISTENERS),
    DishonestyCorrected: Route("review", FINDING_LISTENERS),
    RecoveryDecided: Route("review", CASE_LISTENERS),
    BudgetAppropriated: Route("treasury", ("oversight",)),
    DisbursementReady: Route("treasury", MONEY_LISTENERS),
    DisbursementHeld: Route("treasury", MONEY_LISTENERS),
    DisbursementAuthorised: Route("treasury", MONEY_LISTENERS),
    DisbursementRecalled: Route("treasury", MONEY_LISTENERS),
    DisbursementSent: Route("treasury", MONEY_LISTENERS),
    DisbursementUnknown: Route("treasury", MONEY_LISTENERS),
    DisbursementSettled: Route("treasury", MONEY_LISTENERS),
    DisbursementCancelled: Route("treasury", MONEY_LISTENERS),
    DisbursementFailed: Route("treasury", MONEY_LISTENERS),
    DisbursementReturned: Route("treasury", MONEY_LISTENERS),
    DisbursementContradicted: Route("treasury", MONEY_LISTENERS),
    ContradictionCleared: Route("treasury", MONEY_LISTENERS),
    PayoutDeadlineUndetermined: Route("treasury", MONEY_LISTENERS),
    PayoutDeadlineApproaching: Route("treasury", MONEY_LISTENERS),
    PayoutDeadlineMissed: Route("treasury", MONEY_LISTENERS),
    PayoutDeadlineMoved: Route("treasury", MONEY_LISTENERS),
    MessageDelivered: Route("notify", ("oversight",)),
    MessageFailed: Route("notify", ("oversight",)),
}
"""A consumer hears *all* events of every aggregate type it uses, so that sequences have no gaps."""

EVENTS: dict[str, type[Event]] = {event.__name__: event for event in FLOW}

QUEUES: dict[ServiceName, str] = {
    "catalog": "zhida.catalog.events",
    "intake": "zhida.intake.events",
    "review": "zhida.review.events",
    "treasury": "zhida.treasury.events",
    "notify": "zhida.notify.events",
    "oversight": "zhida.oversight.events",
}
"""Every event queue's explicit name: one quorum queue per consuming service."""


def routing_key(event: type[Event]) -> str:
    """`treasury.disbursement.DisbursementSettled`."""
    return f"{FLOW[event].producer}.{event.aggregate}.{event.__name__}"


def aggregates_heard_by(service: ServiceName) -> tuple[tuple[ServiceName, str], ...]:
    """(producer, aggregate type) of everything that `service` is bound to, in a stable order."""
    heard = {(route.producer, event.aggregate) for event, route in FLOW.items() if service in route.consumers}
    return tuple(sorted(heard))


def hearers_of(producer: ServiceName) -> tuple[tuple[ServiceName, str], ...]:
    """(consumer, aggregate type) of everything that `producer` says to anybody, in a stable order."""
    told = {
        (consumer, event.aggregate)
        for event, route in FLOW.items()
        if route.producer == producer
        for consumer in route.consumers
    }
    return tuple(sorted(told, key=lambda each: (ORDER.index(each[0]), each[1])))


def replay_key(producer: ServiceName, aggregate: str, consumer: ServiceName) -> str:
    """`catalog.enterprise_merge.replay.treasury`: what was said before, told to one consumer alone."""
    return f"{producer}.{aggregate}.replay.{consumer}"


def binding_keys(service: ServiceName) -> tuple[str, ...]:
    """The binding keys of the service's event queue: `<producer>.<aggregate>.*`, and what is replayed to it."""
    heard = (f"{producer}.{aggregate}.*" for producer, aggregate in aggregates_heard_by(service))
    return (*heard, f"*.*.replay.{service}")
