"""Whoever is a stranger to a thing, by place, department or enterprise, gets nothing of it and changes nothing.

Made from the gateway's routes: one whose path names a thing that belongs to somebody has a row in `belongings`, or the
test of rows fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from belongings import STRANGE_PLACES, Belongings, belongings
from system_kit import House, answered

from chassis.foundation.ids import new_id
from console.demo.scene import HERE
from contracts.message import PagedQuery
from gateway.app import declared_routes
from gateway.permissions import permission_for
from gateway.routes import JSON, RouteDeclaration
from tests.architecture.expected_routes import EXPECTED
from tests.contract.test_openapi_is_true import request_for

Json = dict[str, Any]

PREFIX = "/api/v1"
SUM = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} t"
OWNED = re.compile(r"([\w-]+/{\w+}(?:/{operation_id})?)")
NOBODYS = {"calendars/{year}", "public-notices/{tenant}", "stuck-work/{service}", "track/{receipt}"}
"""What a path names that belongs to no one: a year, a place, a service, a receipt that its code opens."""

PUBLIC_THINGS = ("/authoring/documents/{document_id}", "/policies/{item_id}/", "/application-forms/")
"""How paths begin or go on that are about what everybody may read: an item on offer, a document that has been issued.
What is said there is the caller's own: its own enterprises, its own form."""

OWN_OF_PUBLIC_THINGS = {
    ("PUT", "/my/application-drafts/{item_id}"),
    ("GET", "/my/application-drafts/{item_id}"),
    ("POST", "/my/application-forms/{item_id}"),
}
"""What every enterprise has of its own under an item on offer; another's is tried with its id in the body
(tests/integration/test_intake_drafts.py)."""

PUBLIC_LISTS = ("/authoring/documents", "/authoring/items")
"""Documents and items of the places above are published for those below."""

OFFICES_OF = {"platform": ("system", "security", "auditor")}
"""The audience `platform` is three administrators; every other is an office of its own name."""

LEFT_BY_REFUSALS = ("security_event", "idempotency_record", "alembic", "operation", "outbox", "audit", "job", "upload")
"""Tables that a refused attempt may add to: who tried, and what they were answered."""


@dataclass(frozen=True)
class Attempt:
    """One stranger at one route."""

    route: RouteDeclaration
    place: str
    office: str

    def __str__(self) -> str:
        return f"{self.route.method} {self.route.path} by {self.office} of {self.place}"


def owned_in(path: str) -> list[str]:
    return [each for each in OWNED.findall(path) if each not in NOBODYS]


def routes() -> list[RouteDeclaration]:
    """Those whose path names something owned, and that not everybody may call."""
    declared = [each.declared for each in declared_routes(PREFIX)]
    return [each for each in declared if owned_in(each.path) and not about_public_things(each)]


def about_public_things(route: RouteDeclaration) -> bool:
    if EXPECTED[route.method, PREFIX + route.path] == "public":
        return True
    if (route.method, route.path) in OWN_OF_PUBLIC_THINGS:
        return True
    return route.method == "GET" and any(each in route.path for each in PUBLIC_THINGS)


def attempts() -> list[Attempt]:
    """Every route × every office that may call it in a place of its own × every place but the right one; and those of
    the right place with another department or enterprise."""
    found = []
    for route in routes():
        reach = permission_for(route.contract).reach
        audiences = EXPECTED[route.method, PREFIX + route.path].split()
        offices = [office for each in audiences for office in OFFICES_OF.get(each, (each,)) if each != "enterprise"]
        if reach != "platform":
            found += [Attempt(route, place, office) for place in STRANGE_PLACES for office in offices]
        if "enterprise" in audiences:
            found.append(Attempt(route, HERE, "sibling enterprise"))
        if reach == "department" and "department" in audiences:
            found.append(Attempt(route, HERE, "sibling department"))
    return found


@pytest.fixture(scope="module")
def mine(standing_house: House) -> Iterator[Belongings]:
    standing_house.stand_up()
    with belongings(standing_house) as made:
        yield made


def test_every_path_that_names_something_owned_has_a_row(mine: Belongings) -> None:
    named = {each for route in routes() for each in owned_in(route.path)}
    assert named - mine.ids.keys() == set()


def test_a_stranger_gets_nothing_and_changes_nothing(mine: Belongings, document: Json) -> None:
    before = contents(mine.house)
    got = {str(each): answer for each in attempts() if (answer := made(mine, document, each)) not in (403, 404)}
    assert not got, "\n".join(f"{each}: {answer}" for each, answer in got.items())
    assert contents(mine.house) == before


def lists() -> list[tuple[str, str]]:
    """(path, office) of lists of a place's own things that are given a page at a time to somebody who works there."""
    found = []
    for route in (each.declared for each in declared_routes(PREFIX)):
        office = EXPECTED[route.method, PREFIX + route.path].split()[0]
        in_pages = issubclass(route.contract, PagedQuery) and "{" not in route.path and route.media_type == JSON
        own = permission_for(route.contract).reach == "tenant" and route.path not in PUBLIC_LISTS
        if in_pages and own and office not in ("platform", "public", "enterprise"):
            found.append((PREFIX + route.path, office))
    return found


def test_a_cursor_of_another_place_shows_nothing_of_that_place(mine: Belongings) -> None:
    shown, tried = {}, 0
    for path, office in lists():
        first = mine.client.get(path, params={"limit": 1}, headers=signed(mine, office, HERE)).json()
        for place in STRANGE_PLACES if first.get("next_cursor") else ():
            tried += 1
            asked = {"limit": 200, "cursor": first["next_cursor"]}
            answer = mine.client.get(path, params=asked, headers=signed(mine, office, place))
            theirs = [each for each in mine.ids.values() if each != HERE and each in answer.text]
            if answer.status_code >= 500 or theirs:
                shown[f"{path} at {place}"] = f"{answer.status_code} {theirs}"
    assert tried >= 9
    assert not shown


def signed(mine: Belongings, office: str, place: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {mine.token(office, place)}"}


@pytest.fixture(scope="module")
def document(mine: Belongings) -> Json:
    found: Json = mine.client.get("/openapi.json").json()
    return found


def made(mine: Belongings, document: Json, attempt: Attempt) -> int | str:
    """The status of the attempt, and what was said if it was none of those that refuse a stranger."""
    request = request_of(mine, document, attempt.route)
    request["headers"]["Authorization"] = f"Bearer {mine.token(attempt.office, attempt.place)}"
    answer = answered(lambda: mine.client.request(**request))
    return answer.status_code if answer.status_code in (403, 404) else f"{answer.status_code} {answer.text[:300]}"


def request_of(mine: Belongings, document: Json, route: RouteDeclaration) -> dict[str, Any]:
    """All that the document asks for, about what belongs to the county."""
    described = document["paths"][PREFIX + route.path][route.method.lower()]
    request = request_for(document, route.method, filled(route.path, mine.ids), described)
    request["url"] = PREFIX + request["url"]
    request["headers"] |= {"Idempotency-Key": f"attack/{new_id()}"} if route.idempotent else {}
    request["headers"] |= {"If-Match": '"1"'} if route.versioned else {}
    return request


def filled(path: str, ids: Mapping[str, str]) -> str:
    for each in owned_in(path):
        place, name = each.rsplit("/", 1)
        path = path.replace(each, f"{place.replace('{service}', 'catalog')}/{ids[each]}")
        assert name not in path, path
    return path.replace("{service}", "catalog").replace("{kind}", "parked")


def contents(house: House) -> dict[str, tuple[int, str]]:
    """How many rows each table of each database has, and a sum over what is in them."""
    found = {}
    for database in house.addresses.databases:
        with house.database(database) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            ).fetchall()
            for (table,) in tables:
                if not table.startswith(LEFT_BY_REFUSALS):
                    found[f"{database}.{table}"] = connection.execute(SUM.format(table)).fetchone()
    return found
