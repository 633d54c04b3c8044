"""`docs/flow.md`: the flow of events and commands as a picture (Mermaid), made from `contracts.flow`."""

from __future__ import annotations

from collections.abc import Iterator

from console.contracts.schemas import NOTE, message_types
from contracts.flow import FLOW, ORDER
from contracts.message import Command, Event, Query, ServiceName

SHOWN = 6
"""How many commands the picture names on one arrow; the table has them all."""

ABOUT = """# The flow 消息流向

<!-- {note} -->

Events only flow downstream, from left to right (full lines, with the events' names); commands go from the gateway to
the owner of the fact (dotted lines). Made from `contracts/flow.py`; `./zhida where NAME` prints the way of one message
through the house. 事件只向下游流动（实线）；命令只由网关发给事实的主人（虚线）。"""


def text() -> str:
    """The whole file."""
    parts = [ABOUT.format(note=NOTE), "```mermaid\n" + "\n".join(picture()) + "\n```", *_events(), *_commands()]
    return "\n\n".join(parts) + "\n"


def picture() -> Iterator[str]:
    """The lines of the Mermaid graph."""
    yield "flowchart LR"
    for service in ORDER:
        yield f"  {service}[{service}]"
    # Mermaid ranks the boxes by their arrows: these invisible ones keep the order of the services.
    yield "  " + " ~~~ ".join(ORDER)
    for (producer, consumer), events in _edges().items():
        yield f'  {producer} -->|"{_label([event.__name__ for event in events])}"| {consumer}'
    for owner, commands in _owned(message_types(Command)).items():
        if owner != "gateway":
            yield f'  gateway -.->|"{_label(_first(commands))}"| {owner}'


def _edges() -> dict[tuple[ServiceName, ServiceName], list[type[Event]]]:
    """(producer, consumer) → events, in the order of the services."""
    found: dict[tuple[ServiceName, ServiceName], list[type[Event]]] = {}
    for producer in ORDER:
        for consumer in ORDER:
            events = [e for e, route in FLOW.items() if route.producer == producer and consumer in route.consumers]
            if events:
                found[producer, consumer] = events
    return found


def _owned(contracts: list[type[Command]] | list[type[Query]]) -> dict[ServiceName, list[str]]:
    owned: dict[ServiceName, list[str]] = {}
    for service in ORDER:
        names = [contract.__name__ for contract in contracts if contract.owner == service]
        if names:
            owned[service] = names
    return owned


def _label(names: list[str]) -> str:
    return "<br/>".join(names)


def _first(names: list[str]) -> list[str]:
    return names if len(names) <= SHOWN else [*names[: SHOWN - 1], f"… {len(names)} 个命令 commands"]


def _events() -> Iterator[str]:
    yield "## Events 事件"
    rows = [
        f"| {route.producer} | {event.aggregate} | `{event.__name__}` | {', '.join(route.consumers)} |"
        for event, route in FLOW.items()
    ]
    yield "\n".join(["| says 发出 | about 主体 | event 事件 | hear it 接收 |", "|---|---|---|---|", *rows])


def _commands() -> Iterator[str]:
    yield "## Commands and queries 命令与查询"
    commands, queries = _owned(message_types(Command)), _owned(message_types(Query))
    rows = [
        f"| {owner} | {_listed(commands.get(owner, []))} | {_listed(queries.get(owner, []))} |"
        for owner in ORDER
        if owner in commands or owner in queries
    ]
    yield "\n".join(["| owner 主人 | commands 命令 | queries 查询 |", "|---|---|---|", *rows])


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
