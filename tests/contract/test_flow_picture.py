"""docs/flow.md shows the flow that `contracts.flow` has."""

from __future__ import annotations

import re

from console.contracts import flow_picture
from console.contracts.schemas import message_types
from contracts.flow import FLOW, ORDER
from contracts.message import Command, Query

ARROW = re.compile(r'^  (\w+) (-->|-\.->)\|"(.*)"\| (\w+)$')


def arrows(kind: str) -> dict[tuple[str, str], list[str]]:
    found = [match.groups() for line in flow_picture.picture() if (match := ARROW.match(line))]
    assert len(found) == len({(start, line, end) for start, line, _, end in found}), "one arrow of a kind between two"
    return {(start, end): label.split("<br/>") for start, line, label, end in found if line == kind}


def test_each_event_is_on_the_arrow_from_its_producer_to_each_that_hears_it() -> None:
    shown = {(start, name, end) for (start, end), names in arrows("-->").items() for name in names}
    assert shown == {(route.producer, event.__name__, to) for event, route in FLOW.items() for to in route.consumers}


def test_commands_come_from_the_gateway_alone() -> None:
    shown = arrows("-.->")
    assert {start for start, _ in shown} == {"gateway"}
    owners = {command.owner for command in message_types(Command)} - {"gateway"}
    assert {end for _, end in shown} == owners
    for (_, owner), names in shown.items():
        assert len(names) <= flow_picture.SHOWN
        whole = [command.__name__ for command in message_types(Command) if command.owner == owner]
        assert names == whole or names[-1].startswith(f"… {len(whole)} ")


def test_the_services_stand_in_their_order() -> None:
    lines = list(flow_picture.picture())
    assert lines[0] == "flowchart LR"
    assert "  " + " ~~~ ".join(ORDER) in lines


def test_every_message_is_in_the_tables() -> None:
    text = flow_picture.text()
    for contract in (*FLOW, *message_types(Command), *message_types(Query)):
        assert f"`{contract.__name__}`" in text, contract
