"""Catalog and intake on real databases, joined as the bus joins them: what one says, the other hears."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import psycopg
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox, Subscription
from chassis.events.received import Received, decode
from chassis.foundation.ids import new_id
from chassis.tenancy.learning import tenant_subscription
from chassis.testing.fakes import received
from console.place import CHECKOUT
from console.servers.provision import Dsns
from contracts.enterprises import ConfirmPayeeAccount, RecordFacts, RegisterEnterprise
from contracts.enterprises import RegisterPayeeAccount as RegisterAccount
from contracts.fact_sources import SPOKEN_FOR_NAMES
from contracts.flow import FLOW
from contracts.identity import TenantOnboarded, TenantSettings
from contracts.item import PolicyItemContent
from contracts.message import SYSTEM, Actor, Command, Event, Query, snake_case
from contracts.policies import PublishPolicyItem
from contracts.rule import Fact, Level
from copies.departments import keep_departments
from copies.merged_enterprises import keep_merges
from copies.plan_terms import keep_plan_terms
from services.intake.catalog_copies import materials, outside_figures
from services.intake.catalog_copies import use_cases as copies

SAMPLE = Path(__file__).resolve().parents[2] / "sample"
FIRST_DAY: dict[str, Any] = json.loads((SAMPLE / "zhanggong_first_day.json").read_bytes())
CITY, ZHANGGONG, XINGGUO = "3607", "360702", "360732"
CLERK = Actor(id="clerk-1", roles=frozenset({"window"}), name="专窗经办")
CHECKER = Actor(id="clerk-2", roles=frozenset({"bureau"}), name="复核岗")
EXCHANGE = Actor(
    id="exchange", roles=frozenset({"partner"}), name="数据交换", speaks_for=frozenset(map(str, SPOKEN_FOR_NAMES))
)
"""It may record facts of every source."""

POLICY_EVENTS = frozenset(event.__name__ for event in FLOW if event.aggregate == "policy_item")
FIGURE_EVENTS = frozenset(event.__name__ for event in FLOW if event.aggregate == "outside_figure")

CATALOG_HEARS = [
    Subscription("departments", frozenset({"DepartmentRegistered", "DepartmentChanged"}), keep_departments),
    Subscription("plan terms", frozenset({"PlanTermMapped"}), keep_plan_terms),
    tenant_subscription(),
]

INTAKE_HEARS = [
    Subscription("items", POLICY_EVENTS, copies.keep_items),
    Subscription("figures", FIGURE_EVENTS, outside_figures.keep_outside_figures),
    Subscription("enterprises", frozenset({"EnterpriseRegistered"}), copies.keep_enterprises),
    Subscription("names", frozenset({"EnterpriseRenamed"}), copies.keep_names),
    Subscription("facts", frozenset({"EnterpriseFactsChanged"}), copies.keep_facts),
    Subscription("payees", frozenset({"PayeeAccountChanged"}), copies.keep_payees),
    Subscription("materials", frozenset({"MaterialKept", "MaterialGone"}), materials.keep_materials),
    Subscription("merges", frozenset({"EnterpriseMerged"}), keep_merges),
    tenant_subscription(),
]


def sample_content(code: str) -> PolicyItemContent:
    return PolicyItemContent.model_validate_json((SAMPLE / "items" / f"{code}.json").read_bytes())


def officer_of(department: str) -> Actor:
    duties = frozenset({"policy_author", "first_review", "review_check", "leader"})
    return Actor(id="officer", roles=frozenset({"department"}), department=department, duties=duties)


def enterprise_actor(enterprise_id: str) -> Actor:
    return Actor(id=f"boss-{enterprise_id}", roles=frozenset({"enterprise"}), enterprise_id=enterprise_id)


class Replica:
    """One replica of a service, without nameko and without loops."""

    def __init__(
        self,
        frame: Frame,
        dsns: Dsns,
        use_cases: ModuleType | SimpleNamespace,
        views: ModuleType | SimpleNamespace,
        hears: list[Subscription],
    ) -> None:
        self.frame = frame
        self.dsns = dsns
        self._use_cases, self._views = use_cases, views
        self.inbox = Inbox(frame.service, hears, frame.event_unit, max_attempts=3)

    def ordered(
        self,
        order: Command,
        *,
        tenant: str = ZHANGGONG,
        actor: Actor | None = None,
        key: str | None = None,
        after: Sequence[Mapping[str, Any]] = (),
    ) -> dict[str, Any]:
        """Give a command as the gateway does, `after` what its giver has just written; facts come from the data exchange
        where no test says otherwise.
        """
        actor = actor or (EXCHANGE if isinstance(order, RecordFacts) else SYSTEM)
        body = order.model_dump(mode="json")
        name = snake_case(type(order).__name__)
        envelope = {
            "idempotency_key": key or new_id(),
            "tenant": tenant,
            "actor": actor.model_dump(mode="json"),
            "name": name,
            "body_hash": hashlib.sha256(repr(body).encode()).hexdigest(),
            "body": body,
            "after": [*after],
        }
        return self.frame.run_command(type(order), self._with_cipher(self._use_cases, name), envelope)

    def asked(self, question: Query, *, tenant: str | None = ZHANGGONG, actor: Actor = SYSTEM) -> dict[str, Any]:
        """Ask as the gateway does."""
        name = snake_case(type(question).__name__)
        envelope = {
            "tenant": tenant,
            "actor": actor.model_dump(mode="json"),
            "name": name,
            "body": question.model_dump(mode="json"),
        }
        return self.frame.run_query(type(question), self._with_cipher(self._views, name), envelope)

    def hears(self, *events: Event, tenant: str = ZHANGGONG) -> None:
        """Deliver these in one batch, each as the first event of an aggregate of its own."""
        self.inbox.apply([received(event, tenant=tenant) for event in events])

    def said(self) -> list[str]:
        """The bodies of all events so far, in the order in which they leave."""
        return [body for (body,) in self.rows("SELECT body FROM outbox ORDER BY position")]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database holds, seen by its owner."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            return connection.execute(statement).fetchall()

    def does(self, statement: str) -> None:
        """Change the database as its owner does in a migration."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            connection.execute(statement)

    def _with_cipher(self, module: ModuleType | SimpleNamespace, name: str) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(module, name)
        if "cipher" in inspect.signature(function).parameters:
            return partial(function, cipher=self.frame.cipher)
        return function


class FrontOffice:
    """Catalog and intake, with Ganzhou and two of its counties onboarded in both."""

    def __init__(self, catalog: Replica, intake: Replica) -> None:
        self.catalog, self.intake = catalog, intake
        for service in (catalog, intake):
            service.hears(
                onboarded(CITY, None, Level.CITY, "GZ"),
                onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"),
                onboarded(XINGGUO, CITY, Level.COUNTY, "XG"),
            )

    def deliver(self) -> None:
        """Everything that the catalogue has said reaches intake, as often as this is called."""
        bodies = self.catalog.said()
        events: list[Received[Any]] = [decode(body, wanted=self.intake.inbox.wanted) for body in bodies]
        self.intake.inbox.apply(events)

    def publishes(self, content: PolicyItemContent, *, tenant: str = ZHANGGONG) -> str:
        """Its department publishes the item; → item id."""
        actor = officer_of(content.rules.plan.department)
        view = self.catalog.ordered(
            PublishPolicyItem(content=content, guide_confirmed=True), tenant=tenant, actor=actor
        )["ok"]
        return str(view["item_id"])

    def registers(self, number: int, *, tenant: str = ZHANGGONG, account: bool = True) -> str:
        """The enterprise of case `number` with its file and, unless not wanted, its account; → enterprise id."""
        case = FIRST_DAY["cases"][number - 1]
        order = RegisterEnterprise.model_validate(case["enterprise"])
        enterprise_id = str(self.catalog.ordered(order, tenant=tenant, actor=CLERK)["ok"]["enterprise_id"])
        facts = tuple(Fact.model_validate(fact) for fact in case["file_facts"])
        self.catalog.ordered(RecordFacts(enterprise_id=enterprise_id, facts=facts), tenant=tenant)
        if account:
            self.opens_account(number, enterprise_id, tenant=tenant)
        return enterprise_id

    def opens_account(self, number: int, enterprise_id: str, *, tenant: str = ZHANGGONG, confirmed: bool = True) -> str:
        """The account of case `number`, named by one person and, unless not wanted, confirmed by another; → account id."""
        case = FIRST_DAY["cases"][number - 1]
        order = RegisterAccount(enterprise_id=enterprise_id, **case["account"])
        account_id = str(self.catalog.ordered(order, tenant=tenant, actor=CLERK)["ok"]["account_id"])
        if confirmed:
            confirmation = ConfirmPayeeAccount(account_id=account_id)
            self.catalog.ordered(confirmation, tenant=tenant, actor=CHECKER)["ok"]
        return account_id


def onboarded(tenant: str, parent: str | None, level: Level, prefix: str) -> TenantOnboarded:
    return TenantOnboarded(
        id=tenant,
        parent_id=parent,
        level=level,
        division_code=tenant,
        name=tenant,
        settings=TenantSettings(receipt_prefix=prefix),
        settings_version=1,
    )


def functions_of(service: str, *files: str) -> SimpleNamespace:
    """What all rooms of a service define in their files of these names."""
    found: dict[str, Any] = {}
    for file in sorted((CHECKOUT / "services" / service).rglob("*.py")):
        if file.stem in files:
            name = ".".join(file.relative_to(CHECKOUT).with_suffix("").parts)
            functions = inspect.getmembers(importlib.import_module(name), inspect.isfunction)
            found |= {each: function for each, function in functions if function.__module__ == name}
    return SimpleNamespace(**found)


def catalog_replica(frame: Frame, dsns: Dsns) -> Replica:
    orders, questions = (
        functions_of("catalog", "use_cases"),
        functions_of("catalog", "views", "authored", "declared_facts", "trial"),
    )
    return Replica(frame, dsns, orders, questions, CATALOG_HEARS)


def intake_replica(frame: Frame, dsns: Dsns) -> Replica:
    orders, questions = functions_of("intake", "use_cases"), functions_of("intake", "views")
    return Replica(frame, dsns, orders, questions, INTAKE_HEARS)
