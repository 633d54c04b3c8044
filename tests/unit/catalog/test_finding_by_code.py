"""An enterprise is found by exactly its credit code: id and name, of the dossier that counts, and nothing more."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chassis.read.reader import Reader
from contracts.enterprise_lookup import EnterpriseFound, FindEnterprise
from services.catalog.enterprises.domain import CreditCodeInvalid, CreditCodeUnknown
from services.catalog.enterprises.views import find_enterprise

FIRST, SECOND, THIRD = "91360702DEM000014H", "91360702DEM000022C", "91360702DEM0000305"
DOSSIERS = (
    ("zhanggong", "ent-1", FIRST, "示例企业01", "ent-2"),
    ("zhanggong", "ent-2", SECOND, "示例企业02", "ent-3"),
    ("zhanggong", "ent-3", THIRD, "示例企业03", None),
    ("xingguo", "ent-9", FIRST, "示例企业01", None),
)


class LittleReader:
    """The same statements on a table in this process's memory: they use nothing that is PostgreSQL's own."""

    def __init__(self, connection: sqlite3.Connection, tenant: str) -> None:
        self._connection = connection
        self.tenant = tenant

    def execute(self, statement: str, values: Mapping[str, Any]) -> Any:
        rows = [dict(row) for row in self._connection.execute(statement, dict(values))]
        found = SimpleNamespace(first=lambda: next(iter(rows), None), one=lambda: rows[0])
        return SimpleNamespace(mappings=lambda: found, first=found.first)


@pytest.fixture
def table() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("CREATE TABLE enterprise (tenant, id, uscc, name, merged_into)")
        connection.execute("CREATE TABLE admitted_credit_code (tenant, uscc)")
        connection.executemany("INSERT INTO enterprise VALUES (?, ?, ?, ?, ?)", DOSSIERS)
        yield connection


def found(table: sqlite3.Connection, typed: str, tenant: str = "zhanggong") -> EnterpriseFound:
    return find_enterprise(FindEnterprise(uscc=typed), cast(Reader, LittleReader(table, tenant)))


def test_nothing_but_id_code_and_name_is_told() -> None:
    assert set(EnterpriseFound.model_fields) == {"enterprise_id", "uscc", "name"}


def test_blanks_and_small_letters_are_forgiven(table: sqlite3.Connection) -> None:
    assert found(table, f" {FIRST.lower()} ", "xingguo").enterprise_id == "ent-9"


def test_a_dossier_that_was_merged_leads_to_the_one_that_counts(table: sqlite3.Connection) -> None:
    assert found(table, FIRST) == EnterpriseFound(enterprise_id="ent-3", uscc=THIRD, name="示例企业03")


def test_of_another_place_nothing_is_found_and_what_to_do_is_said(table: sqlite3.Connection) -> None:
    with pytest.raises(CreditCodeUnknown) as refused:
        found(table, SECOND, "xingguo")
    (reason,) = refused.value.reasons
    assert reason.field == "uscc"
    assert SECOND in reason.message
    assert "请核对代码和地区" in reason.message


@pytest.mark.parametrize(
    ("typed", "why"), [("91360702", "18 位"), (FIRST[:-1] + "A", "校验码"), ("示例企业01", "18 位")]
)
def test_what_is_no_code_is_said_to_be_none_beside_its_field(table: sqlite3.Connection, typed: str, why: str) -> None:
    with pytest.raises(CreditCodeInvalid) as refused:
        found(table, typed)
    (reason,) = refused.value.reasons
    assert (reason.field, why in reason.message) == ("uscc", True)
