"""People: one person however many accounts, the duties they hold, who stands in, and who acts for an enterprise."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.duties import DutyKind
from contracts.enterprises import Mobile
from contracts.identity import InTenant
from contracts.message import Command, Event, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId, Why
from contracts.names import SEEN_WHOLE

PersonName = Annotated[str, Field(min_length=1, max_length=60), SEEN_WHOLE]

ResidentId = Annotated[str, Field(min_length=15, max_length=24)]
"""公民身份号码 (GB 11643): checked by its own check digit; kept only as a keyed digest and sealed."""


class PersonView(Model):
    """`identified`: the resident id is known, which deciding and paying duties ask for."""

    person_id: Id
    name: str
    mobile_masked: str | None = None
    identified: bool
    version: int


class RegisterPerson(Command[PersonView]):
    """Enter a person. Whoever is known by the same resident id already is that person, and is answered with.

    `person_id` is given where a machine or an earlier credential knew the person by an id: it stays theirs.
    """

    owner: ClassVar[ServiceName] = "gateway"

    name: PersonName
    resident_id: ResidentId | None = None
    mobile: Mobile | None = None
    person_id: Id | None = None


class IdentifyPerson(Command[PersonView]):
    """Say who a person is that was entered without a resident id."""

    owner: ClassVar[ServiceName] = "gateway"

    person_id: Id
    resident_id: ResidentId
    expected_version: int


class ChangePerson(Command[PersonView]):
    """Another name or telephone of the same person."""

    owner: ClassVar[ServiceName] = "gateway"

    person_id: Id
    name: PersonName
    mobile: Mobile | None = None
    reason: Why
    expected_version: int


class PersonRegistered(Event):
    """`mobile_sealed` is encrypted for purpose `contact` and tenant `platform`."""

    aggregate: ClassVar[str] = "person"

    person_id: Id
    name: str
    mobile_sealed: str | None = None
    identified: bool


class PersonChanged(Event):
    """The person as they are now, whole."""

    aggregate: ClassVar[str] = "person"

    person_id: Id
    name: str
    mobile_sealed: str | None = None
    identified: bool


class PersonPage(Page):
    items: tuple[PersonView, ...]


class ListPeople(PagedQuery[PersonPage]):
    """People whose name begins with `name`, in the order of names; all without it."""

    owner: ClassVar[ServiceName] = "gateway"

    name: str | None = Field(default=None, max_length=60)


class AppointmentView(Model):
    """A duty that a person holds in a department from `since` to `until`, both included.

    `stands_in_for` names the appointment whose holder is away (委托代办).
    """

    appointment_id: Id
    tenant: TenantId
    person_id: Id
    person_name: str
    department_id: Id
    department: str
    duty_id: Id
    duty: str
    kind: DutyKind
    since: date
    until: date | None = None
    stands_in_for: Id | None = None
    version: int


class AppointPerson(Command[AppointmentView], InTenant):
    """Give a person a duty in a department from a day to a day."""

    owner: ClassVar[ServiceName] = "gateway"

    person_id: Id
    department_id: Id
    duty_id: Id
    since: date
    until: date | None = None


class EndAppointment(Command[AppointmentView], InTenant):
    """`until` is the last day on which the duty is held; it may not be moved out."""

    owner: ClassVar[ServiceName] = "gateway"

    appointment_id: Id
    until: date
    reason: Why
    expected_version: int


class NameStandIn(Command[AppointmentView], InTenant):
    """Somebody holds another's duty while that one is away (委托代办); it ends with the duty itself at the latest."""

    owner: ClassVar[ServiceName] = "gateway"

    appointment_id: Id
    person_id: Id
    since: date
    until: date
    reason: Why


class DutyAssigned(Event):
    """A person holds a duty in a department from `since` to `until`, both included."""

    aggregate: ClassVar[str] = "appointment"

    appointment_id: Id
    person_id: Id
    person_name: str
    department_id: Id
    duty_id: Id
    kind: DutyKind
    since: date
    until: date | None = None
    stands_in_for: Id | None = None


class DutyEnded(Event):
    """The last day on which the duty is held."""

    aggregate: ClassVar[str] = "appointment"

    appointment_id: Id
    person_id: Id
    until: date
    reason: str


class AppointmentPage(Page):
    items: tuple[AppointmentView, ...]


class ListAppointments(PagedQuery[AppointmentPage], InTenant):
    """Who holds which duty in the tenant; past ones only when asked for."""

    owner: ClassVar[ServiceName] = "gateway"

    person_id: Id | None = None
    department_id: Id | None = None
    kind: DutyKind | None = None
    past: bool = False


MandateKind = Literal["legal_representative", "agent"]
"""法定代表人；经办人（受托）."""

MandateScope = Literal[
    "view",  # 查看企业档案、办件
    "apply",  # 申报
    "accounts",  # 收款账户
    "contacts",  # 联系人与电话
    "consents",  # 授权
]

EVERYTHING: frozenset[MandateScope] = frozenset({"view", "apply", "accounts", "contacts", "consents"})
"""What a legal representative may do for the enterprise."""


class MandateView(Model):
    """For which enterprise a person acts, in what, from a day to a day, both included."""

    mandate_id: Id
    tenant: TenantId
    person_id: Id
    person_name: str
    enterprise_id: Id
    enterprise_name: str
    kind: MandateKind
    scope: frozenset[MandateScope]
    since: date
    until: date | None = None
    version: int


class GrantMandate(Command[MandateView], InTenant):
    """Let a person act for an enterprise. A representative is entered by the window or the security administrator,
    who have seen the papers; an agent also by the representative, for a time."""

    owner: ClassVar[ServiceName] = "gateway"

    person_id: Id
    enterprise_id: Id
    enterprise_name: Annotated[str, Field(min_length=2, max_length=120)]
    kind: MandateKind
    scope: frozenset[MandateScope] = Field(default=EVERYTHING, min_length=1)
    since: date
    until: date | None = None


class NameAgent(Command[MandateView]):
    """The representative lets somebody act for the enterprise in some things, for a time.

    Whoever is not known by the resident id yet is entered. `until` is the last day.
    """

    owner: ClassVar[ServiceName] = "gateway"

    enterprise_id: Id
    name: PersonName
    resident_id: ResidentId
    mobile: Mobile
    scope: frozenset[MandateScope] = Field(min_length=1)
    since: date
    until: date


class EndMandate(Command[MandateView], InTenant):
    owner: ClassVar[ServiceName] = "gateway"

    mandate_id: Id
    until: date
    reason: Why
    expected_version: int


class MandateGranted(Event):
    aggregate: ClassVar[str] = "mandate"

    mandate_id: Id
    person_id: Id
    person_name: str
    enterprise_id: Id
    kind: MandateKind
    scope: frozenset[MandateScope]
    since: date
    until: date | None = None


class MandateEnded(Event):
    """The last day on which the person acts for the enterprise."""

    aggregate: ClassVar[str] = "mandate"

    mandate_id: Id
    person_id: Id
    enterprise_id: Id
    until: date
    reason: str


class MandatePage(Page):
    items: tuple[MandateView, ...]


class ListMandates(PagedQuery[MandatePage], InTenant):
    """Who acts for an enterprise, or for whom a person acts; past ones only when asked for."""

    owner: ClassVar[ServiceName] = "gateway"

    enterprise_id: Id | None = None
    person_id: Id | None = None
    past: bool = False


class GetPerson(Query[PersonView]):
    owner: ClassVar[ServiceName] = "gateway"

    person_id: Id


class CapacityView(Model):
    """One thing that a person may act as today: `duties` of a department, or for an enterprise.

    `label` says it to people (兴国县 · 财政局（财政预算岗）); `key` names it in a form.
    """

    key: str
    tenant: TenantId
    label: str
    department_id: Id | None = None
    enterprise_id: Id | None = None
    duties: frozenset[str]


class CapacityList(Model):
    items: tuple[CapacityView, ...]


class ListCapacities(Query[CapacityList]):
    """All that a person may act as today, in whatever tenant. What is held and may not be used yet (a duty that asks for
    the resident id) is not among it."""

    owner: ClassVar[ServiceName] = "gateway"

    person_id: Id
