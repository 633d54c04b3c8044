"""`./zhida work`: stuck work of all services, listed, read, sent on its way again, or given up with a
reason."""

from __future__ import annotations

import argparse
import getpass
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from rich.console import Console
from rich.table import Table

from chassis.edge.frame import Frame
from chassis.events import stuck
from chassis.events.quarantine import Quarantined, give_up, quarantined_messages, send_again
from chassis.events.stuck import StuckJob, StuckMessage
from chassis.foundation.keyring import KeyRing
from chassis.foundation.settings import Settings
from chassis.tenancy.working_days import missing_calendars
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from console.cluster.cluster import Cluster
from console.operating.checks.addresses import Addresses
from console.operating.checks.waiting import load_command, names_of
from console.refusal import CommandRefusal
from console.servers.broker_topology import OPERATOR
from contracts.calendars import NATION, MissingCalendar
from contracts.message import Actor
from contracts.refusal import Refused

Kind = Literal["搁置", "隔离", "定时", "日历"]
SHORTEST_ID = 8
"""Characters of an id that are enough, as long as they mean one thing only."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of stuck work, whatever its kind: `what` names it, `why` says what stands in its way."""

    kind: Kind
    service: str
    tenant: str | None
    id: str
    what: str
    why: str
    since: datetime
    state: str
    source: StuckMessage | Quarantined | StuckJob | MissingCalendar


class WorkDesk:
    """The operator's desk at one installation."""

    def __init__(self, addresses: Addresses, amqp_url: str, operator: str) -> None:
        self._addresses = addresses
        self._amqp_url = amqp_url
        self._actor = Actor(id=re.sub(r"[^A-Za-z0-9_-]", "-", operator)[:64] or "operator", name=operator)

    def pieces(self, service: str | None = None, tenant: str | None = None) -> list[Piece]:
        """Everything that is stuck, oldest first; of one service or tenant if asked.

        Refuses an unknown service.
        """
        if service is not None and service not in self._addresses.databases:
            known = "、".join(self._addresses.databases)
            raise CommandRefusal(f"没有服务 {service}；有：{known}。", f"No service is called {service}.")
        found = [piece for name in self._addresses.databases if service in (None, name) for piece in self._of(name)]
        return sorted((piece for piece in found if tenant in (None, piece.tenant)), key=lambda piece: piece.since)

    def find(self, ids: Sequence[str], service: str | None = None, tenant: str | None = None) -> list[Piece]:
        """Those whose ids begin like this. Refuses for an id that fits none, or more than one."""
        pieces = self.pieces(service, tenant)
        chosen = []
        for id in ids:
            fitting = [
                piece for piece in pieces if piece.id == id or (len(id) >= SHORTEST_ID and piece.id.startswith(id))
            ]
            if len(fitting) != 1:
                count = len(fitting)
                zh = f"编号 {id} 对应 {count} 条卡住的工作" + ("，请写得更全，或用 --service 指明。" if count else "。")
                raise CommandRefusal(zh, f"{id} fits {count} pieces of stuck work.")
            chosen += fitting
        return chosen

    def redrive(self, piece: Piece) -> None:
        """Try it again now, with its attempts forgotten. Refuses where it went on its way meanwhile, and for a calendar,
        which has to be loaded.
        """
        source = piece.source
        if isinstance(source, MissingCalendar):
            raise CommandRefusal(
                f"载入 {source.year} 年工作日历即可：{load_command(source.year)}",
                f"Load the calendar of {source.year}: deadlines follow by themselves.",
            )
        if isinstance(source, Quarantined):
            with self._frame(piece.service) as frame:
                self._or_refuse(
                    lambda: send_again(
                        frame.frame_engine, self._amqp_url, source, by=self._actor.id, at=datetime.now(UTC)
                    )
                )
        elif isinstance(source, StuckMessage):
            self._in_unit(piece, (source.tenant,), lambda uow: stuck.redrive_message(uow, source), "work.redrive")
        else:
            self._in_unit(piece, (source.tenant,), lambda uow: stuck.redrive_job(uow, source), "work.redrive")

    def dismiss(self, piece: Piece, reason: str) -> None:
        """Give it up for good. Refuses for a timer or a calendar, which stand for a duty that does not go away."""
        source = piece.source
        if isinstance(source, StuckJob | MissingCalendar):
            raise CommandRefusal(
                "定时工作和工作日历对应必须办的事，不能放弃。", "Timers and calendars cannot be dismissed."
            )
        if isinstance(source, Quarantined):
            with self._frame(piece.service) as frame:
                self._or_refuse(
                    lambda: give_up(frame.frame_engine, source, reason, by=self._actor.id, at=datetime.now(UTC))
                )
        else:
            tenants = (source.tenant, source.origin)
            self._in_unit(piece, tenants, lambda uow: stuck.dismiss_message(uow, source, reason), "work.dismiss")

    def _of(self, service: str) -> Iterator[Piece]:
        with self._frame(service) as frame:
            engine = frame.frame_engine
            yield from (_of_message(service, each) for each in stuck.stuck_messages(engine))
            yield from (_of_quarantine(service, each) for each in quarantined_messages(engine))
            yield from (_of_job(service, each) for each in stuck.stuck_jobs(engine, datetime.now(UTC)))
            for each in missing_calendars(engine).items:
                with frame.reader([each.tenant]) as reader:
                    yield _of_calendar(service, each, *names_of(reader, service, each.tenant, each.year))

    def _in_unit(self, piece: Piece, tenants: Sequence[str], act: Callable[[UnitOfWork], None], action: str) -> None:
        def run() -> None:
            with (
                self._frame(piece.service) as frame,
                frame.unit(tenants, action=action, actor=self._actor) as uow,
            ):
                act(uow)

        self._or_refuse(run)

    @staticmethod
    def _or_refuse(act: Callable[[], None]) -> None:
        try:
            act()
        except Refused as refused:
            raise CommandRefusal(refused.message, refused.code) from refused

    @contextmanager
    def _frame(self, service: str) -> Iterator[Frame]:
        dsns = self._addresses.databases[service]
        frame = Frame(
            Settings(
                service=service,
                database_url=dsns.app,
                frame_database_url=dsns.frame,
                amqp_url=self._amqp_url,
                cipher=KeyRing({}),  # nothing is sealed or opened here
            )
        )
        try:
            yield frame
        finally:
            frame.stop()


def main(argv: list[str]) -> int:
    """Returns 0; refuses (exit code 1) for what cannot be found or done."""
    options = _parser().parse_args(argv)
    cluster = Cluster()
    broker = cluster.rabbitmq.identities(cluster.rabbitmq.address())[OPERATOR]
    desk = WorkDesk(Addresses.of(cluster), broker, getpass.getuser())
    console = Console()
    if options.action == "list":
        pieces = desk.pieces(options.service, options.tenant)
        print(as_json(pieces)) if options.json else _list(pieces, console)
        return 0
    if options.action == "redrive" and options.all:
        pieces = desk.pieces(options.service, options.tenant)
        chosen = [piece for piece in pieces if not isinstance(piece.source, MissingCalendar)]
    else:
        chosen = desk.find(options.id, options.service, options.tenant)
    for piece in chosen:
        if options.action == "show":
            _show(piece, console)
        elif options.action == "redrive":
            desk.redrive(piece)
            console.print(f"已重投：{piece.service} {piece.what}", markup=False)
        else:
            desk.dismiss(piece, options.reason)
            console.print(f"已放弃并记录：{piece.service} {piece.what}", markup=False)
    return 0


KINDS: dict[Kind, str] = {"搁置": "parked", "隔离": "quarantined", "定时": "timer", "日历": "calendar"}
"""The kinds as programs read them."""


def as_json(pieces: Sequence[Piece]) -> str:
    """A list of objects: kind, service, tenant, id, what, why, since (RFC 3339) and state, as the table shows them.

    `kind` is parked, quarantined, timer or calendar; `id` is what `show`, `redrive` and `dismiss` take.
    """
    told = [
        {
            "kind": KINDS[piece.kind],
            "service": piece.service,
            "tenant": piece.tenant,
            "id": piece.id,
            "what": piece.what,
            "why": piece.why,
            "since": piece.since.isoformat(),
            "state": piece.state,
        }
        for piece in pieces
    ]
    return json.dumps(told, ensure_ascii=False, indent=1)


def _of_message(service: str, message: StuckMessage) -> Piece:
    return Piece(
        kind="搁置",
        service=service,
        tenant=message.tenant,
        id=message.event_id,
        what=f"{message.type}（{message.aggregate_type}/{message.aggregate_id} 第 {message.sequence} 条）",
        why=message.error,
        since=message.parked_at,
        state="已停止" if message.state == "dead" else f"等待重试（已 {message.attempts} 次）",
        source=message,
    )


def _of_quarantine(service: str, entry: Quarantined) -> Piece:
    return Piece(
        kind="隔离",
        service=service,
        tenant=None,
        id=entry.id,
        what=f"{entry.queue}，{len(entry.body)} 字节",
        why=entry.error,
        since=entry.quarantined_at,
        state="待处理",
        source=entry,
    )


def _of_job(service: str, job: StuckJob) -> Piece:
    return Piece(
        kind="定时",
        service=service,
        tenant=job.tenant,
        id=f"{job.kind}/{job.subject}",
        what=job.kind,
        why=job.error or "应办而未办",
        since=job.due_at,
        state=_state_of(job),
        source=job,
    )


def _state_of(job: StuckJob) -> str:
    if job.stopped_at is not None:
        return "已停止"
    since = job.in_hand_since(datetime.now(UTC))
    if since is not None:
        return f"正在办理，自 {_china(since)}"
    return f"已失败 {job.attempts} 次" if job.attempts else "逾期未办"


def _of_calendar(service: str, missing: MissingCalendar, count: int, names: Sequence[str]) -> Piece:
    """`count` things wait for it, and `names` are what the first of them are called."""
    why = "下一年度的时限都要用到，请在年前载入"
    if missing.tenant != NATION:
        why = f"{count} 件的时限须待该年工作日安排公布后确定" if count else "有时限须待该年工作日安排公布后确定"
    return Piece(
        kind="日历",
        service=service,
        tenant=missing.tenant,
        id=f"calendar/{missing.tenant}/{missing.year}/{missing.clock}",
        what=f"{missing.year} 年工作日历尚未载入",
        why="\n".join([why, *names]),
        since=missing.since,
        state="待载入",
        source=missing,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./zhida work", description="查看并处理卡住的工作 · stuck work of all services"
    )
    actions = parser.add_subparsers(dest="action", title="操作 actions", metavar="", required=True)
    for name, text in (
        ("list", "列出搁置、隔离的消息、卡住的定时工作和待载入的日历 · list"),
        ("show", "看一条的内容和原因 · read one"),
        ("redrive", "立即重投，次数归零 · try again now"),
        ("dismiss", "放弃，须写明原因并留痕 · give up, with a reason"),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("--service", help="只看一个服务 · one service only")
        action.add_argument("--tenant", help="只看一个地区 · one tenant only")
        if name == "list":
            action.add_argument("--json", action="store_true", help="供程序读取 · for programs to read")
        elif name == "redrive":
            chosen = action.add_mutually_exclusive_group(required=True)
            chosen.add_argument("--all", action="store_true", help="列出的全部 · everything listed")
            chosen.add_argument("--id", action="append", default=[], help="编号或其开头 · id, or how it begins")
        else:
            action.add_argument("--id", action="append", required=True, help="编号或其开头 · id, or how it begins")
        if name == "dismiss":
            action.add_argument("--reason", required=True, type=_reason, help="原因 · why")
    return parser


def _reason(text: str) -> str:
    if len(text.strip()) < 4:
        raise argparse.ArgumentTypeError("请写明原因（至少 4 个字）")
    return text.strip()


def _list(pieces: Sequence[Piece], console: Console) -> None:
    table = Table(
        "类别",
        "服务",
        "地区",
        "编号",
        "内容",
        "状态",
        "原因",
        "自",
        title=f"卡住的工作 {len(pieces)} 条 · stuck work",
    )
    for piece in pieces:
        table.add_row(
            piece.kind,
            piece.service,
            piece.tenant or "—",
            piece.id,
            piece.what,
            piece.state,
            piece.why.splitlines()[0][:80],
            _china(piece.since),
        )
    console.print(table)


def _show(piece: Piece, console: Console) -> None:
    console.print(f"{piece.kind} {piece.service} {piece.tenant or ''} {piece.id}", style="bold", markup=False)
    console.print(f"{piece.what}；{piece.state}；自 {_china(piece.since)}", markup=False)
    console.print(piece.why, style="red", markup=False)
    source = piece.source
    if isinstance(source, StuckMessage):
        console.print(source.body, markup=False, highlight=False, soft_wrap=True)
    elif isinstance(source, Quarantined):
        console.print(str(source.properties), markup=False, highlight=False, soft_wrap=True)
        console.print(source.body.decode(errors="backslashreplace"), markup=False, highlight=False, soft_wrap=True)


def _china(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
