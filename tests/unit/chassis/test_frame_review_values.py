"""Small promises of the frame about values: what is written is what was meant, whoever writes or reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from key_kit import key_environment
from sqlalchemy import Column, MetaData, RowMapping, Table, Text

from chassis.foundation.settings import SettingMissing, Settings, Terms
from chassis.write.audit import AuditFact
from chassis.write.store import AggregateStore, aggregate_columns
from contracts.aggregate import Aggregate

NEEDED = {"DATABASE_URL": "d", "FRAME_DATABASE_URL": "f", "AMQP_URL": "a", **key_environment("treasury")}


def test_a_fact_has_the_same_digest_in_whatever_time_zone_its_time_is_read() -> None:
    at = datetime(2026, 3, 10, 4, 0, 0, 123456, tzinfo=UTC)
    digests = {
        AuditFact("t", "case", "c", 1, "approve", "a", each, "{}").digest(b"salt")
        for each in (at, at.astimezone(ZoneInfo("Asia/Shanghai")), at.astimezone(ZoneInfo("UTC")))
    }
    assert len(digests) == 1


@pytest.mark.parametrize("roles", ["", " ", ",", "rpc,moon"])
def test_a_process_with_no_role_or_an_unknown_one_does_not_start(roles: str) -> None:
    with pytest.raises(SettingMissing, match="ZHIDA_ROLES"):
        Settings.from_env("treasury", {**NEEDED, "ZHIDA_ROLES": roles})


@dataclass(kw_only=True, slots=True)
class Thing(Aggregate):
    value: Any


class Things(AggregateStore[Thing]):
    table = Table("thing", MetaData(), *aggregate_columns(), Column("value", Text))
    aggregate_type = "thing"

    def to_row(self, aggregate: Thing) -> dict[str, Any]:
        return {"value": aggregate.value}

    def from_row(self, row: RowMapping) -> Thing:
        raise NotImplementedError


class Uow:
    def __init__(self) -> None:
        self.written: list[Any] = []
        self.facts: list[dict[str, Any]] = []

    def execute(self, _statement: object, parameters: dict[str, str]) -> SimpleNamespace:
        self.written += [row["value"] for row in orjson.loads(parameters["rows"])]
        return SimpleNamespace(rowcount=1)

    def saved(self, _aggregate: object, _type: str, state: dict[str, Any]) -> None:
        self.facts.append(state)


def written(value: Any) -> Any:
    uow = Uow()
    Things(uow).save(Thing(id="1", tenant="t", value=value))  # type: ignore[arg-type]
    return uow.written[0]


def test_numbers_and_times_are_written_exactly() -> None:
    assert written(Decimal("1234567890.01")) == "1234567890.01"
    assert written(10**15) == 10**15
    assert written(datetime(2026, 3, 10, 4, tzinfo=UTC)) == "2026-03-10T04:00:00+00:00"


@pytest.mark.parametrize("value", [b"\x00sealed", {"a", "b"}, object(), 1 << 70])
def test_what_a_row_cannot_say_is_an_error_and_not_its_description(value: object) -> None:
    with pytest.raises(TypeError):
        written(value)


def test_a_fact_does_not_repeat_in_its_body_what_its_columns_say() -> None:
    uow = Uow()
    Things(uow).save(Thing(id="1", tenant="t", value="v"))  # type: ignore[arg-type]
    assert uow.facts == [{"sequence": 0, "traceparent": None, "value": "v"}]


def test_how_long_months_are_kept_is_read_in_months() -> None:
    env = {**NEEDED, "ZHIDA_KEEP_OUTBOX_MONTHS": "2", "ZHIDA_KEEP_AUDIT_MONTHS": "1", "ZHIDA_KEEP_INBOX_MONTHS": ""}
    terms = Settings.from_env("treasury", env).terms
    assert (terms.outbox, terms.audit, terms.inbox) == (2, 1, Terms().inbox)


@pytest.mark.parametrize("months", ["0", "-1", "1.5", "ein", "1201", "٣"])
def test_no_month_is_kept_for_less_than_one_month_or_an_unreadable_time(months: str) -> None:
    with pytest.raises(SettingMissing, match="ZHIDA_KEEP_RESULTS_MONTHS"):
        Settings.from_env("treasury", {**NEEDED, "ZHIDA_KEEP_RESULTS_MONTHS": months})
