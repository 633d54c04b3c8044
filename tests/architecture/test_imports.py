"""Who may import whom: `.importlinter`, and what a list of packages cannot say."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from console.place import CHECKOUT
from tests.architecture.source_tree import (
    PACKAGES,
    imported,
    is_standard_library,
    modules,
    services,
    top_levels,
    tree_of,
    where,
)

RULES = CHECKOUT / ".importlinter"
NOT_IN_PRODUCTION = {"bench", "tests"}
GREEN = {"nameko", "eventlet"}
GREEN_FILES = {"chassis/edge/entrypoints.py", "chassis/edge/rpc.py", "chassis/edge/runner.py"}
GREEN_PROOFS = {
    "tests/integration/nameko_echo_service.py": "a stock nameko service, to prove that our client speaks its protocol",
    "bench/stock_nameko.py": "the stock nameko gateway and service that ours are measured against",
}


# -- direction ---------------------------------------------------------------------------------------------


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter with our rules, on the packages of `folder`."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
            "--no-logo",
            "--config",
            str(RULES),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_go_in_one_direction() -> None:
    done = lint(CHECKOUT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_package_and_every_service_is_under_the_rules() -> None:
    ours = {file.parent.name for file in CHECKOUT.glob("*/__init__.py")}
    config = configparser.ConfigParser()
    config.read(RULES)
    assert set(config["importlinter"]["root_packages"].split()) == ours - NOT_IN_PRODUCTION == set(PACKAGES)
    assert config["importlinter:contract:services"]["modules"].split() == ["services.*"]
    found = grimp.build_graph("services", cache_dir=None).find_children("services")
    assert found == {f"services.{name}" for name in services()}, "a service without __init__.py is not looked at"


@pytest.fixture
def little_house(tmp_path: Path) -> Path:
    """All packages, with two services, each with nothing in it."""
    for package in (*PACKAGES, "services/one", "services/two", "tests", "bench"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    return tmp_path


def test_a_house_in_order_passes(little_house: Path) -> None:
    allowed = {
        "rules": "contracts",
        "chassis": "contracts",
        "services/one": "chassis, rules, contracts",
        "gateway": "chassis, contracts",
        "console": "rules, services.one, gateway, chassis",
    }
    for package, names in allowed.items():
        (little_house / package / "__init__.py").write_text(f"import {names}\n")
    done = lint(little_house)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("contracts", "rules"),
        ("contracts", "chassis"),
        ("rules", "chassis"),
        ("chassis", "rules"),
        ("rules", "services.one"),
        ("chassis", "services.one"),
        ("chassis", "gateway"),
        ("services/one", "services.two"),
        ("services/two", "services.one"),
        ("services/one", "gateway"),
        ("gateway", "services.one"),
        ("gateway", "rules"),
        ("services/one", "console"),
        ("gateway", "console"),
        ("sandbox", "contracts"),
        ("sandbox", "console"),
        ("services/one", "sandbox"),
        ("gateway", "sandbox"),
        ("services/one", "tests"),
        ("console", "bench"),
    ],
)
def test_an_import_against_the_direction_is_found(little_house: Path, package: str, name: str) -> None:
    (little_house / package / "strays.py").write_text(f"import {name}\n")
    done = lint(little_house)
    assert done.returncode != 0
    assert "BROKEN" in done.stdout, done.stdout + done.stderr


# -- purity ------------------------------------------------------------------------------------------------


def impurities(domain: Path, root: Path = CHECKOUT) -> list[str]:
    """What `domain` imports beyond the standard library, contracts and rules.

    A domain that has been split by nouns may import its own parts, which then must be as pure as it is.
    """
    home = where(domain.parent, root).replace("/", ".")
    found, seen, todo = [], {domain}, [domain]
    while todo:
        file = todo.pop()
        for name in sorted(imported(tree_of(file))):
            part = root / f"{name.replace('.', '/')}.py"
            inside = name.startswith(f"{home}.")
            if name == home or (inside and not part.exists() and not part.with_suffix("").is_dir()):
                continue  # a name out of a module that is looked at by its own name
            if inside and part.exists():
                todo += {part} - seen
                seen.add(part)
            elif not (is_standard_library(name) or top_levels({name}) <= {"contracts", "rules"}):
                found.append(f"{where(file, root)} imports {name}")
    return found


def test_domains_import_nothing_but_the_standard_library_contracts_and_rules() -> None:
    domains = [file for file in modules("services", "gateway") if file.name == "domain.py"]
    assert {where(file).split("/")[1] for file in domains} == {*services(), "identity"}
    assert [each for domain in domains for each in impurities(domain)] == []


@pytest.mark.parametrize(
    ("domain", "ledger"),
    [
        ("import sqlalchemy", ""),
        ("from chassis.write.uow import UnitOfWork", ""),
        ("from services.one import ledger", "import httpx"),
        ("from services.one.ledger import Posting", "from chassis import clock"),
        ("def later():\n    import orjson", ""),
        ("from . import ledger", ""),
        ("from services.one import migrations", ""),
    ],
)
def test_an_impure_domain_is_found(little_house: Path, domain: str, ledger: str) -> None:
    file = little_house / "services" / "one" / "domain.py"
    file.write_text(domain)
    (file.parent / "ledger.py").write_text(ledger)
    (file.parent / "migrations").mkdir()
    assert impurities(file, little_house)


def test_a_domain_may_be_split_into_pure_parts(little_house: Path) -> None:
    file = little_house / "services" / "one" / "domain.py"
    file.write_text("import datetime\nfrom contracts.money import Money\nfrom services.one.ledger import Posting\n")
    (file.parent / "ledger.py").write_text("from rules import evaluate\nfrom services.one import domain\n")
    assert impurities(file, little_house) == []


# -- green threads -----------------------------------------------------------------------------------------


def green_files(root: Path = CHECKOUT) -> set[str]:
    """Every file that imports nameko or eventlet."""
    files = modules(*PACKAGES, "tests", "bench", root=root)
    return {where(file, root) for file in files if top_levels(imported(tree_of(file))) & GREEN}


def at_the_edge(file: str) -> bool:
    parts = file.split("/")
    return file in GREEN_FILES or (parts[0] == "services" and parts[-1] == "entrypoints.py")


def test_nameko_and_eventlet_stay_at_the_edge() -> None:
    """Leaving eventlet, whose support ends in April 2027, must be a change to three kinds of file."""
    found = green_files()
    assert {file for file in found if not at_the_edge(file)} == set(GREEN_PROOFS)
    assert found >= GREEN_FILES


def test_nameko_further_in_is_found(little_house: Path) -> None:
    (little_house / "services" / "one" / "entrypoints.py").write_text("from nameko.rpc import rpc")
    (little_house / "services" / "one" / "use_cases.py").write_text("def f():\n    import eventlet.tpool")
    (little_house / "chassis" / "relay.py").write_text("import nameko")
    strays = {file for file in green_files(little_house) if not at_the_edge(file)}
    assert strays == {"services/one/use_cases.py", "chassis/relay.py"}
