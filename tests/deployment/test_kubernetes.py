"""k8s/base: built by kubectl itself, valid for Kubernetes, and in agreement with the code.

The kubectl is the installed one, or Debian's `kubernetes-client` unpacked into the test home (8 MB, no root); where
neither can be had, the one test that builds is skipped and all others read the files as they are written.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import kubernetes_validate
import pytest
import yaml
from key_kit import key_environment

from chassis.files import limits
from chassis.files.spool import KEPT_BYTES
from chassis.foundation.settings import Settings
from console.place import CHECKOUT, GATEWAY, database_names, service_names
from console.servers.provision_broker import wanted
from console.setup.debian import DebianArchive, DebianFault
from contracts.keys import LEGACY, keys_of, variable

BASE = CHECKOUT / "k8s" / "base"
EXAMPLE = "secrets.example.yaml"
VERSIONS = ("1.29", "1.34", "1.37")

Manifest = dict[str, Any]


def documents(text: str) -> list[Manifest]:
    return [each for each in yaml.safe_load_all(text) if each]


def written() -> list[Manifest]:
    """Every manifest of the base as it is written, the example of secrets left out."""
    files = sorted(file for file in BASE.glob("*.yaml") if file.name not in ("kustomization.yaml", EXAMPLE))
    return [each for file in files for each in documents(file.read_text())]


def of_kind(kind: str) -> dict[str, Manifest]:
    return {each["metadata"]["name"]: each for each in written() if each["kind"] == kind}


def containers() -> Iterator[tuple[Manifest, Manifest]]:
    """(pod spec, container) of everything that runs."""
    for manifest in [*of_kind("Deployment").values(), *of_kind("Job").values()]:
        pod = manifest["spec"]["template"]["spec"]
        yield from ((pod, container) for container in pod["containers"])


def secret_references(container: Manifest) -> dict[str, tuple[str, str]]:
    """Variable → (secret, key)."""
    return {
        each["name"]: (each["valueFrom"]["secretKeyRef"]["name"], each["valueFrom"]["secretKeyRef"]["key"])
        for each in container.get("env", ())
        if "valueFrom" in each
    }


def examples(kind: str) -> list[Manifest]:
    return [each for each in documents((BASE / EXAMPLE).read_text()) if each["kind"] == kind]


def processes() -> dict[str, Manifest]:
    """The container of each Deployment."""
    return {name: each["spec"]["template"]["spec"]["containers"][0] for name, each in of_kind("Deployment").items()}


def rules_for(name: str) -> Iterator[Manifest]:
    """Every rule of egress that applies to the pods of `name`."""
    for policy in of_kind("NetworkPolicy").values():
        selector = policy["spec"]["podSelector"]
        named = [each["values"] for each in selector.get("matchExpressions", ())]
        chosen = [*selector.get("matchLabels", {}).values(), *(value for values in named for value in values)]
        if not chosen or name in chosen:
            yield from policy["spec"].get("egress", ())


def ports_to(namespace: str, name: str) -> list[int]:
    label = {"kubernetes.io/metadata.name": namespace}
    return [
        port["port"]
        for rule in rules_for(name)
        if any(peer.get("namespaceSelector", {}).get("matchLabels") == label for peer in rule["to"])
        for port in rule["ports"]
    ]


def reach(name: str) -> frozenset[str]:
    """Addresses outside the cluster."""
    return frozenset(peer["ipBlock"]["cidr"] for rule in rules_for(name) for peer in rule["to"] if "ipBlock" in peer)


def settings_map() -> dict[str, str]:
    (generator,) = yaml.safe_load((BASE / "kustomization.yaml").read_text())["configMapGenerator"]
    return dict(literal.split("=", 1) for literal in generator["literals"])


@pytest.fixture(scope="module")
def kubectl(tmp_path_factory: pytest.TempPathFactory) -> str:
    installed = shutil.which("kubectl")
    if installed:
        return installed
    home = os.environ.get("ZHIDA_TEST_HOME")
    folder = Path(home) / "kubernetes-client" if home else tmp_path_factory.mktemp("kubernetes-client")
    program = folder / "usr" / "bin" / "kubectl"
    if not program.exists():
        if not DebianArchive.reachable_from_here():
            pytest.skip("no kubectl here, and no Debian archive to take one from")
        fresh = tmp_path_factory.mktemp("unpacked")
        try:
            DebianArchive(tmp_path_factory.mktemp("scratch")).unpack(["kubernetes-client"], fresh)
        except DebianFault as fault:
            pytest.skip(f"no kubectl here, and none to be had: {fault}")
        program.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(fresh / "usr" / "bin" / "kubectl", program)
    return str(program)


# -- form --------------------------------------------------------------------------------------------------


def test_kubectl_builds_manifests_that_kubernetes_takes(kubectl: str) -> None:
    done = subprocess.run([kubectl, "kustomize", str(BASE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    built = documents(done.stdout)
    for version in VERSIONS:
        for manifest in built:
            kubernetes_validate.validate(manifest, version, strict=True)
    kinds = [each["kind"] for each in built]
    assert kinds.count("Deployment") == len(service_names()) + 1
    (settings,) = [each for each in built if each["kind"] == "ConfigMap"]
    assert settings["data"] == settings_map()
    for manifest in built:
        assert manifest["metadata"].get("namespace", "zhida") == "zhida"
        for container in manifest["spec"]["template"]["spec"]["containers"] if manifest["kind"] == "Deployment" else ():
            assert re.fullmatch(r"registry\.example/zhida@sha256:[0-9a-f]{64}", container["image"]), "by digest"
            assert container["envFrom"] == [{"configMapRef": {"name": settings["metadata"]["name"]}}]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_manifests_are_valid_as_they_are_written(version: str) -> None:
    for manifest in [*written(), *documents((BASE / EXAMPLE).read_text())]:
        kubernetes_validate.validate(manifest, version, strict=True)


def test_a_manifest_that_is_not_valid_is_found() -> None:
    broken = json.loads(json.dumps(of_kind("Deployment")["intake"]))
    broken["spec"]["template"]["spec"]["containers"][0]["livenessprobe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, VERSIONS[0], strict=True)


def test_every_file_is_part_of_the_base_but_the_example_of_secrets() -> None:
    listed = yaml.safe_load((BASE / "kustomization.yaml").read_text())["resources"]
    assert {*listed, "kustomization.yaml", EXAMPLE} == {file.name for file in BASE.glob("*")}


# -- agreement with the code -------------------------------------------------------------------------------


def test_there_is_a_deployment_per_service_and_for_the_gateway() -> None:
    deployments = of_kind("Deployment")
    assert set(deployments) == {*service_names(), GATEWAY}
    for name in service_names():
        (container,) = deployments[name]["spec"]["template"]["spec"]["containers"]
        assert container["command"] == ["python", "-m", "chassis.edge.runner", name]


def test_the_deployments_of_services_differ_in_nothing_but_their_name_and_their_room() -> None:
    told = set()
    for name in service_names():
        deployment = copy.deepcopy(of_kind("Deployment")[name])
        pod = deployment["spec"]["template"]["spec"]
        del pod["containers"][0]["resources"], pod["volumes"][0]["emptyDir"]
        env = pod["containers"][0]["env"]
        pod["containers"][0]["env"] = [each for each in env if not each["name"].startswith(variable(""))]
        told.add(json.dumps(deployment, sort_keys=True).replace(name, "NAME"))
    assert len(told) == 1, "a change to one of them is a change to all, or belongs into an overlay"


def test_the_catalogue_has_room_for_a_city() -> None:
    pod = of_kind("Deployment")["catalog"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    # Measured at 300,000 enterprises and 10,488 items: matching 1.5 GiB, an import 0.6, reading a workbook 0.4.
    gib = 1024**3
    needed = 1.5 * gib + 0.4 * gib + limits.CONVERSIONS_AT_ONCE * limits.MEMORY
    assert container["resources"]["limits"]["memory"] == "5Gi"
    assert needed <= 5 * gib, "a workbook without end takes its own process down, not its neighbours"
    spooled = KEPT_BYTES + limits.CONVERSIONS_AT_ONCE * 2 * limits.LARGEST_FILE
    assert pod["volumes"][0]["emptyDir"]["sizeLimit"] == "3Gi"
    assert spooled + 2 * limits.LARGEST_FILE <= 3 * gib, "what is kept, what is being made, and uploads on their way"


@pytest.mark.parametrize("name", [*service_names(), GATEWAY])
def test_a_process_gets_settings_that_it_starts_with(name: str) -> None:
    (container,) = of_kind("Deployment")[name]["spec"]["template"]["spec"]["containers"]
    given = {
        **settings_map(),
        **{each["name"]: each.get("value", "secret") for each in container["env"]},
        **key_environment(name),
        "ZHIDA_KEY_LEGACY": "",
        "AMQP_CA_FILE": "",
    }
    settings = Settings.from_env(name, given)
    assert (settings.health_host, settings.health_port) == ("0.0.0.0", 9000)
    references = secret_references(container)
    assert references["DATABASE_URL"] == (f"{name}-database", "DATABASE_URL")
    assert references["FRAME_DATABASE_URL"] == (f"{name}-database", "FRAME_DATABASE_URL")
    assert not any("owner" in secret for secret, _key in references.values()), "owners are for migrations only"
    assert references["AMQP_URL"] == (f"{name}-identity", "AMQP_URL")
    keys = {each: secret for each, (secret, _key) in references.items() if each.startswith(variable(""))}
    assert set(keys) == {variable(key) for key in (*keys_of(name), LEGACY)}
    assert keys["ZHIDA_KEY_RESULTS"] == f"{name}-identity"


def test_notify_can_neither_open_payee_accounts_nor_reach_the_treasurys_database() -> None:
    referred = {name: {secret for secret, _ in secret_references(one).values()} for name, one in processes().items()}
    assert {"key-accounts", "treasury-database", "treasury-identity"} <= referred["treasury"]
    assert not {"key-accounts", "treasury-database", "treasury-identity", "broker-admin"} & referred["notify"]
    for name, secrets in referred.items():
        others = {
            secret for other in processes() if other != name for secret in (f"{other}-database", f"{other}-identity")
        }
        assert not secrets & others, name
        assert "broker-admin" not in secrets, name


def test_the_broker_is_provisioned_with_what_its_job_is_given() -> None:
    (container,) = of_kind("Job")["broker"]["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["python", "-m", "console.servers.provision_broker"]
    (example,) = [each for each in examples("Secret") if each["metadata"]["name"] == "broker-admin"]
    asked = {each["name"] for each in container["env"]}
    assert asked == set(example["stringData"])
    made = wanted({**example["stringData"], **{each: "a" * 16 for each in asked if each.endswith("PASSWORD")}})
    assert made["vhosts"] == [{"name": "zhida"}]
    labels = {name: job["metadata"]["labels"]["app.kubernetes.io/component"] for name, job in of_kind("Job").items()}
    assert labels == {"migrations": "migrations", "broker": "migrations"}, "applied together, before the rest"


def test_the_examples_connect_over_tls_and_verify_the_name_by_a_certificate_that_is_there() -> None:
    (trust,) = examples("ConfigMap")
    mounted = {f"/etc/zhida/trust/{name}" for name in trust["data"]}
    for secret in examples("Secret"):
        for name, text in secret["stringData"].items():
            if name.endswith("DATABASE_URL"):
                asked = parse_qs(urlsplit(text).query)
                assert asked["sslmode"] == ["verify-full"], secret["metadata"]["name"]
                assert set(asked["sslrootcert"]) <= mounted
            if name == "AMQP_URL":
                assert text.startswith("amqps://")
                assert f"//zhida-{secret['metadata']['name'].removesuffix('-identity')}:" in text
            if name == "BROKER_ADMIN_URL":
                assert text.startswith("https://")
    assert settings_map()["AMQP_CA_FILE"] in mounted
    for pod, container in containers():
        assert {"name": "trust", "mountPath": "/etc/zhida/trust", "readOnly": True} in container["volumeMounts"]
        assert any(each["name"] == "trust" and each["configMap"] == {"name": "trust"} for each in pod["volumes"])


def test_nothing_is_let_in_or_out_but_what_is_named() -> None:
    policies = of_kind("NetworkPolicy")
    assert policies["nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name in (*service_names(), GATEWAY):
        assert tuple(port for port in ports_to("infrastructure", name) if port in (5432, 5671)) == (5432, 5671), name
    assert 15671 not in {port for name in processes() for port in ports_to("infrastructure", name)}
    outside = {name: reach(name) for name in processes()}
    assert {name for name, cidrs in outside.items() if cidrs} == {"gateway", "catalog", "review", "treasury", "notify"}
    assert len({outside["treasury"], outside["notify"]}) == 2
    assert "0.0.0.0/0" not in outside["treasury"] | outside["notify"], "the bank and the SMS provider, and nobody else"


def test_every_database_is_migrated_by_its_own_owner() -> None:
    job = of_kind("Job")["migrations"]
    migrating = {each["name"]: each for each in job["spec"]["template"]["spec"]["containers"]}
    assert set(migrating) == set(database_names())
    for name, container in migrating.items():
        assert container["command"] == ["python", "-m", "chassis.foundation.migrate", name]
        assert secret_references(container) == {"OWNER_DATABASE_URL": (f"{name}-database-owner", "OWNER_DATABASE_URL")}


def test_the_example_names_exactly_the_secrets_that_are_referred_to() -> None:
    referred = {reference for _pod, container in containers() for reference in secret_references(container).values()}
    example = {(secret["metadata"]["name"], key) for secret in examples("Secret") for key in secret["stringData"]}
    assert referred == example
    assert "Secret" not in {each["kind"] for each in written()}


def test_probes_ask_a_port_that_the_container_has() -> None:
    for name, deployment in of_kind("Deployment").items():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert ports["health"] == int(settings_map()["HEALTH_PORT"])
        for probe, path in (("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")):
            asked = container[probe]["httpGet"]
            assert asked["path"] == path
            assert asked["port"] == ("http" if name == GATEWAY else "health")
            assert asked["port"] in ports
    (service,) = of_kind("Service").values()
    assert service["spec"]["selector"] == of_kind("Deployment")[GATEWAY]["spec"]["selector"]["matchLabels"]


# -- safety ------------------------------------------------------------------------------------------------


def exposures(pod: Manifest, container: Manifest) -> list[str]:
    """What a container may do that it need not, by the `restricted` pod security standard and a little beyond."""
    user, own = pod.get("securityContext", {}), container.get("securityContext", {})
    limits = container.get("resources", {}).get("limits", {})
    rules = {
        "may run as root": user.get("runAsNonRoot") is True and user.get("runAsUser", 0) > 0,
        "is not confined by seccomp": user.get("seccompProfile") == {"type": "RuntimeDefault"},
        "may gain privileges": own.get("allowPrivilegeEscalation") is False,
        "has capabilities": own.get("capabilities") == {"drop": ["ALL"]},
        "may write to its file system": own.get("readOnlyRootFilesystem") is True,
        "may take all memory": "memory" in limits,
        "may take all processors": "cpu" in limits,
        "may talk to the cluster": pod.get("automountServiceAccountToken") is False,
        "shares the host": not {"hostNetwork", "hostPID", "hostIPC"} & set(pod),
        "has a secret in plain sight": not any(
            "value" in each and ("URL" in each["name"] or "TOKEN" in each["name"] or "KEY" in each["name"])
            for each in container.get("env", ())
        ),
    }
    return [what for what, kept in rules.items() if not kept]


def test_nothing_that_runs_may_do_more_than_it_needs() -> None:
    assert [found for pod, container in containers() for found in exposures(pod, container)] == []
    assert of_kind("Namespace")["zhida"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_a_container_that_may_do_more_is_found() -> None:
    assert len(exposures({}, {})) == 8
    assert exposures({"hostNetwork": True}, {"env": [{"name": "AMQP_URL", "value": "amqp://a:b@c"}]})[-2:] == [
        "shares the host",
        "has a secret in plain sight",
    ]
