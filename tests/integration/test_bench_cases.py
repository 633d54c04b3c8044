"""The parts of `bench cases` at tiny sizes: each measures what it says it does, and no field of the issue is missing."""

from __future__ import annotations

from collections.abc import Callable

from bench import filings
from bench.cases import lists_among
from bench.casework.claims import CHECKED_BY, amount_fen, claim, facts, submitted, three_step_item
from bench.casework.deciding import Deciding, Timed
from bench.casework.lines import decided_lines
from bench.casework.office import open_office
from bench.load import Outcome
from chassis.edge.frame import Frame
from console.servers.provision import Dsns
from contracts.rule import FactSheet
from gateway.identity.views import Directory
from rules import assess


def outcome(commands: int, seconds: float) -> Outcome:
    return Outcome(seconds, [1.0] * commands, {200: commands}, [])


def test_lists_are_timed_among_few_and_among_many_open_cases(service_database: Callable[[str], Dsns]) -> None:
    figures = lists_among({60: service_database("review"), 180: service_database("review")}, rounds=2)
    assert (figures["worklist_small"], figures["worklist_large"]) == (60, 180)
    assert {"worklist_p99_small_ms", "worklist_p99_large_ms", "growth"} <= figures.keys()
    assert all(figures[name] > 0 for name in ("worklist_p99_small_ms", "worklist_p99_large_ms", "growth"))


def test_a_list_is_granted_line_by_line_and_timed_beside_its_evaluation(service_frame: Callable[..., Frame]) -> None:
    figures = decided_lines(service_frame("review"), 7)
    assert figures["list_lines"] == 7
    assert figures["list_lines_per_s"] > 0
    assert figures["list_ratio"] > 1, "to decide a line is more than to evaluate it"


def test_an_office_has_somebody_for_each_answer_that_the_plan_asks_for(service_frame: Callable[..., Frame]) -> None:
    gateway = service_frame("gateway")
    filings.onboard_places(gateway)
    office = open_office(gateway)
    assert set(office.checkers) == set(CHECKED_BY)
    directory = Directory(gateway, None)
    known = [directory.principal(desk.token) for desk in (office.approver, *office.checkers.values())]
    assert [each.actor.department for each in known if each is not None] == [
        three_step_item().rules.plan.department, "章贡区税务局", "章贡区公安分局",
    ]  # fmt: skip


def test_the_claims_that_are_decided_are_worth_what_is_approved() -> None:
    item = three_step_item()
    assert [step.kind for step in item.rules.plan.steps] == ["material_check", "joint_check", "approval"]
    filed = submitted(claim(1, item, "i1"))
    sheet = FactSheet(facts=facts(), reference_year=filed.submitted_at.year)
    money = assess(item.rules, sheet, filed.submitted_at.date()).amount.money
    assert money is not None and money.fen == amount_fen()


def test_the_slowest_command_is_what_is_reported() -> None:
    contest = Deciding(None, 10)  # type: ignore[arg-type]
    contest.commands = {
        "first_check": Timed([outcome(10, 1)], [outcome(10, 0.5)]),
        "second_check": Timed([outcome(10, 1)], [outcome(10, 0.5)]),
        "approve": Timed([outcome(10, 2)], [outcome(10, 0.5)]),
    }
    figures = contest.figures()
    assert (figures["cases_per_s"], figures["ratio_per_command"]) == (2.5, 0.25)
    assert (figures["first_check_ratio"], figures["approve_ratio"], figures["events_per_case"]) == (0.5, 0.25, 0.0)
