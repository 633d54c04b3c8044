"""Who is in the local cluster, and what each process is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.foundation.keyring import KeyRing
from console.cluster.crew import Member
from console.cluster.roster import OUTSIDE_WORLD, members, process_names
from console.machine.ports import Ports
from console.place import database_names, service_names
from console.servers.provision import Dsns
from contracts.flow import ORDER
from contracts.keys import keys_of, variable

AMQP = {name: f"amqp://zhida-{name}:secret@127.0.0.1:20000/zhida" for name in ORDER}


@pytest.fixture
def crew(tmp_path: Path) -> dict[str, Member]:
    for name in process_names():
        Ports(tmp_path).claim(name)
    dsns = {
        name: Dsns(
            *(f"postgresql+psycopg://{name}_{kind}:pw@127.0.0.1:1/zhida_{name}" for kind in ("app", "frame", "owner"))
        )
        for name in database_names()
    }
    environ = {
        "PATH": "/usr/bin",
        "DATABASE_URL": "postgresql://somebody-elses",
        "AMQP_URL": "amqp://somebody-elses",
        "ZHIDA_KEY_ACCOUNTS": "somebody-elses",
        "ZHIDA_DATA_KEY": "somebody-elses",
    }
    return {member.name: member for member in members(tmp_path, dsns, AMQP, environ)}


def test_every_service_that_the_checkout_has_is_in_the_cluster(crew: dict[str, Member]) -> None:
    assert set(service_names()) < set(crew)
    assert {"bank", "sms", "gateway"} < set(crew)


def test_a_process_gets_its_own_database_and_never_the_owners_way_in(crew: dict[str, Member]) -> None:
    for name in database_names():
        env = crew[name].env
        assert env["DATABASE_URL"].endswith(f"/zhida_{name}")
        assert f"{name}_app:" in env["DATABASE_URL"]
        assert f"{name}_frame:" in env["FRAME_DATABASE_URL"]
        assert "OWNER_DATABASE_URL" not in env


def test_nothing_of_the_callers_own_database_or_broker_leaks_in(crew: dict[str, Member]) -> None:
    assert not any("somebody-elses" in value for member in crew.values() for value in member.env.values())


def test_a_process_is_itself_on_the_broker_and_holds_its_own_keys_alone(crew: dict[str, Member]) -> None:
    for name in database_names():
        assert crew[name].env["AMQP_URL"] == AMQP[name]
        keys = {each for each in crew[name].env if each.startswith(variable(""))}
        assert keys == {variable(key) for key in keys_of(name)}
        KeyRing.from_env(name, crew[name].env)


def test_the_outside_world_is_told_nothing_of_the_broker_or_of_keys(crew: dict[str, Member]) -> None:
    for name in OUTSIDE_WORLD:
        assert not [each for each in crew[name].env if each == "AMQP_URL" or "_KEY" in each or "DATABASE" in each]


def test_notify_can_neither_open_payee_accounts_nor_reach_the_treasurys_database(crew: dict[str, Member]) -> None:
    notify, treasury = crew["notify"].env, crew["treasury"].env
    assert "ZHIDA_KEY_ACCOUNTS" in treasury
    secrets = {treasury[name] for name in ("DATABASE_URL", "FRAME_DATABASE_URL", "AMQP_URL", "ZHIDA_KEY_ACCOUNTS")}
    assert not secrets & set(notify.values())


def test_each_process_knows_where_the_bank_and_the_sms_provider_are(crew: dict[str, Member], tmp_path: Path) -> None:
    port = Ports(tmp_path).known("bank")
    assert all(member.env["BANK_URL"] == f"http://127.0.0.1:{port}" for member in crew.values())
    assert crew["bank"].probe == f"http://127.0.0.1:{port}/healthz"
    assert list(crew["bank"].argv[1:]) == [
        "-m",
        "sandbox.bank",
        "--port",
        str(port),
        "--book",
        str(tmp_path / "books" / "bank.sqlite"),
    ]


def test_a_process_whose_port_was_never_claimed_is_left_out(tmp_path: Path) -> None:
    assert members(tmp_path, {}, AMQP, {}) == []
