"""Every command there is, sent on the bus past the gateway's door: by nobody, and for a place that nobody has onboarded.

Who may send at all is tests/attack/test_broker_identities.py. Here the sender has got hold of the gateway's own user.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from system_kit import House

from chassis.foundation.ids import new_id
from contracts.message import Command, snake_case
from gateway.bus import Bus
from tests.architecture.entrypoints import service_classes, taken_by
from tests.contract.samples import sample

Json = dict[str, Any]

ROLES = [
    "department",
    "bureau",
    "finance",
    "enterprise",
    "window",
    "supervisor",
    "bank",
    "partner",
    "platform",
    "system",
]
NOBODY: Json = {"id": "nobody"}
EVERYBODY: Json = {
    "id": "anybody",
    "roles": ROLES,
    "department": "科学技术局",
    "department_id": "d",
    "enterprise_id": "e",
    "duties": ["approval", "payment"],
}
NOWHERE = "nowhere"
OUR_PLACE = "forged-place"
REFUSED_FOR: Mapping[str, tuple[str, Json, str]] = {
    "no role": (OUR_PLACE, NOBODY, "actor_without_role"),
    "roles that are no list": (OUR_PLACE, {"id": "nobody", "roles": ""}, "actor_without_role"),
    "a place that nobody has onboarded": (NOWHERE, EVERYBODY, "tenant_unknown"),
}


def commands() -> list[tuple[str, type[Command]]]:
    return [
        (name, contract)
        for name, service in service_classes().items()
        for contract, _answer in taken_by(service)
        if issubclass(contract, Command)
    ]


def envelope(contract: type[Command], tenant: str, actor: Json) -> Json:
    """With a body that the contract takes, as far as one can be made of its schema: a rule's may go on for ever."""
    schema = contract.model_json_schema()
    try:
        body = sample(schema, schema)
    except RecursionError:
        body = {}
    return {
        "idempotency_key": new_id(),
        "tenant": tenant,
        "actor": actor,
        "name": snake_case(contract.__name__),
        "body_hash": new_id(),
        "body": body,
    }


async def answers(url: str, tenant: str, actor: Json, wanted: list[tuple[str, type[Command]]]) -> dict[str, Json]:
    """`service.Command` → what came back; all at once."""
    bus = Bus(url)
    await bus.start()
    while not bus.ready():
        await asyncio.sleep(0.05)
    try:
        sent = [(name, contract, envelope(contract, tenant, actor)) for name, contract in wanted]
        said = await asyncio.gather(*(bus.call(name, each["name"], each, timeout=30) for name, _, each in sent))
    finally:
        await bus.close()
    return {f"{name}.{contract.__name__}": answer for (name, contract, _), answer in zip(sent, said, strict=True)}


def rows_of(house: House, tenant: str) -> dict[str, int]:
    """`database.table` → rows of the tenant, where there are any."""
    found = {}
    for name in house.addresses.databases:
        with house.database(name) as connection:
            tables = connection.execute(
                "SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t"
                " USING (table_schema, table_name) WHERE c.table_schema = 'public' AND c.column_name = 'tenant'"
                " AND t.table_type = 'BASE TABLE'"
            ).fetchall()
        for (table,) in tables:
            count = house.count(name, f'SELECT count(*) FROM "{table}" WHERE tenant = %s', [tenant])
            if count:
                found[f"{name}.{table}"] = count
    return found


def known_everywhere(house: House, tenant: str) -> None:
    """The place is in every service's register: it is the actor alone that must stop the command."""
    for name in service_classes():
        with house.database(name) as connection:
            connection.execute(
                "INSERT INTO tenant (id, level, division_code, name, settings, settings_version)"
                " VALUES (%s, 'county', '360799', 'forged', '{}', 1) ON CONFLICT DO NOTHING",
                [tenant],
            )


def must_refuse(house: House, why: str, wanted: list[tuple[str, type[Command]]]) -> None:
    tenant, actor, code = REFUSED_FOR[why]
    known_everywhere(house, OUR_PLACE)
    url = house.cluster.rabbitmq.identities(house.cluster.rabbitmq.address())["gateway"]
    said = asyncio.run(answers(url, tenant, actor, wanted))
    assert {name: answer for name, answer in said.items() if answer.get("refused", {}).get("code") != code} == {}
    assert rows_of(house, tenant) == {}


def test_no_service_takes_a_command_of_nobody_or_for_a_place_that_nobody_has_onboarded(house: House) -> None:
    first = {name: (name, contract) for name, contract in reversed(commands())}
    for why in REFUSED_FOR:
        must_refuse(house, why, list(first.values()))


@pytest.mark.attack_only
@pytest.mark.parametrize("why", REFUSED_FOR)
def test_no_command_there_is_can_be_given_so(house: House, why: str) -> None:
    must_refuse(house, why, commands())
