"""docker-compose.yml: sound in form, and in agreement with the code. There is no Docker engine to run it with."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.foundation.settings import Settings
from console.cluster.roster import OUTSIDE_WORLD
from console.place import CHECKOUT, GATEWAY, database_names, service_names
from console.servers.provision import KINDS
from console.servers.provision_cluster import PASSWORD
from services.notify.messages.sms import SmsClient
from services.treasury.rails.bank_client import BankClient

FILE = CHECKOUT / "docker-compose.yml"
INFRASTRUCTURE = {"postgres", "rabbitmq", "otel-collector", "jaeger"}
ONE_SHOTS = {"provision", *(f"migrate-{name}" for name in database_names())}
VARIABLE = re.compile(r"\$\{(\w+)(?::?([-?])([^}]*))?\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return loaded


@pytest.fixture(scope="module")
def dot_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """`.env` as the commands of docs/operations.md make it of `.env.example`."""
    folder = tmp_path_factory.mktemp("compose")
    (folder / ".env.example").write_text((CHECKOUT / ".env.example").read_text())
    (block,) = re.findall(r"```bash\n(umask.*?)```", (CHECKOUT / "docs" / "operations.md").read_text(), re.DOTALL)
    commands = block[: block.index("docker compose")]
    subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=folder, check=True, timeout=60)
    assert (folder / ".env").stat().st_mode & 0o077 == 0
    lines = [line for line in (folder / ".env").read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def filled_in(text: Any, values: Mapping[str, str]) -> str:
    """Compose's own substitution: `${A}`, `${A:-default}` and `${A:?complaint}`."""

    def value(match: re.Match[str]) -> str:
        name, kind, word = match.groups()
        if values.get(name):
            return values[name]
        assert kind == "-", f"{name} is not set in .env"
        return word

    return VARIABLE.sub(value, str(text))


def environment_of(compose: dict[str, Any], name: str, values: Mapping[str, str]) -> dict[str, str]:
    environment = compose["services"][name].get("environment", {})
    return {key: filled_in(value, values) for key, value in environment.items()}


def valid(file: Path) -> bool:
    """Whether the compose specification's schema, vendored by check-jsonschema, accepts it."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_it_fits_the_compose_specification(tmp_path: Path) -> None:
    assert valid(FILE)
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(FILE.read_text().replace("restart: unless-stopped", "restarts: always", 1))
    assert not valid(broken)


def test_every_process_of_the_house_is_in_it(compose: dict[str, Any]) -> None:
    house = {*service_names(), GATEWAY, *OUTSIDE_WORLD}
    assert set(compose["services"]) == house | ONE_SHOTS | INFRASTRUCTURE
    for service in service_names():
        assert compose["services"][service]["command"] == ["python", "-m", "chassis.edge.runner", service]
    for database in database_names():
        assert compose["services"][f"migrate-{database}"]["command"] == [
            "python",
            "-m",
            "chassis.foundation.migrate",
            database,
        ]


def test_the_stand_ins_start_only_when_asked_for(compose: dict[str, Any]) -> None:
    profiles = {name: each["profiles"] for name, each in compose["services"].items() if "profiles" in each}
    assert profiles == {name: ["sandbox"] for name in OUTSIDE_WORLD}


def test_postgres_and_rabbitmq_are_of_the_versions_that_we_say(compose: dict[str, Any]) -> None:
    assert compose["services"]["postgres"]["image"] == "postgres:18"
    assert compose["services"]["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert compose["services"]["rabbitmq"]["image"] == "rabbitmq:4-management"


def test_env_example_names_exactly_what_is_used(compose: dict[str, Any], dot_env: dict[str, str]) -> None:
    used = {match[0] for match in VARIABLE.findall(FILE.read_text())} - {"ZHIDA_VERSION"}
    assert used == set(dot_env)


def test_the_documented_commands_make_passwords_and_a_key_that_are_accepted(dot_env: dict[str, str]) -> None:
    secrets = {name: value for name, value in dot_env.items() if name.endswith(("_PASSWORD", "_TOKEN"))}
    assert len(secrets) == 3 * len(database_names()) + 3
    assert len(set(secrets.values())) == len(secrets)
    assert all(PASSWORD.fullmatch(value) for value in secrets.values())
    assert len(base64.b64decode(dot_env["ZHIDA_DATA_KEY"], validate=True)) == 32


@pytest.mark.parametrize("name", [*service_names(), GATEWAY])
def test_a_process_gets_settings_that_it_starts_with(
    name: str, compose: dict[str, Any], dot_env: dict[str, str]
) -> None:
    environment = environment_of(compose, name, dot_env)
    settings = Settings.from_env(name, environment)
    assert settings.database_url.startswith(f"postgresql+psycopg://{name}_app:")
    assert settings.database_url.endswith(f"@postgres:5432/zhida_{name}")
    assert settings.frame_database_url.startswith(f"postgresql+psycopg://{name}_frame:")
    assert settings.health_port > 0
    assert settings.otlp_endpoint == "http://otel-collector:4318"
    assert not any("owner" in value for value in environment.values()), "owners are for migrations only"


def test_ports_to_the_outside_are_given(compose: dict[str, Any], dot_env: dict[str, str]) -> None:
    BankClient.from_env(environment_of(compose, "treasury", dot_env))
    SmsClient.from_env(environment_of(compose, "notify", dot_env))
    assert environment_of(compose, "treasury", dot_env)["BANK_URL"] == "http://bank:8701"
    assert environment_of(compose, "treasury", {**dot_env, "BANK_URL": "https://b"})["BANK_URL"] == "https://b"
    assert environment_of(compose, "notify", dot_env)["SMS_URL"] == "http://sms:8702"


def test_a_migration_uses_its_own_owner_and_provisioning_knows_every_role(
    compose: dict[str, Any], dot_env: dict[str, str]
) -> None:
    for name in database_names():
        (url,) = environment_of(compose, f"migrate-{name}", dot_env).values()
        password = dot_env[f"{name.upper()}_OWNER_PASSWORD"]
        assert url == f"postgresql+psycopg://{name}_owner:{password}@postgres:5432/zhida_{name}"
    provisioning = environment_of(compose, "provision", dot_env)
    roles = {f"{name}_{kind}_password".upper() for name in database_names() for kind in KINDS}
    assert set(provisioning) == {"ADMIN_DATABASE_URL", *roles}


def test_a_dependency_is_there_and_its_condition_can_come_true(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in services, name
            if how["condition"] == "service_completed_successfully":
                assert services[other]["restart"] == "no", (name, other)
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[other] or services[other]["build"] == ".", (name, other)
    for name in database_names():
        assert services[name]["depends_on"][f"migrate-{name}"] == {"condition": "service_completed_successfully"}


def test_our_containers_are_locked_down_and_nothing_is_open_to_the_network(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        if name not in INFRASTRUCTURE:
            assert service["read_only"], name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name


def test_the_collector_sends_what_it_receives_to_jaeger(compose: dict[str, Any]) -> None:
    config = yaml.safe_load(compose["configs"]["otel-collector"]["content"])
    pipeline = config["service"]["pipelines"]["traces"]
    assert set(pipeline["receivers"]) == set(config["receivers"])
    assert set(pipeline["exporters"]) == set(config["exporters"])
    assert config["exporters"]["otlp"]["endpoint"] == "jaeger:4317"
