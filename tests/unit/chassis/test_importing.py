"""What importing a service must not do: every process pays for it, each time that it starts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chassis.edge.rooms import service_names

CHECKOUT = Path(__file__).parents[3]

IMPORT = """
import gc, json, sys
from chassis.edge.rooms import service_class
service_class(sys.argv[1])
from contracts.message import Model
from contracts.rule.facts import RulePart

def all_below(cls):
    return {cls}.union(*(all_below(each) for each in cls.__subclasses__()))

parts = all_below(Model) | all_below(RulePart)
built = sorted(each.__name__ for each in parts if each.__pydantic_complete__)
print(json.dumps({"known": len(parts), "built": built, "modules": list(sys.modules), "collections": gc.get_stats()}))
"""

NEEDED_BY_ONE = {"numpy": "catalog"}
NEEDED_BY_NONE = {
    "chinese_calendar": "holidays are seeded once, into the database",
    "dns": "names are looked up by the operating system",
    "fastapi": "the gateway alone speaks HTTP",
    "openpyxl": "workbooks are written when somebody asks for one",
    "opentelemetry.sdk": "spans are recorded where there is a collector",
    "rjieba": "its dictionary is loaded when words are cut",
}


def imported(service: str) -> Mapping[str, Any]:
    program = [sys.executable, "-W", "ignore", "-c", IMPORT, service]
    found = subprocess.run(program, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return dict(json.loads(found.stdout))


@pytest.mark.parametrize("service", service_names())
def test_importing_a_service_does_no_more_than_it_must(service: str) -> None:
    """A message is built when it is first used: three hundred are known, and some defaults need a built one."""
    found = imported(service)
    assert found["known"] > 200
    assert len(found["built"]) <= 12, found["built"]
    not_needed = {*NEEDED_BY_NONE, *(name for name, user in NEEDED_BY_ONE.items() if user != service)}
    assert not_needed & set(found["modules"]) == set()
    oldest = found["collections"][-1]
    assert oldest["collections"] <= 2, "the collector goes through all that is imported again and again"


def test_the_rules_are_built_once_for_all_messages_that_contain_them() -> None:
    program = (
        "from contracts.policies import PolicyPublished, PolicyRevised; from contracts.rule import ItemRules;"
        "PolicyPublished.model_rebuild(); print(ItemRules.__pydantic_complete__, PolicyRevised.__pydantic_complete__)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout
    assert found.split() == ["True", "False"]


SLOW_NAME_SERVER = """
import chassis.edge.runner as runner
import eventlet, socket
from eventlet import patcher

answered = patcher.original("threading").Event()

def getaddrinfo(*_asked):
    return ["found"] if answered.wait(20) else ["the hub stood still"]

socket.getaddrinfo = getaddrinfo
runner.look_up_names_in_threads()
eventlet.spawn(answered.set)  # runs as soon as the hub does
print(socket.getaddrinfo("a-name", 80))
"""


def test_looking_up_a_name_does_not_hold_up_the_green_threads() -> None:
    program = [sys.executable, "-W", "ignore", "-c", SLOW_NAME_SERVER]
    found = subprocess.run(program, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['found']"
