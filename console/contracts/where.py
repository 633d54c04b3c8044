"""`./zhida where NAME [--follow]`: the way of a command, query or event through the house, by names.

Route → contract → entrypoint → use case → the events that it may record → who hears them.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterator

from console.contracts.house import House, Way
from console.contracts.program import unconnected_gateway
from console.contracts.schemas import contract_types
from console.contracts.source import Name
from console.refusal import CommandRefusal
from contracts.flow import EVENTS, FLOW, ORDER, routing_key
from contracts.message import Command, Contract, Event, answer_of

ABOUT = "一个命令、查询或事件经过哪里 · the way of a message through the house"
KINDS = {
    "command": "命令 command",
    "query": "查询 query",
    "events": "事件 events",
    "timer": "定时 timer",
    "work": "长任务 long work",
}
BEGUN_BY_OTHERS = "此后 later"

Message = type[Contract] | type[Event]


def main(argv: list[str]) -> int:
    """Prints the way of one message. Raises Refusal where no message has that name."""
    parser = argparse.ArgumentParser(prog="./zhida where", description=ABOUT)
    parser.add_argument("name", metavar="NAME", help="命令、查询或事件的名称 · e.g. SubmitApplication")
    parser.add_argument(
        "--follow", action="store_true", help="跟随事件直到终点 · follow the events downstream to the end"
    )
    options = parser.parse_args(argv)
    message = called(options.name)
    print("\n".join(way_of(message, House(unconnected_gateway()), follow=options.follow)))
    return 0


def called(name: str) -> Message:
    """The message of that name, however its words are joined. Raises Refusal with those that are called alike."""
    known: dict[str, Message] = {each.__name__: each for each in contract_types()}
    known |= EVENTS
    plain = {_plain(each): message for each, message in known.items()}
    if _plain(name) in plain:
        return plain[_plain(name)]
    near = [plain[each].__name__ for each in difflib.get_close_matches(_plain(name), plain, n=4, cutoff=0.6)]
    raise CommandRefusal(
        f"没有叫 {name} 的命令、查询或事件。"
        + (f"是否指 {'、'.join(near)}？" if near else "全部名称见 docs/flow.md。"),
        f"No command, query or event is called {name}."
        + (f" Did you mean {', '.join(near)}?" if near else " docs/flow.md lists them all."),
    )


def way_of(message: Message, house: House, *, follow: bool = False) -> Iterator[str]:
    """The lines that are printed."""
    told: set[str] = set()
    shown: set[Name] = set()
    if issubclass(message, Event):
        todo = [message]
        yield from _said(message, house)
    else:
        yield from _asked(message, house)
        todo = [event for way in house.taking(message) for event in _events(way)]
    while todo:
        event = todo.pop(0)
        if event.__name__ in told:
            continue
        told.add(event.__name__)
        yield ""
        yield from _heard(event, house, shown)
        if follow:
            todo += _onward(event, house)


def _asked(contract: type[Contract], house: House) -> Iterator[str]:
    kind = "命令 command" if issubclass(contract, Command) else "查询 query"
    yield f"{contract.__name__}  {kind} → {contract.owner}"
    for route in house.routes(contract):
        yield f"  接口 route       {route.method} {route.path}  {route.function}"
    yield f"  契约 contract    {contract.__module__}:{contract.__name__} → {answer_of(contract).__name__}"
    ways = house.taking(contract)
    for way in ways:
        if way.use_cases != (way.function,):
            yield f"  入口 entrypoint  {way.service}  {way.function}"
    yield from dict.fromkeys(line for way in ways for line in _work(way, "  "))


def _said(event: type[Event], house: House) -> Iterator[str]:
    producer = FLOW[event].producer
    yield f"{event.__name__}  事件 event ← {producer}  {event.__module__}:{event.__name__}  {routing_key(event)}"
    for way in house.recording(event):
        yield f"  发出 said by     {producer}  {KINDS[way.kind]} {way.called}  {_places(way.use_cases)}"
    for name in house.recorded_in(event):
        yield f"  记录 recorded in {name}"


def _heard(event: type[Event], house: House, shown: set[Name]) -> Iterator[str]:
    """Who hears it, and what they do; of entrypoints in `shown` that has been said."""
    yield f"{event.__name__}  事件 event  {FLOW[event].producer} → {', '.join(FLOW[event].consumers)}"
    silent = []
    for service in sorted(FLOW[event].consumers, key=ORDER.index):
        ways = house.hearing(event, service)
        silent += [] if ways else [service]
        for way in ways:
            yield f"  {service}  {way.function}{'  同上 as above' if way.function in shown else ''}"
            if way.function not in shown:
                shown.add(way.function)
                yield from _work(way, "    ")
                yield from _later(way, house, "    ")
    if silent:
        yield f"  {', '.join(silent)}  没有自己的处理 · no handler of their own"


def _work(way: Way, indent: str) -> Iterator[str]:
    yield f"{indent}用例 use case    {_places(way.use_cases)}"
    if way.modules:
        yield f"{indent}经过 through     {', '.join(_short(module, way.service) for module in way.modules)}"
    if way.reached.events:
        yield f"{indent}可能记录 records {', '.join(event.__name__ for event in _events(way))}"


def _later(way: Way, house: House, indent: str) -> Iterator[str]:
    """What else may happen to what the events of `way` are about, and what brings it about."""
    for event in _rest_of_life(way):
        causes = (f"{each.called}（{KINDS[each.kind].split()[0]}）" for each in house.recording(event))
        yield f"{indent}{BEGUN_BY_OTHERS}       {event.__name__} ← {', '.join(dict.fromkeys(causes))}"


def _onward(event: type[Event], house: House) -> list[type[Event]]:
    """The events that follow from `event` downstream: at once, or when the same thing goes on."""
    ways = [way for service in FLOW[event].consumers for way in house.hearing(event, service)]
    return [each for way in ways for each in (*_events(way), *_rest_of_life(way))]


def _events(way: Way) -> list[type[Event]]:
    return [event for event in FLOW if event.__name__ in way.reached.events]


def _rest_of_life(way: Way) -> list[type[Event]]:
    """The other events of the aggregates that the way's events are about."""
    now = _events(way)
    about = {(FLOW[event].producer, event.aggregate) for event in now}
    return [event for event, route in FLOW.items() if (route.producer, event.aggregate) in about and event not in now]


def _places(names: tuple[Name, ...]) -> str:
    return ", ".join(str(name) for name in names) or "—"


def _short(module: str, service: str) -> str:
    return module.removeprefix(f"services.{service}.")


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
