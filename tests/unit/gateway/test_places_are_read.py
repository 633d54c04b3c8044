"""Over HTTP a place is read by its own people, all places by those who run the platform; and whose a credit code is."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from door_kit import YesMan, ask, door_with, registers

OFFICES = ("bureau", "department", "finance", "partner", "supervisor", "window")


def read(path: str, role: str) -> httpx.Response:
    request: dict[str, Any] = {"method": "GET", "url": f"/api/v1{path}", "params": {}}
    return ask(door_with(YesMan(), registers), {**request, "headers": {"Authorization": f"Bearer {role}"}})


@pytest.mark.parametrize("role", OFFICES)
def test_everybody_who_works_in_a_place_lists_and_reads_it_and_no_other(role: str) -> None:
    assert read("/tenants", role).status_code == 200
    assert read("/tenants/zhanggong", role).status_code == 200
    refused = read("/tenants/xingguo", role)
    assert (refused.status_code, refused.json()["code"]) == (403, "tenant_not_yours")
    assert read("/tenants/zhanggong/versions", role).status_code == 403


def test_whoever_runs_the_platform_reads_all_places_with_their_history() -> None:
    for place in ("zhanggong", "xingguo"):
        assert read(f"/tenants/{place}", "platform").status_code == 200
        assert read(f"/tenants/{place}/versions", "platform").status_code == 200


@pytest.mark.parametrize("role", ["enterprise", "bank"])
def test_places_are_no_business_of_enterprises_and_banks_at_this_door(role: str) -> None:
    assert read("/tenants", role).status_code == 403


@pytest.mark.parametrize(
    ("role", "status"),
    [("window", 200), ("bureau", 200), ("department", 200), ("partner", 200), ("finance", 403), ("enterprise", 403)],
)
def test_whose_a_credit_code_is_may_be_asked_by_who_records_facts_or_mandates(role: str, status: int) -> None:
    assert read("/enterprise-codes/91360702DEM000014H", role).status_code == status
