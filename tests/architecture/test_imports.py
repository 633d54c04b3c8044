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
from tests.architecture.pure_modules import home_of, impurities, pure_modules
from tests.architecture.source_tree import (
    PACKAGES,
    imported,
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
    for package in (*PACKAGES, "services/one", "services/two", "gateway/api", "gateway/portal", "tests", "bench"):
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
        ("gateway/api", "gateway.portal"),
        ("gateway/portal", "gateway.api"),
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


def test_aggregates_and_whatever_calls_itself_pure_import_nothing_but_contracts_rules_and_one_another() -> None:
    subjects = pure_modules()
    homes = {home_of(module) for module in subjects}
    assert homes >= {f"services.{name}" for name in services()} | {"gateway", "chassis"}, "somebody is not looked at"
    assert [each for module in subjects for each in impurities(module)] == []


def house_file(house: Path, name: str, source: str) -> Path:
    file = house / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source)
    return file


@pytest.mark.parametrize(
    "source",
    [
        "from contracts.aggregate import Aggregate\nclass Payment(Aggregate): ...",
        "from contracts.aggregate import Aggregate as Whole\nclass Payment(Whole): ...",
        "from contracts import aggregate\nclass Payment(aggregate.Aggregate): ...",
        "import contracts.aggregate\nclass Payment(contracts.aggregate.Aggregate): ...",
        "import contracts.aggregate as parts\nclass Payment(parts.Aggregate): ...",
        "from services.one.order import Order\nclass Payment(Order): ...",
        "from services.one import order\nclass Payment(order.Order[int]): ...",
        "from services.one.order import Aggregate\nclass Payment(Aggregate): ...",
        "from .order import Order\nclass Payment(Order): ...",
        "def later():\n    from contracts.aggregate import Aggregate\n    class Payment(Aggregate): ...",
        '"""Payments. Pure: the time is given."""',
    ],
)
def test_an_impure_aggregate_is_found_under_any_name(little_house: Path, source: str) -> None:
    house_file(little_house, "contracts/aggregate.py", "class Aggregate: ...")
    house_file(
        little_house, "services/one/order.py", "from contracts.aggregate import Aggregate\nclass Order(Aggregate): ..."
    )
    payment = house_file(little_house, "services/one/payment.py", f"{source}\nimport sqlalchemy\n")
    assert payment in pure_modules(little_house)
    assert "services/one/payment.py imports sqlalchemy" in impurities(payment, little_house)


def test_an_aggregate_among_the_contracts_may_use_contracts_and_nothing_else(little_house: Path) -> None:
    house_file(little_house, "contracts/aggregate.py", "class Aggregate: ...")
    house_file(little_house, "contracts/message.py", "import pydantic")
    source = (
        "from contracts.aggregate import Aggregate\nfrom contracts.message import Actor\nclass Wish(Aggregate): ..."
    )
    wish = house_file(little_house, "contracts/wishes.py", source)
    assert pure_modules(little_house) == [wish]
    assert impurities(wish, little_house) == []
    house_file(little_house, "contracts/wishes.py", f"{source}\nimport pydantic")
    assert impurities(wish, little_house) == ["contracts/wishes.py imports pydantic"]


@pytest.mark.parametrize("home", ["chassis", "gateway", "gateway/identity", "services/two/rooms"])
def test_an_aggregate_is_found_wherever_it_is(little_house: Path, home: str) -> None:
    source = "from contracts.aggregate import Aggregate\nclass Run(Aggregate): ..."
    assert pure_modules(little_house) == []
    run = house_file(little_house, f"{home}/runs.py", source)
    assert pure_modules(little_house) == [run]
    assert impurities(run, little_house) == []


def test_what_is_no_aggregate_may_be_as_impure_as_it_needs_to_be(little_house: Path) -> None:
    house_file(
        little_house,
        "services/one/store.py",
        '"""Rows."""\nimport sqlalchemy\nfrom contracts.aggregate import Aggregate\nclass Aggregates(list[Aggregate]): ...',
    )
    house_file(
        little_house, "services/one/bank.py", '"""Purely outside."""\nclass Aggregate: ...\nclass A(Aggregate): ...'
    )
    assert pure_modules(little_house) == []


@pytest.mark.parametrize(
    ("domain", "ledger"),
    [
        ("import sqlalchemy", ""),
        ("from chassis.write.uow import UnitOfWork", ""),
        ("from services.two import domain", ""),
        ("from services.one import ledger", "import httpx"),
        ("from services.one.ledger import Posting", "from chassis import clock"),
        ("from services.one.room.store import Rows", ""),
        ("def later():\n    import orjson", ""),
        ("from . import ledger", ""),
        ("from services.one import migrations", ""),
        ("from services.one import folder_without_beginning", ""),
    ],
)
def test_an_impure_domain_is_found(little_house: Path, domain: str, ledger: str) -> None:
    file = house_file(little_house, "services/one/domain.py", domain)
    house_file(little_house, "services/one/ledger.py", ledger)
    house_file(little_house, "services/one/migrations/__init__.py", "")
    house_file(little_house, "services/one/room/__init__.py", "from services.one.room import store")
    house_file(little_house, "services/one/room/store.py", "import sqlalchemy")
    (little_house / "services" / "one" / "folder_without_beginning").mkdir()
    assert file in pure_modules(little_house)
    assert impurities(file, little_house)


def test_a_domain_may_be_split_into_pure_parts_and_use_those_of_other_rooms(little_house: Path) -> None:
    file = house_file(
        little_house,
        "services/one/cases/domain.py",
        "import datetime\nfrom contracts.money import Money\nfrom services.one.cases.ledger import Posting\n"
        "from services.one.register import domain\nfrom services.one.register.domain import Award\n",
    )
    house_file(little_house, "services/one/cases/__init__.py", "")
    house_file(
        little_house,
        "services/one/cases/ledger.py",
        "from rules import evaluate\nfrom services.one.cases import domain\n",
    )
    house_file(little_house, "services/one/register/__init__.py", '"""What it owns."""')
    house_file(little_house, "services/one/register/domain.py", "import uuid\nclass Award: ...")
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
