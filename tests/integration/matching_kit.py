"""A catalogue with the matching desk in the test's own process, and a way to write into it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from chassis.edge.frame import Frame
from console.policy.sample_city.enterprises import credit_code_of, draw
from console.servers.provision import Dsns
from contracts.enterprises import RecordFacts, RegisterEnterprise
from contracts.fact_records import WithdrawFacts
from contracts.fact_sources import SPOKEN_FOR_NAMES
from contracts.identity import TenantOnboarded, TenantSettings
from contracts.item import PolicyItemContent
from contracts.message import Actor
from contracts.policies import PublishPolicyItem
from contracts.rule import Fact, Level
from services.catalog.enterprises import use_cases as enterprises
from services.catalog.matching.desk import MatchingDesk
from services.catalog.policies import use_cases as policies

SAMPLE = Path(__file__).resolve().parents[2] / "sample" / "items"
CITY, ZHANGGONG, XINGGUO = "3607", "360702", "360732"
EXCHANGE = Actor(
    id="exchange", roles=frozenset({"partner"}), name="数据交换", speaks_for=frozenset(map(str, SPOKEN_FOR_NAMES))
)
CODES = [credit_code_of(draw(40), row) for row in range(40)]


class AtTheDesk:
    """What catalog's process has at the other end of the line, without the process between."""

    def __init__(self, desk: MatchingDesk) -> None:
        self._desk = desk

    def ask(self, **question: Any) -> Mapping[str, Any]:
        return json.loads(json.dumps(self._desk.answer(question)))


class Catalogue:
    """Writes as the commands do; `desk` follows when its turn is called."""

    def __init__(self, frame: Frame, dsns: Dsns | None = None) -> None:
        self.frame = frame
        self.dsns = dsns
        self.desk = MatchingDesk(frame)
        self.line = AtTheDesk(self.desk)
        self._codes = iter(CODES)
        with frame.event_unit([CITY, ZHANGGONG, XINGGUO], action="onboard") as uow:
            for tenant, parent, level in (
                (CITY, None, Level.CITY), (ZHANGGONG, CITY, Level.COUNTY), (XINGGUO, CITY, Level.COUNTY),
            ):  # fmt: skip
                uow.registry.learn(
                    TenantOnboarded(
                        id=tenant, parent_id=parent, level=level, division_code=tenant, name=tenant,
                        settings=TenantSettings(receipt_prefix="ZG"), settings_version=1,
                    )
                )  # fmt: skip

    def publishes(self, content: PolicyItemContent, tenant: str = ZHANGGONG) -> str:
        actor = Actor(id="officer", roles=frozenset({"department"}), department=content.rules.plan.department)
        with self.frame.unit([tenant], action="publish", actor=actor) as uow:
            return policies.publish_policy_item(PublishPolicyItem(content=content), uow).item_id

    def registers(self, *facts: Fact, tenant: str = ZHANGGONG) -> str:
        order = RegisterEnterprise(uscc=next(self._codes), name="示例企业有限公司", contact_mobile="13800000000")
        with self.frame.unit([tenant], action="register") as uow:
            enterprise = enterprises.register_enterprise(order, uow, self.frame.cipher).enterprise_id
        if facts:
            self.records(enterprise, *facts, tenant=tenant)
        return enterprise

    def records(self, enterprise: str, *facts: Fact, tenant: str = ZHANGGONG) -> None:
        with self.frame.unit([tenant], action="record", actor=EXCHANGE) as uow:
            enterprises.record_facts(RecordFacts(enterprise_id=enterprise, facts=facts), uow)

    def withdraws(self, enterprise: str, record: str, tenant: str = ZHANGGONG) -> None:
        order = WithdrawFacts(enterprise_id=enterprise, records=(record,), reason="登记有误")
        with self.frame.unit([tenant], action="withdraw", actor=EXCHANGE) as uow:
            enterprises.withdraw_facts(order, uow)

    def does(self, sql: str, tenant: str = ZHANGGONG) -> None:
        with self.frame.unit([tenant], action="test") as uow:
            uow.execute(sql)

    def reads(self, sql: str, tenant: str = ZHANGGONG) -> list[Any]:
        with self.frame.reader([tenant]) as reader:
            return [tuple(row) for row in reader.execute(sql)]

    def reach(self, item: str, tenant: str = ZHANGGONG) -> tuple[int, int, int]:
        answer = self.line.ask(ask="reach", tenant=tenant, item=item)
        return answer["met"], answer["not_met"], answer["undetermined"]


def content_of(sample: str, **changes: Any) -> PolicyItemContent:
    return PolicyItemContent.model_validate_json((SAMPLE / f"{sample}.json").read_bytes()).model_copy(update=changes)


def output(value: str, **more: Any) -> Fact:
    """What NM-002 asks for: at least 5 亿元 of new output in 2025."""
    given = {"as_of": date(2026, 3, 1), **more}
    return Fact(
        name="output_increment", kind="number", value=value, unit="亿元", period="2025", source="统计局", **given
    )
