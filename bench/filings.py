"""What there is to file before the filing is measured: a city and a county, one item, enterprises that may claim it.

Everything is written by the owners' own domains and stores, through units of work: aggregates, audit facts and
outbox rows, many to a transaction instead of one command each. Their events travel as always, so that intake,
treasury and notify learn of items, enterprises, facts and accounts in the ordinary way.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import orjson
from stdnum.cn.uscc import calc_check_digit

from bench.load import request
from bench.surroundings import ROOT
from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from chassis.foundation.secrecy import Cipher, mask_account, mask_phone
from chassis.foundation.settings import Settings
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.identity import OnboardTenant, TenantSettings
from contracts.item import PolicyItemContent
from contracts.message import Actor
from contracts.policies import PublishPolicyItem
from contracts.rule import Fact
from contracts.rule.shares import Level
from gateway.identity.credentials.domain import Credential
from gateway.identity.credentials.store import CredentialStore
from gateway.identity.credentials.use_cases import token_digest
from gateway.identity.tenants.use_cases import onboard_tenant
from services.catalog.enterprises.credit_code import checked_credit_code
from services.catalog.enterprises.domain import Enterprise
from services.catalog.enterprises.store import Enterprises
from services.catalog.payee_accounts.domain import PayeeAccount
from services.catalog.payee_accounts.store import PayeeAccounts
from services.catalog.policies.use_cases import publish_policy_item

CITY, COUNTY = "3607", "360702"
SAMPLE = ROOT / "sample"
CASE_NUMBER = 21
"""The sample case whose item, facts and form are filed: an instant item (即申即享) that pays for each event, with
one fact from the file, two declared ones and one commitment."""

CLERK = Actor(id="clerk-1", roles=frozenset({"window"}), name="专窗经办")
CHECKER = Actor(id="clerk-2", roles=frozenset({"bureau"}), name="复核岗")
AT_ONCE = 250


class FilingEnterprise(NamedTuple):
    """An enterprise that may file, and its bearer token."""

    enterprise_id: str
    token: str


def frame_of(service: str, dsns: Dsns, amqp_url: str, cipher: Cipher) -> Frame:
    """A frame to write with; its loops are not started."""
    return Frame(Settings(service, dsns.app, dsns.frame, amqp_url, cipher))


def sample_case() -> dict[str, Any]:
    day = json.loads((SAMPLE / "zhanggong_first_day.json").read_bytes())
    case: dict[str, Any] = day["cases"][CASE_NUMBER - 1]
    return case


def sample_item() -> dict[str, Any]:
    """The item that the sample case claims, as it is published."""
    item: dict[str, Any] = json.loads((SAMPLE / "items" / f"{sample_case()['item']}.json").read_bytes())
    return item


def onboard_places(gateway: Frame) -> None:
    """The city and its county."""
    for id, parent, level, name, prefix in (
        (CITY, None, Level.CITY, "赣州市", "GZ"),
        (COUNTY, CITY, Level.COUNTY, "章贡区", "ZG"),
    ):
        command = OnboardTenant(
            id=id, parent_id=parent, level=level, division_code=id, name=name,
            settings=TenantSettings(receipt_prefix=prefix),
        )  # fmt: skip
        with gateway.unit([id], action="onboard_tenant") as uow:
            onboard_tenant(command, uow)


def publish_item(catalog: Frame) -> str:
    """The item of the sample case; → item id."""
    content = PolicyItemContent.model_validate_json((SAMPLE / "items" / f"{sample_case()['item']}.json").read_bytes())
    department = content.rules.plan.department
    officer = Actor(id="officer", roles=frozenset({"department"}), name="科员", department=department)
    with catalog.unit([COUNTY], action="publish_policy_item", actor=officer) as uow:
        return publish_policy_item(PublishPolicyItem(content=content), uow).item_id


def register_enterprises(catalog: Frame, count: int) -> list[str]:
    """`count` enterprises, each with its file's facts and a confirmed account; → enterprise ids."""
    facts = tuple(Fact.model_validate(fact) for fact in sample_case()["file_facts"])
    ids: list[str] = []
    for numbers in chunks(range(count)):
        with catalog.unit([COUNTY], action="register_enterprise", actor=CLERK) as uow:
            enterprises = [_enterprise(number, uow, catalog) for number in numbers]
            for enterprise in enterprises:
                enterprise.register(by=CLERK, today=date.today(), facts=facts)
            uow.of(Enterprises).save_many(enterprises)
            accounts = [
                _account(number, enterprise, uow, catalog)
                for number, enterprise in zip(numbers, enterprises, strict=True)
            ]
            uow.of(PayeeAccounts).save_many(accounts)
            for account in accounts:
                account.confirm(by=CHECKER, at=uow.now, newest_confirmed=0)
            uow.of(PayeeAccounts).save_many(accounts)
        ids += [enterprise.id for enterprise in enterprises]
    return ids


def issue_tokens(gateway: Frame, enterprise_ids: Sequence[str]) -> list[FilingEnterprise]:
    """A credential for each enterprise."""
    enterprises = [FilingEnterprise(id, f"zd_{secrets.token_hex(32)}") for id in enterprise_ids]
    for some in chunks(enterprises):
        with gateway.unit([COUNTY], action="issue_credential") as uow:
            credentials = [
                Credential(
                    id=new_id(),
                    tenant=COUNTY,
                    actor_id=f"boss-{enterprise.enterprise_id}",
                    name="企业经办",
                    roles=("enterprise",),
                    enterprise_id=enterprise.enterprise_id,
                    department=None,
                    token_digest=token_digest(enterprise.token),
                    issued_at=uow.now,
                )
                for enterprise in some
            ]
            uow.of(CredentialStore).save_many(credentials)
            uow.execute(
                "INSERT INTO credential_key (token_digest, tenant, credential_id) VALUES (:digest, :tenant, :id)",
                [{"digest": each.token_digest, "tenant": COUNTY, "id": each.id} for each in credentials],
            )
    return enterprises


def form(item_id: str, event: int) -> bytes:
    """The body of one application: the `event`-th investment of an enterprise, for which it has not applied before."""
    declared = sample_case()["declared_facts"]
    told = [fact | ({"value": str(300 + event)} if fact["kind"] == "number" else {}) for fact in declared]
    return orjson.dumps({"item_id": item_id, "declared_facts": told, "commitments": ["equipment_invoices"]})


def submission(enterprise: FilingEnterprise, body: bytes) -> str:
    """One application as it lies on the wire; no two have the same key."""
    headers = {"Authorization": f"Bearer {enterprise.token}", "Idempotency-Key": new_id()}
    return request("POST", "/api/v1/applications", headers, body)


def chunks(things: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(things), AT_ONCE):
        yield things[start : start + AT_ONCE]


def _enterprise(number: int, uow: UnitOfWork, catalog: Frame) -> Enterprise:
    mobile = f"199{number:08d}"
    return Enterprise(
        id=uow.new_id(), tenant=COUNTY, uscc=credit_code(number), name=_name(number), industry="工业",
        contact_sealed=catalog.cipher.seal(mobile, tenant=COUNTY, purpose="contact"),
        contact_masked=mask_phone(mobile),
    )  # fmt: skip


def _account(number: int, enterprise: Enterprise, uow: UnitOfWork, catalog: Frame) -> PayeeAccount:
    digits = f"3607029{number:012d}"
    return PayeeAccount(
        id=uow.new_id(), tenant=COUNTY, enterprise_id=enterprise.id, account_name=_name(number),
        account_sealed=catalog.cipher.seal(digits, tenant=COUNTY, purpose="payee_account"),
        account_masked=mask_account(digits), bank_name="示例银行章贡支行", account_version=1,
        registered_by=CLERK.id, registered_at=datetime.now(UTC),
    )  # fmt: skip


def _name(number: int) -> str:
    return f"示例企业{number:06d}（技术改造企业）"


def credit_code(number: int) -> str:
    """A valid unified social credit code of nobody's."""
    head = f"91360702BEN{number:06d}"
    return checked_credit_code(head + calc_check_digit(head))
