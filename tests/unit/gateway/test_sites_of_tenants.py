"""Whose site a page is: the tenant's own, the operator's, or nobody's; a database that is away costs no page."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.exc import OperationalError

from chassis.edge.frame import Frame
from gateway.portal.shell import site as sites_module
from gateway.portal.shell.site import Site, Sites

CITY = SimpleNamespace(id="ganzhou", parent_id=None, name="赣州市", settings={"footer": {"site_code": "3607000001"}})
COUNTY = SimpleNamespace(id="zhanggong", parent_id="ganzhou", name="章贡区", settings={})
OTHER = SimpleNamespace(id="jian", parent_id=None, name="吉安市", settings={})


class Database:
    def __init__(self, *rows: Any) -> None:
        self.rows = rows
        self.reads = 0
        self.away = False

    @contextmanager
    def reader(self, _tenants: object) -> Any:
        self.reads += 1
        if self.away:
            raise OperationalError("SELECT", {}, Exception("gone"))
        yield SimpleNamespace(execute=lambda _sql: SimpleNamespace(all=lambda: self.rows))


def sites(database: Database, home: str | None = None) -> Sites:
    return Sites(cast("Frame", database), home)


def asked(place: Sites, *tenants: str | None) -> list[Site]:
    async def ask() -> list[Site]:
        return [await place.of(tenant) for tenant in tenants]

    return asyncio.run(ask())


def test_a_tenant_has_its_own_site_and_nobody_in_particular_that_of_the_one_at_the_top() -> None:
    database = Database(CITY, COUNTY)
    county, anybody, unknown = asked(sites(database), "zhanggong", None, "elsewhere")
    assert (county.name, anybody.name, unknown.name) == ("章贡区", "赣州市", "赣州市")
    assert anybody.footer.site_code == "3607000001"
    assert database.reads == 1


def test_the_operator_says_whose_site_it_is_where_there_are_several() -> None:
    assert asked(sites(Database(CITY, OTHER)), None)[0] == Site()
    assert asked(sites(Database(CITY, OTHER), "jian"), None)[0].name == "吉安市"


def test_a_database_that_is_away_costs_a_foot_and_not_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(CITY)
    place = sites(database)

    async def through_an_outage() -> list[str]:
        names = []
        for away in (True, False, True):
            database.away = away
            monkeypatch.setattr(sites_module, "KEPT_SECONDS", -1)
            await place.of(None)
            if place._reading is not None:
                await place._reading
            names.append((await place.of(None)).name)
        return names

    assert asyncio.run(through_an_outage()) == ["", "赣州市", "赣州市"]
