"""docker-compose.yml: sound in form, and in agreement with the code. There is no Docker engine to run it with."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from chassis.foundation.settings import Settings
from console.cluster.roster import OUTSIDE_WORLD
from console.place import CHECKOUT, GATEWAY, database_names, service_names
from console.servers.broker_topology import USERS, user_name
from console.servers.provision import KINDS
from console.servers.provision_broker import wanted
from console.servers.provision_cluster import PASSWORD
from contracts.keys import KEYS, LEGACY, keys_of, variable
from services.notify.messages.sms import SmsClient
from services.treasury.rails.bank_client import BankClient

FILE = CHECKOUT / "docker-compose.yml"
INFRASTRUCTURE = {"postgres", "rabbitmq", "otel-collector", "jaeger"}
ONE_SHOTS = {"provision", "provision-broker", *(f"migrate-{name}" for name in database_names())}
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
    assert filled_in(compose["services"]["postgres"]["image"], {}) == "postgres:18"
    assert compose["services"]["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert filled_in(compose["services"]["rabbitmq"]["image"], {}) == "rabbitmq:4-management"


def test_an_image_of_others_can_be_pinned_by_its_digest(compose: dict[str, Any], dot_env: dict[str, str]) -> None:
    pinned = {name: f"image@sha256:{'0' * 64}" for name in dot_env if name.endswith("_IMAGE")}
    images = {name: filled_in(compose["services"][name]["image"], pinned) for name in INFRASTRUCTURE}
    assert set(images.values()) == set(pinned.values()), images


def test_env_example_names_exactly_what_is_used(compose: dict[str, Any], dot_env: dict[str, str]) -> None:
    used = {match[0] for match in VARIABLE.findall(FILE.read_text())} - {"ZHIDA_VERSION"}
    assert used == set(dot_env)


def test_the_documented_commands_make_passwords_and_a_key_that_are_accepted(dot_env: dict[str, str]) -> None:
    secrets = {name: value for name, value in dot_env.items() if name.endswith(("_PASSWORD", "_TOKEN"))}
    assert len(secrets) == 3 * len(database_names()) + len(USERS) + 3
    assert len(set(secrets.values())) == len(secrets)
    assert all(PASSWORD.fullmatch(value) for value in secrets.values())
    keys = {name: value for name, value in dot_env.items() if name.startswith(variable(""))}
    assert keys.pop(variable(LEGACY)) == "", "a new installation has nothing that an earlier one has sealed"
    assert len(set(keys.values())) == len(keys) == sum(1 if key.shared else len(key.holders) for key in KEYS.values())
    assert all(len(base64.b64decode(key, validate=True)) == 32 for key in keys.values())


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
    password = dot_env[f"{name.upper()}_BROKER_PASSWORD"]
    assert settings.amqp_url == f"amqp://zhida-{name}:{password}@rabbitmq:5672/zhida"
    given = {key for key in environment if key.startswith(variable(""))}
    assert given == {variable(key) for key in (*keys_of(name), LEGACY)}


def test_no_process_is_told_a_secret_of_another_nor_the_administrators(
    compose: dict[str, Any], dot_env: dict[str, str]
) -> None:
    told = {
        name: {value for value in environment_of(compose, name, dot_env).values() if "://" in value or len(value) == 44}
        for name in (*service_names(), GATEWAY)
    }
    shared = {dot_env[variable(key)] for key, what in KEYS.items() if what.shared}
    open_to_all = {"http://otel-collector:4318", "file:///var/lib/zhida/objects"}
    for name, secrets in told.items():
        for other in set(told) - {name}:
            assert secrets & told[other] <= shared | open_to_all, (name, other)
        assert not any(dot_env["RABBITMQ_PASSWORD"] in secret for secret in secrets), name
    assert dot_env["ZHIDA_KEY_ACCOUNTS"] not in told["notify"]
    assert not any("treasury" in secret for secret in told["notify"])


def test_servers_elsewhere_are_reached_over_tls_with_their_names_verified(
    compose: dict[str, Any], dot_env: dict[str, str]
) -> None:
    example = dict(
        line[4:].split("=", 1)
        for line in (CHECKOUT / ".env.example").read_text().splitlines()
        if re.match(r"#   [A-Z_]+=", line)
    )
    assert set(example) <= set(dot_env)
    environment = environment_of(compose, "notify", {**dot_env, **example})
    assert environment["AMQP_URL"].startswith("amqps://zhida-notify:")
    assert environment["AMQP_URL"].endswith("@rabbitmq.example:5671/zhida")
    assert environment["AMQP_CA_FILE"] == "/etc/zhida/trust/rabbitmq.pem"
    for url in ("DATABASE_URL", "FRAME_DATABASE_URL"):
        assert environment[url].endswith("?sslmode=verify-full&sslrootcert=/etc/zhida/trust/postgres.pem")
    for container in (*ONE_SHOTS, *database_names()):
        (trust,) = [each for each in compose["services"][container]["volumes"] if "/etc/zhida/trust" in each]
        assert filled_in(trust, example) == "/etc/zhida/trust:/etc/zhida/trust:ro"


def test_the_broker_is_provisioned_by_its_administrator_before_anybody_uses_it(
    compose: dict[str, Any], dot_env: dict[str, str]
) -> None:
    environment = environment_of(compose, "provision-broker", dot_env)
    assert {user["name"] for user in wanted(environment)["users"]} == {user_name(name) for name in USERS}
    assert urlsplit(environment["BROKER_ADMIN_URL"]).password == dot_env["RABBITMQ_PASSWORD"]
    for name in database_names():
        needs = compose["services"][name]["depends_on"]["provision-broker"]
        assert needs == {"condition": "service_completed_successfully"}


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
