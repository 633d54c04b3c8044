"""`./zhida where NAME`: a message is followed through the house by names alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.edge.rooms import service_names
from console.contracts.house import House
from console.contracts.program import unconnected_gateway
from console.contracts.reach import CallReach
from console.contracts.schemas import contract_types
from console.contracts.source import Name, SourceTree
from console.contracts.where import called, main, way_of
from console.refusal import CommandRefusal
from contracts.flow import EVENTS, FLOW
from contracts.operations import OF_EVERY_SERVICE, GetOperation
from tests.architecture.test_flow import NOT_YET_SAID


@pytest.fixture(scope="module")
def house() -> House:
    return House(unconnected_gateway())


@pytest.fixture(scope="module")
def way(house: House) -> Callable[..., str]:
    return lambda name, **options: "\n".join(way_of(called(name), house, **options))


def block(text: str, event: str) -> str:
    """What is said of an event and those who hear it."""
    (found,) = (each for each in text.split("\n\n") if each.startswith(f"{event}  事件 event  "))
    return found


def test_a_command_is_followed_from_its_route_to_those_who_hear_of_it(way: Callable[..., str]) -> None:
    said = way("SubmitApplication")
    assert said.startswith("SubmitApplication  命令 command → intake\n")
    for place in (
        "接口 route       POST /api/v1/applications  gateway.api.applications:submit_application",
        "契约 contract    contracts.intake:SubmitApplication → FilingReceipt",
        "可能记录 records ApplicationSubmitted",
    ):
        assert place in said
    assert ".submit_application" in said.partition("入口 entrypoint  intake  services.intake.")[2]
    assert ":submit_application" in said.partition("用例 use case    services.intake.")[2]
    heard = block(said, "ApplicationSubmitted")
    assert ":open_cases" in heard
    (at_once,) = (line for line in heard.splitlines() if "records" in line and "CaseAccepted" in line)
    assert {"TaskAssigned", "CaseNotAccepted", "CaseApproved", "CaseRejected"} <= set(at_once.replace(",", "").split())
    (later,) = (line for line in heard.splitlines() if "later" in line and "StepAnswered ←" in line)
    assert "ApproveCase（命令）" in later
    assert "DisbursementReady" not in said


def test_a_submitted_application_is_followed_to_the_ledger(way: Callable[..., str]) -> None:
    said = way("SubmitApplication", follow=True)
    paid = block(said, "CaseApproved")
    (through,) = (line for line in paid.splitlines() if "through" in line and "ledger" in line)
    assert "budget" in through
    assert "records DisbursementReady, DisbursementHeld" in paid
    assert "DisbursementSettled ← " in paid
    assert "oversight" in block(said, "DisbursementSettled")
    assert said.count("OversightEntrypoints.follow\n") == 1, "what an entrypoint does is said once"


def test_a_query_ends_with_its_view(way: Callable[..., str]) -> None:
    said = way("ListCases")
    assert said.startswith("ListCases  查询 query → review\n")
    assert "GET /api/v1/cases  gateway.api.cases:list_cases" in said
    assert ":list_cases" in said.partition("用例 use case    services.review.")[2]
    assert "事件" not in said


def test_an_event_has_those_who_say_it_and_those_who_hear_it(way: Callable[..., str]) -> None:
    said = way("CaseApproved")
    first, heard = said.split("\n\n")
    assert first.startswith(
        "CaseApproved  事件 event ← review  contracts.review:CaseApproved  review.case.CaseApproved"
    )
    assert "命令 command ApproveCase" in first
    assert "recorded in services.review." in first
    assert [line.split()[0] for line in heard.splitlines() if line.startswith("  ") and line[2] != " "] == [
        "treasury",
        "notify",
        "oversight",
    ]


def test_what_the_gateway_decides_itself_has_no_entrypoint_on_the_bus(way: Callable[..., str]) -> None:
    said = way("OnboardTenant").partition("\n\n")[0]
    assert "entrypoint" not in said
    assert "gateway.identity.tenants.use_cases:onboard_tenant" in said
    assert "records TenantOnboarded" in said


def test_what_every_service_answers_is_found_in_every_service(house: House) -> None:
    assert [each.service for each in house.taking(GetOperation)] == service_names()


def test_every_command_and_query_has_its_route_its_entrypoint_and_its_use_case(house: House) -> None:
    for contract in contract_types():
        assert house.routes(contract), contract
        ways = house.taking(contract)
        assert len(ways) == (len(service_names()) if contract in OF_EVERY_SERVICE else 1), contract
        assert all(each.use_cases for each in ways), contract


def test_every_event_is_found_where_it_is_recorded(house: House) -> None:
    nowhere = {name for name, event in EVENTS.items() if not house.recorded_in(event)}
    assert nowhere == set(NOT_YET_SAID)


def test_names_may_be_written_in_other_ways_and_unknown_ones_are_told_with_those_alike() -> None:
    assert called("submit_application") is called("SubmitApplication") is called("submitapplication")
    with pytest.raises(CommandRefusal, match="是否指 SubmitApplication") as told:
        called("SubmitAplication")
    assert "Did you mean SubmitApplication" in told.value.en
    with pytest.raises(CommandRefusal, match=r"docs/flow\.md"):
        called("Xyzzy")


def test_the_command_prints_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["MessageFailed"]) == 0
    assert capsys.readouterr().out.startswith("MessageFailed  事件 event ← notify")


SERVICE = {
    "use_cases": """
from services.shop import orders
from services.shop.store import Orders

def pay(cmd, uow):
    order = uow.of(Orders).get(cmd.id)
    order.settle()
    assert isinstance(order.last, CaseRejected)

def close(cmd, uow):
    after = "rejected" if cmd.bad else "approved"
    orders.end(after)

def look(cmd, uow):
    return [CaseAccepted for each in uow]
""",
    "orders": """
MOVES = {("a", "approved"): CaseApproved, ("a", "rejected"): CaseRejected, ("a", "open"): CaseAccepted}

class Order:
    def settle(self):
        self._move("approved")

    def _move(self, to, **words):
        self.record(self._edge(to)(**words))

    def _edge(self, to):
        return MOVES[self.state, to]

def end(after):
    return MOVES[None, after]
""",
    "store": "from services.shop.orders import Order\n\nclass Orders:\n    def save(self, order): ...\n",
    "elsewhere": "class Chair:\n    def settle(self):\n        self.record(TaskAssigned())\n",
}


def events_of(root: Path, function: str) -> list[str]:
    folder = root / "services" / "shop"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in SERVICE.items():
        (folder / f"{name}.py").write_text(text)
    reached = CallReach(SourceTree(root), ("services.shop",)).of(Name("services.shop.use_cases", function))
    return sorted(reached.events)


def test_an_edge_of_a_table_is_taken_by_the_word_that_names_it(tmp_path: Path) -> None:
    assert events_of(tmp_path, "pay") == ["CaseApproved"], "not the whole table, nothing that is only checked"
    assert events_of(tmp_path, "close") == ["CaseApproved", "CaseRejected"]


def test_an_event_that_is_only_named_is_not_recorded(tmp_path: Path) -> None:
    assert events_of(tmp_path, "look") == []


def test_flow_and_code_agree_on_who_says_what(house: House) -> None:
    for way in (way for service in service_names() for way in house.ways(service)):
        assert {FLOW[EVENTS[name]].producer for name in way.reached.events} <= {way.service}
