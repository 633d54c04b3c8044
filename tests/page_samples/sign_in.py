"""The way in: login, code, notice, capacity, invitation, the other ways, and what is shown where one of them ends."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from portal_kit import Somebody, officer

from chassis.testing.fakes import NOON
from contracts.message import Actor
from gateway.identity.certificates.ports import KINDS
from gateway.identity.sessions.domain import OpenedSession, Stage
from gateway.identity.sessions.people_port import Capacity
from gateway.identity.views import Principal
from page_samples import PageSample

PEOPLE: dict[str, Somebody | None] = {"way_in_officer": officer("department"), "way_in_waiting": None}
"""Who waits has a cookie, and nothing that is open."""

ISSUERS = {
    "rows of offered_issuers": [
        {
            "tenant": "zhanggong",
            "id": "province",
            "audience": "enterprise",
            "label_zh": "江西政务服务网",
            "label_en": "Jiangxi",
        },
        {
            "tenant": "zhanggong",
            "id": "staff",
            "audience": "staff",
            "label_zh": "赣政通",
            "label_en": "Government staff",
        },
    ]
}


def session(stage: Stage, *, by_issuer: bool = False) -> dict[str, Any]:
    """The row of a session that waits for this."""
    opened = OpenedSession(
        id_digest="digest",
        person_id="person",
        account_tenant=None if by_issuer else "zhanggong",
        account_id=None if by_issuer else "account",
        issuer_tenant="zhanggong" if by_issuer else None,
        issuer_id="staff" if by_issuer else None,
        stage=stage,
        opened_at=NOON - timedelta(minutes=1),
        seen_at=NOON,
    )
    return {"rows of session": [asdict(opened)]}


def account(*, second_factor: bool) -> dict[str, Any]:
    return {
        "rows of account": [
            {
                "tenant": "zhanggong",
                "id": "account",
                "person_id": "person",
                "login": "zhangsan",
                "state": "active",
                "second_factor_since": NOON if second_factor else None,
                "recovered_at": None,
                "recovered_by": None,
                "password_hash": None,
                "totp_sealed": None,
                "totp_last_step": None,
            }
        ]
    }


def invitation(purpose: str, issuer_id: str | None = None) -> dict[str, Any]:
    return {
        "rows of invitation_key": [{"tenant": "zhanggong", "invitation_id": "invitation"}],
        "rows of invitation": [
            {
                "tenant": "zhanggong",
                "id": "invitation",
                "purpose": purpose,
                "person_id": "person",
                "account_id": None if purpose == "link" else "account",
                "issuer_id": issuer_id,
                "expires_at": NOON + timedelta(days=3),
            }
        ],
        **account(second_factor=False),
    }


def acting(key: str, label: str, *duties: str) -> Capacity:
    principal = Principal("zhanggong", Actor(id="person", roles=frozenset({"department"})))
    return Capacity(key=key, tenant="zhanggong", label=label, principal=principal, duties=frozenset(duties))


CAPACITIES = {
    "capacities": [
        acting("window", "章贡区政务服务中心 · 窗口", "window"),
        acting("firm", "赣州示例软件有限公司 · 法定代表人"),
        acting("maker", "章贡区行政审批局 · 兑付经办", "payment_maker"),
    ]
}
INVITATION = "/sign-in/invitation/{token}"
CERTIFICATE = "/sign-in/certificate/{kind}"
SAMPLES = [
    PageSample("/sign-in", "/sign-in", ISSUERS),
    PageSample("/sign-in", "/sign-in?lang=en&next=/my"),
    PageSample("/sign-in", "/sign-in?done=signed_out", ISSUERS),
    PageSample(
        "/sign-in", "/sign-in?next=/my", session("notice"), who="way_in_waiting", leads_to="/sign-in/notice?next=%2Fmy"
    ),
    PageSample("/sign-in/code", "/sign-in/code", session("second_factor"), who="way_in_waiting"),
    PageSample("/sign-in/code", "/sign-in/code?lang=en", session("second_factor"), who="way_in_waiting"),
    PageSample("/sign-in/code", "/sign-in/code", {}, status=403),
    PageSample("/sign-in/notice", "/sign-in/notice", session("notice"), who="way_in_waiting"),
    PageSample("/sign-in/notice", "/sign-in/notice?lang=en", session("notice"), who="way_in_waiting"),
    PageSample("/sign-in/capacity", "/sign-in/capacity", session("capacity") | CAPACITIES, who="way_in_waiting"),
    PageSample("/sign-in/capacity", "/sign-in/capacity?lang=en", session("capacity"), who="way_in_waiting"),
    PageSample("/sign-in/capacity", "/sign-in/capacity", session("open") | CAPACITIES, who="way_in_officer"),
    PageSample("/sign-in/password", "/sign-in/password", {}, who="way_in_officer"),
    PageSample("/sign-in/password", "/sign-in/password?lang=en&done=password_changed", {}, who="way_in_officer"),
    PageSample(
        "/sign-in/confirm", "/sign-in/confirm", session("open") | account(second_factor=True), who="way_in_officer"
    ),
    PageSample(
        "/sign-in/confirm",
        "/sign-in/confirm?lang=en",
        session("open") | account(second_factor=False),
        who="way_in_officer",
    ),
    PageSample(
        "/sign-in/confirm", "/sign-in/confirm?next=/inbox", session("open", by_issuer=True), who="way_in_officer"
    ),
    PageSample(INVITATION, "/sign-in/invitation/first", invitation("first")),
    PageSample(INVITATION, "/sign-in/invitation/again?lang=en", invitation("recovery")),
    PageSample(INVITATION, "/sign-in/invitation/link", invitation("link", "certificate-ukey")),
    PageSample(INVITATION, "/sign-in/invitation/used", status=410),
    *(
        PageSample(CERTIFICATE, f"/sign-in/certificate/{kind}{more}", status=200 if kind == "ukey" else 404)
        for kind in KINDS
        for more in ("", "?lang=en")
    ),
    PageSample("/sign-in/oidc/callback", "/sign-in/oidc/callback?state=old&code=used", status=403),
    PageSample("/sign-in/oidc/{issuer_id}", "/sign-in/oidc/nobody?lang=en", status=404),
]
