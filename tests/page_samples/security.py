"""The security administrator's and the auditor's pages: people with their duties, accounts, credentials, events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal_kit import administrator

from contracts.accounts import AccountPage, AccountView, InvitationView
from contracts.credentials import CredentialPage, CredentialView
from contracts.enterprise_lookup import EnterpriseFound
from contracts.issuers import IssuerList, IssuerView
from contracts.message import Model
from contracts.people import (
    AppointmentPage,
    AppointmentView,
    CapacityList,
    CapacityView,
    MandatePage,
    MandateView,
    PersonPage,
    PersonView,
)
from contracts.security_events import SecurityEventPage, SecurityEventView
from page_samples import PageSample
from page_samples.platform import REGISTERS

PEOPLE = {
    "security": administrator("security_admin"),
    "county_security": administrator("security_admin", "xingguo"),
    "auditor": administrator("audit_admin"),
    "county_auditor": administrator("audit_admin", "xingguo"),
}
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
TODAY = date(2026, 3, 10)


def json(model: Model) -> dict[str, Any]:
    return model.model_dump(mode="json")


KNOWN = PersonView(person_id="person-1", name="王五", mobile_masked="138****0001", identified=True, version=2)
UNKNOWN = PersonView(person_id="person-2", name="赵六", identified=False, version=1)


def held(number: int, duty: str, kind: str, **days: Any) -> AppointmentView:
    fields = {
        "appointment_id": f"appointment-{number}",
        "tenant": "xingguo",
        "person_id": "person-1",
        "person_name": "王五",
        "department_id": "department-1",
        "department": "兴国县行政审批局",
        "duty_id": kind,
        "duty": duty,
        "kind": kind,
        "since": date(2026, 1, 1),
        "version": 1,
    }
    return AppointmentView.model_validate(fields | days)


HELD = (
    held(1, "支付复核岗", "payment_check"),
    held(2, "受理分派岗", "bureau_intake", until=date(2026, 12, 31), stands_in_for="appointment-9"),
    held(3, "兑付经办岗", "payment_maker", since=date(2025, 1, 1), until=date(2025, 12, 31)),
    held(4, "初审岗", "first_review", since=date(2026, 6, 1)),
)
MANDATES = (
    MandateView(
        mandate_id="mandate-1",
        tenant="xingguo",
        person_id="person-1",
        person_name="王五",
        enterprise_id="enterprise-1",
        enterprise_name="兴国示例有限公司",
        kind="agent",
        scope=frozenset({"view", "apply"}),
        since=date(2026, 1, 1),
        until=date(2026, 12, 31),
        version=1,
    ),
)
FOUND = EnterpriseFound(enterprise_id="enterprise-1", uscc="91360702DEM000014H", name="兴国示例有限公司")
ACCOUNTS = (
    AccountView(
        account_id="account-1", person_id="person-1", login="wangwu", state="active", second_factor=True, version=3
    ),
    AccountView(
        account_id="account-2",
        person_id="person-2",
        login="zhaoliu",
        state="invited",
        second_factor=False,
        invited_until=NOON + timedelta(days=3),
        version=1,
    ),
    AccountView(
        account_id="account-3", person_id="person-1", login="wangwu2", state="suspended", second_factor=False, version=2
    ),
)
CAPACITIES = CapacityList(
    items=(
        CapacityView(
            key="d:xingguo:department-1",
            tenant="xingguo",
            label="兴国县 · 兴国县行政审批局（支付复核岗、受理分派岗）",
            department_id="department-1",
            duties=frozenset({"payment_check", "bureau_intake"}),
        ),
        CapacityView(
            key="e:xingguo:enterprise-1",
            tenant="xingguo",
            label="兴国示例有限公司",
            enterprise_id="enterprise-1",
            duties=frozenset({"enterprise_view"}),
        ),
    )
)


def credential(number: int, name: str, **more: Any) -> CredentialView:
    fields = {
        "credential_id": f"credential-{number}",
        "tenant": "xingguo",
        "actor_id": "data-exchange",
        "name": name,
        "roles": ("partner",),
        "ends_at": NOON + timedelta(days=90),
    }
    return CredentialView.model_validate(fields | more)


CREDENTIALS = (
    credential(1, "市数据共享交换平台", former_ends_at=NOON + timedelta(hours=20)),
    credential(2, "王五的报表程序", actor_id="person-1", roles=()),
    credential(3, "合作银行", roles=("bank",), revoked_at=NOON),
)
ISSUED = credential(4, "税务数据接口", token="not-a-real-token")
INVITED = InvitationView(
    invitation_id="invitation-1", purpose="first_sign_in", person_id="person-2", expires_at=NOON + timedelta(days=3)
)
ISSUERS = (
    IssuerView(
        issuer_id="jx-people",
        issuer="https://people.example.gov.cn",
        discovery_url="https://people.example.gov.cn/.well-known/openid-configuration",
        client_id="zhida",
        audience="enterprise",
        label_zh="省统一身份认证",
        label_en="Provincial identity",
        resident_id_claim="id_number",
        claims_from_userinfo=True,
        second_factor_acr=("urn:face", "urn:otp"),
        scopes=("profile", "id_number"),
        state="open",
        version=3,
    ),
    IssuerView(
        issuer_id="gz-staff",
        issuer="https://staff.example.gov.cn",
        discovery_url="https://staff.example.gov.cn/.well-known/openid-configuration",
        client_id="zhida-staff",
        audience="staff",
        label_zh="政府统一身份认证",
        label_en="Government identity",
        state="closed",
        version=2,
    ),
)
REGISTERED = {**REGISTERS, "list_issuers": json(IssuerList(items=ISSUERS))}

OF_PERSON = {
    **REGISTERS,
    "list_people": json(PersonPage(items=(KNOWN, UNKNOWN))),
    "get_person": json(KNOWN),
    "list_capacities": json(CAPACITIES),
    "list_accounts": json(AccountPage(items=(ACCOUNTS[0], ACCOUNTS[2]))),
    "list_appointments": json(AppointmentPage(items=HELD)),
    "list_mandates": json(MandatePage(items=MANDATES)),
    "find_enterprise": json(FOUND),
    "list_credentials": json(CredentialPage(items=CREDENTIALS)),
}
NOBODY_YET = {
    **OF_PERSON,
    "get_person": json(UNKNOWN),
    "list_capacities": json(CapacityList(items=())),
    "list_accounts": json(AccountPage()),
    "list_appointments": json(AppointmentPage(items=())),
    "list_mandates": json(MandatePage(items=())),
}


def event(number: int, kind: str, outcome: str = "done", **more: Any) -> SecurityEventView:
    fields = {
        "event_id": f"event-{number}",
        "tenant": "xingguo",
        "at": NOON - timedelta(minutes=number),
        "kind": kind,
        "outcome": outcome,
        "actor_id": "person-1",
        "person_id": "person-1",
        "client_address": "10.7.1.20",
    }
    return SecurityEventView.model_validate(fields | more)


EVENTS = SecurityEventPage(
    items=(
        event(1, "sign_in", details={"method": "password"}),
        event(2, "sign_in_refused", "refused", actor_id=None, person_id=None, details={"reason": "password"}),
        event(3, "duty_changed", actor_id="security_admin-1", details={"change": "appointed", "duty": "payment_check"}),
    ),
    next_cursor="next",
)


def sample(path: str, address: str = "", answers: dict[str, Any] | None = None, **more: Any) -> PageSample:
    return PageSample(path, address or path, OF_PERSON if answers is None else answers, **({"who": "security"} | more))


PERSON = "/security/people/{person_id}"
STAND_IN = "/duties/appointment-1/stand-in"
LOG = {**REGISTERS, "list_security_events": json(EVENTS)}
SAMPLES = [
    sample("/security/people"),
    sample("/security/people", "/security/people?name=钱", {"list_people": json(PersonPage(items=()))}),
    sample(PERSON, "/security/people/person-1"),
    sample(PERSON, "/security/people/person-2", NOBODY_YET),
    sample(f"{PERSON}/duties", "/security/people/person-1/duties?tenant=xingguo"),
    sample(f"{PERSON}/duties", "/security/people/person-2/duties", NOBODY_YET),
    sample(
        f"{PERSON}/duties/{{appointment_id}}/stand-in", f"/security/people/person-1{STAND_IN}?tenant=xingguo&name=赵"
    ),
    sample(f"{PERSON}/duties/{{appointment_id}}/stand-in", f"/security/people/person-1{STAND_IN}?tenant=xingguo"),
    sample(f"{PERSON}/mandates", "/security/people/person-1/mandates?tenant=xingguo"),
    sample("/security/appointments", "/security/appointments?tenant=xingguo&past=true"),
    sample("/security/accounts", answers={"list_accounts": json(AccountPage(items=ACCOUNTS))}),
    sample("/security/credentials", "/security/credentials?tenant=xingguo&past=true"),
    sample("/security/credentials/{credential_id}", "/security/credentials/credential-1?tenant=xingguo"),
    sample("/security/issuers", "/security/issuers?tenant=xingguo", REGISTERED),
    sample("/security/issuers", answers={**REGISTERS, "list_issuers": json(IssuerList())}, who="county_security"),
    sample("/security/issuers/{issuer_id}", "/security/issuers/jx-people?tenant=xingguo", REGISTERED),
    sample("/security/issuers/{issuer_id}", "/security/issuers/gz-staff?tenant=xingguo", REGISTERED),
    sample("/platform/duties", "/platform/duties?tenant=xingguo"),
    sample("/audit/events", "/audit/events?tenant=xingguo&kind=sign_in", LOG, who="auditor"),
    sample("/audit/events", answers=LOG, who="county_auditor"),
]
