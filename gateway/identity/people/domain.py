"""People, appointments and mandates: pure, given ids, days and digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from contracts.aggregate import Aggregate
from contracts.duties import DECIDING, PAYING, Branch, DutyKind, branch_of
from contracts.people import (
    EVERYTHING,
    DutyAssigned,
    DutyEnded,
    MandateEnded,
    MandateGranted,
    MandateKind,
    MandateScope,
    PersonChanged,
    PersonRegistered,
    PersonView,
)
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound


class PersonUnknown(NotFound):
    """Nobody with this id has been registered."""

    code = "person_unknown"
    sentence = "人员尚未登记，请先登记。"


class PersonIdTaken(Conflict):
    """The id given is somebody else's."""

    code = "person_id_taken"
    sentence = "该人员编号已属于另一人。"


class ResidentIdTaken(Conflict):
    """The resident id belongs to a person who is registered under another id or name."""

    code = "resident_id_taken"
    sentence = "该身份号码已登记在另一人名下，请核对；同一人只登记一次。"


class ResidentIdWrong(Invalid):
    """The number fails its own check (GB 11643): digits, date of birth, check digit."""

    code = "resident_id_wrong"
    sentence = "身份号码有误（共 18 位，末位为校验码），请核对证件。"


class AlreadyIdentified(Conflict):
    """A person's resident id is said once; another number is another person."""

    code = "already_identified"
    sentence = "该人员的身份号码已登记，不能更改。"


class NotIdentified(Invalid):
    """Deciding and paying duties are held by somebody who is known by the resident id."""

    code = "person_not_identified"
    sentence = "“{duty}”须由已登记身份号码的人员担任，请先登记身份号码。"


class DutiesMustDiffer(Conflict):
    """三员分立: an administrator has no other administrator's duty and no business duty (GB/T 22239-2019, 8.1.5)."""

    code = "duties_must_differ"
    sentence = "系统管理员、安全管理员、审计管理员须由三人分别担任，且不得兼任业务岗位。"


class AppointmentUnknown(NotFound):
    """The tenant knows no such appointment."""

    code = "appointment_unknown"
    sentence = "没有找到该任职。"


class AppointedAlready(Conflict):
    """The person holds that duty in that department in these days."""

    code = "appointed_already"
    sentence = "该人员在此期间已任此岗位。"


class PeriodEmpty(Invalid):
    """The last day lies before the first."""

    code = "period_empty"
    sentence = "截止日期早于起始日期。"


class MayOnlyEndSooner(Conflict):
    """What ends is not made longer: a longer time is another appointment or mandate, given again."""

    code = "may_only_end_sooner"
    sentence = "只能提前结束；延长请重新办理。"


class StandInForOneself(Invalid):
    """Somebody else stands in."""

    code = "stand_in_for_oneself"
    sentence = "代办人不能是本人。"


class StandInOfStandIn(Invalid):
    """Who stands in does not pass the duty on."""

    code = "stand_in_of_stand_in"
    sentence = "代办岗位不能再委托他人代办。"


class StandInTooLong(Invalid):
    """A stand-in holds the duty within the days in which it is held."""

    code = "stand_in_too_long"
    sentence = "代办期限须在原任职期限之内（{since} 至 {until}）。"


class NotYourAppointment(Forbidden):
    """Who is away names the stand-in, or the security administrator does."""

    code = "not_your_appointment"
    sentence = "只有本人或安全管理员可以指定代办人。"


class MandateUnknown(NotFound):
    """The tenant knows no such mandate."""

    code = "mandate_unknown"
    sentence = "没有找到该委托。"


class MandateThereAlready(Conflict):
    """The person acts for that enterprise in these days already."""

    code = "mandate_there_already"
    sentence = "该人员在此期间已可代表该企业办事。"


class AgentNeedsAnEnd(Invalid):
    """An agent's mandate has a scope and an end."""

    code = "agent_needs_an_end"
    sentence = "经办人的委托须有截止日期。"


class RepresentativeNotYours(Forbidden):
    """Papers are seen by the window, the security administrator; a representative names agents, not representatives."""

    code = "representative_not_yours"
    sentence = "法定代表人须由窗口或安全管理员核验证件后登记。"


class MandateNotYours(Forbidden):
    """An enterprise's agents are its representative's matter, and an agent may step back; nobody else's."""

    code = "mandate_not_yours"
    sentence = "只能由本企业的法定代表人终止经办人的委托，或由经办人本人终止；其他情形请到兑现专窗办理。"


@dataclass(kw_only=True, slots=True)
class Person(Aggregate):
    """One human being, of tenant `platform`: a person works in several tenants and for several enterprises.

    `resident_digest` is keyed; `resident_sealed` can be opened, so that digests can be made anew under another key.
    """

    name: str
    resident_digest: str | None = None
    resident_sealed: str | None = None
    mobile_sealed: str | None = None
    mobile_masked: str | None = None

    def say(self) -> None:
        """Tell the others who this is: when registered, and whenever something has changed."""
        identified = self.resident_digest is not None
        said = {"person_id": self.id, "name": self.name, "mobile_sealed": self.mobile_sealed, "identified": identified}
        if self.version == 0:
            self.record(PersonRegistered(**said))
        else:
            self.record(PersonChanged(**said))

    def identify(self, digest: str, sealed: str) -> None:
        """Raises AlreadyIdentified."""
        if self.resident_digest is not None:
            raise AlreadyIdentified()
        self.resident_digest, self.resident_sealed = digest, sealed
        self.say()

    def view(self) -> PersonView:
        return PersonView(
            person_id=self.id,
            name=self.name,
            mobile_masked=self.mobile_masked,
            identified=self.resident_digest is not None,
            version=self.version,
        )


class Period(Protocol):
    since: date
    until: date | None


def in_order(since: date, until: date | None) -> None:
    """Raises PeriodEmpty."""
    if until is not None and until < since:
        raise PeriodEmpty(field="until")


def ends_sooner(period: Period, until: date) -> None:
    """Raises MayOnlyEndSooner, PeriodEmpty. Ended on the day before it began means that it never held."""
    if period.until is not None and until > period.until:
        raise MayOnlyEndSooner(field="until")


def holds_on(since: date, until: date | None, day: date) -> bool:
    """Whether `day` lies in the period; both its ends do."""
    return since <= day and (until is None or day <= until)


def meet(one: Period, since: date, until: date | None) -> bool:
    """Whether the periods have a day in common."""
    return (until is None or one.since <= until) and (one.until is None or since <= one.until)


def may_hold(kind: DutyKind, called: str, *, identified: bool, branches: frozenset[Branch]) -> None:
    """`branches`: the sides on which the person holds duties in these days. Raises NotIdentified, DutiesMustDiffer."""
    if kind in DECIDING | PAYING and not identified:
        raise NotIdentified(field="person_id", duty=called)
    if branches - {branch_of(kind)}:
        raise DutiesMustDiffer(field="duty_id")


@dataclass(kw_only=True, slots=True)
class Appointment(Aggregate):
    """A duty held in a department from `since` to `until`, both included."""

    person_id: str
    department_id: str
    duty_id: str
    kind: DutyKind
    since: date
    until: date | None
    stands_in_for: str | None = None

    def begin(self, person_name: str) -> None:
        """Raises PeriodEmpty."""
        in_order(self.since, self.until)
        self.record(
            DutyAssigned(
                appointment_id=self.id,
                person_id=self.person_id,
                person_name=person_name,
                department_id=self.department_id,
                duty_id=self.duty_id,
                kind=self.kind,
                since=self.since,
                until=self.until,
                stands_in_for=self.stands_in_for,
            )
        )

    def end(self, until: date, reason: str) -> None:
        """Raises MayOnlyEndSooner."""
        ends_sooner(self, until)
        self.until = until
        self.record(DutyEnded(appointment_id=self.id, person_id=self.person_id, until=until, reason=reason))

    def stand_in(self, id: str, person_id: str, since: date, until: date) -> Appointment:
        """Raises StandInForOneself, StandInOfStandIn, PeriodEmpty, StandInTooLong."""
        if person_id == self.person_id:
            raise StandInForOneself(field="person_id")
        if self.stands_in_for is not None:
            raise StandInOfStandIn(field="appointment_id")
        in_order(since, until)
        if since < self.since or (self.until is not None and until > self.until):
            raise StandInTooLong(field="until", since=self.since, until=self.until or "长期")
        return Appointment(
            id=id,
            tenant=self.tenant,
            person_id=person_id,
            department_id=self.department_id,
            duty_id=self.duty_id,
            kind=self.kind,
            since=since,
            until=until,
            stands_in_for=self.id,
        )


@dataclass(kw_only=True, slots=True)
class Mandate(Aggregate):
    """A person's right to act for an enterprise, from `since` to `until`, both included."""

    person_id: str
    enterprise_id: str
    enterprise_name: str
    kind: MandateKind
    scope: frozenset[MandateScope]
    since: date
    until: date | None

    def begin(self, person_name: str) -> None:
        """Raises PeriodEmpty, AgentNeedsAnEnd."""
        in_order(self.since, self.until)
        if self.kind == "agent" and self.until is None:
            raise AgentNeedsAnEnd(field="until")
        if self.kind == "legal_representative":
            self.scope = EVERYTHING
        self.record(
            MandateGranted(
                mandate_id=self.id,
                person_id=self.person_id,
                person_name=person_name,
                enterprise_id=self.enterprise_id,
                kind=self.kind,
                scope=self.scope,
                since=self.since,
                until=self.until,
            )
        )

    def end(self, until: date, reason: str) -> None:
        """Raises MayOnlyEndSooner."""
        ends_sooner(self, until)
        self.until = until
        self.record(
            MandateEnded(
                mandate_id=self.id,
                person_id=self.person_id,
                enterprise_id=self.enterprise_id,
                until=until,
                reason=reason,
            )
        )
