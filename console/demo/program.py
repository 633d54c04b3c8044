"""The demonstration from the first process to the last figure."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import psutil
import psycopg
from rich.console import Console

from console.cluster.caretaker import Caretaker
from console.cluster.claim import HomeClaim
from console.cluster.cluster import BROKER, DATABASE, Cluster
from console.cluster.roster import platform_token
from console.demo import ending
from console.demo.actors import cast, play
from console.demo.board import Board
from console.demo.door import DemoDoor, NoAnswer, RequestRefused
from console.demo.preparation import Stage, prepare
from console.demo.scene import first_day
from console.demo.sign_ins import SignIn, sign_ins
from console.demo.view import Lines, Picture
from console.operating.checks.addresses import Addresses
from console.operating.checks.bank_book import BankBook, BookUnreadable, read_bank_book
from console.operating.verify import show, verify
from console.progress import LiveProgress
from console.refusal import CommandRefusal

SCENE_LIMIT_S = 600.0
"""By then everything is paid, also where processes were killed on the way; what is missing then is a
result."""

UP_TRIES = 4
LOG_WIDTH = 150
"""Columns where there is no terminal to ask for its own."""

SETTLE_S = 60.0
"""What a killed process held is free again after half a minute."""


def main(argv: list[str]) -> int:
    """Returns 0 when every figure is as promised. Refuses where another demo or an `up` is under way."""
    options = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _terminated)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=LOG_WIDTH)
    home = Cluster().home
    with HomeClaim(home, "demo") as claim:
        running = {status.name for status in Cluster(home).status() if status.state != "stopped"}
        try:
            code = _demonstrate(home, claim, options, console)
        except KeyboardInterrupt:
            code = 130
        except Exception:
            _take_down(home, running)
            raise
        _take_down(home, running)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./zhida demo",
        description="从政策发布到资金到账：章贡区上线首日四小时（示例） · the main job, end to end",
    )
    parser.add_argument("--once", action="store_true", help="演示完即关闭 · end and take down by itself")
    parser.add_argument("--json", type=Path, metavar="FILE", help="写入结果数字 · write the figures")
    parser.add_argument("--plain", action="store_true", help="逐行显示 · one line per move, also on a terminal")
    return parser


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    """`./zhida down` ends us and then takes everything down itself: nothing is left for us to do."""
    sys.exit(143)


def _demonstrate(home: Path, claim: HomeClaim, options: argparse.Namespace, console: Console) -> int:
    """Refuses when something does not come up or does not come to an answer."""
    with ExitStack() as house:
        with LiveProgress() as progress:
            cluster = Cluster(home, progress=progress)
            caretaker = house.enter_context(Caretaker(home, progress))
            url = _bring_up(cluster)
            setup_s = time.time() - psutil.Process().create_time()
            claim.announce(url)
            door = DemoDoor(url)
            house.callback(door.close)
            with _answers():
                stage = prepare(first_day(), door, platform_token(home), progress)
                with progress.step("开通登录账号（示例）"):
                    people = sign_ins(home, url, stage, platform_token(home))
        view = Picture(console) if console.is_terminal and not options.plain else Lines(console)
        board = Board(stage.scene, view)
        caretaker.progress = board
        with view.watch(board):
            _play(stage, board)
        with _answers():
            code = _conclude(cluster, stage, board, setup_s, options.json, console)
        if not options.once:
            _stay(cluster, stage, board, people, console)
    return code


@contextmanager
def _answers() -> Iterator[None]:
    """Who does not answer, or says no where nobody should, ends the demonstration."""
    try:
        yield
    except (NoAnswer, RequestRefused, BookUnreadable) as error:
        raise CommandRefusal(f"演示没有完成：{error}", "The demonstration was not completed.") from error


def _bring_up(cluster: Cluster) -> str:
    """Starts everything; what is killed meanwhile is started again.

    Returns the URL, or refuses as `Cluster.up` does.
    """
    for left in reversed(range(UP_TRIES)):
        try:
            cluster.up()
            break
        except (CommandRefusal, psycopg.Error):
            if not left or all(status.state == "stopped" for status in cluster.status()):
                raise
            # Somebody was killed: the caretaker, or the next round, starts it again.
            time.sleep(1.0)
    assert cluster.url is not None, "everything is up"
    return cluster.url


def _play(stage: Stage, board: Board) -> None:
    """Until everybody is paid and told, or nothing more is to be expected."""
    closing = threading.Event()
    threads = play(cast(stage, board, closing))
    deadline = time.monotonic() + SCENE_LIMIT_S
    while not board.finished and time.monotonic() < deadline:
        time.sleep(0.1)
    closing.set()
    for thread in threads:
        thread.join(timeout=5)


def _conclude(cluster: Cluster, stage: Stage, board: Board, setup_s: float, file: Path | None, console: Console) -> int:
    """Prints and writes what came of it; 0 if all of it is as promised."""
    addresses = Addresses.of(cluster)
    report = verify(addresses, settle_s=SETTLE_S)
    book = _bank_book(addresses.bank_url)
    ending.show_cases(board, stage.people, console)
    ending.show_totals(stage, book, console)
    show(report, console)
    figures = ending.figures(board, book, report, setup_s)
    if file is not None:
        file.write_text(json.dumps(figures.as_json(), ensure_ascii=False) + "\n", encoding="utf-8")
    wrong = figures.shortfalls(board)
    for line in wrong:
        console.print(f"✗ {line}", style="bold red", markup=False)
    if not wrong:
        ending.show_success(figures, console)
    return 1 if wrong else 0


def _bank_book(url: str) -> BankBook:
    """The bank's book; the bank may be starting again at this moment.

    Raises BookUnreadable after a minute.
    """
    deadline = time.monotonic() + SETTLE_S
    while True:
        try:
            return read_bank_book(url)
        except BookUnreadable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _stay(cluster: Cluster, stage: Stage, board: Board, people: list[SignIn], console: Console) -> None:
    """Until somebody presses Ctrl-C, or `./zhida down` ends us."""
    ending.show_way_on(stage, board, str(cluster.url), console)
    ending.show_sign_ins(people, str(cluster.url), console)
    console.print(
        "系统继续运行。Ctrl-C 停止（数据保留）；另开终端可用 ./zhida status、verify、work、down。"
        "\nStill running: Ctrl-C stops it and keeps the data.",
        style="dim",
    )
    while True:
        time.sleep(3600)


def _take_down(home: Path, running: set[str]) -> None:
    """Stops what this demonstration started, and nothing that ran before it."""
    with LiveProgress() as progress:
        cluster = Cluster(home, progress=progress)
        if not running:
            cluster.down()
            return
        crew = cluster.crew()
        for name in crew.names:
            if name not in running:
                crew.stop(name)
        for name, server in ((BROKER, cluster.rabbitmq), (DATABASE, cluster.postgres)):
            if name not in running:
                server.stop()
