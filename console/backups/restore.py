"""`./zhida restore FROM`: the local system from a backup; and what databases need that were restored by other means."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from rich.console import Console

from console.backups.elsewhere import sort_out_elsewhere
from console.backups.manifest import NAME
from console.backups.restoring import checked, restore
from console.backups.sorting_out import SortedOut
from console.backups.taking import backups
from console.cluster.claim import HomeClaim
from console.machine.quarters import open_home
from console.place import home_of
from console.progress import LiveProgress
from console.refusal import CommandRefusal


def main(argv: list[str]) -> int:
    """Returns 0. Refuses as `checked`, `restore` and `sort_out` do; then nothing was changed."""
    options = _parser().parse_args(argv)
    console = Console(highlight=False)
    if options.sort_out:
        _show(sort_out_elsewhere(os.environ), console)
        return 0
    if options.source is None:
        raise CommandRefusal("请指明备份所在的文件夹。", "Say which backup.")
    folder = options.source.absolute()
    if not (folder / NAME).exists() and (found := backups(folder)):
        newest = "、".join(each.name for each in reversed(found[-5:]))
        raise CommandRefusal(f"{folder} 里有多份备份,请指明一份:{newest}", f"Say which of the backups in {folder}.")
    if options.check:
        manifest = checked(folder)
        console.print(f"备份完好:{manifest.id},{manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC。", markup=False)
        return 0
    home = open_home(home_of())
    with HomeClaim(home, "restore"), LiveProgress() as progress:
        restored = restore(folder, home, replace=options.replace, keys=options.keys, progress=progress)
    console.print(
        f"已恢复到 {restored.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC 的状态(备份 {restored.manifest.id},"
        f"文件 {restored.objects} 个)。",
        markup=False,
    )
    _show(restored.sorted_out, console)
    console.print("接下来:./zhida up 启动,然后 ./zhida verify 核验。(next: up, then verify)", markup=False)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./zhida restore", description="用备份恢复本机的系统,恢复后为停止状态 · restore the local system"
    )
    parser.add_argument("source", nargs="?", type=Path, metavar="FROM", help="一份备份的文件夹 · the backup")
    parser.add_argument("--replace", action="store_true", help="取代已有的系统,其数据将被删除 · replace what stands")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="backup --keys-to 所写的密钥文件 · its keys")
    parser.add_argument("--check", action="store_true", help="只核对备份是否完好 · only look whether it is whole")
    parser.add_argument(
        "--sort-out",
        action="store_true",
        help="数据库已由别的办法恢复:只理清在途的事(ADMIN_DATABASE_URL、BROKER_ADMIN_URL)"
        " · the databases were restored by other means",
    )
    return parser


def _show(done: SortedOut, console: Console) -> None:
    console.print(
        f"· 听者尚未收到的事件 {done.published_again} 条将重新发出;登录 {done.sessions_ended} 个已失效", markup=False
    )
    for producer, consumer, aggregate_type in done.told_from_the_start:
        console.print(f"· {producer} 将向 {consumer} 从头重放 {aggregate_type}", markup=False)
    console.print(
        "· 付款暂停,直到资金服务启动后与银行账逐笔核对完(自动);备份之后银行已付的不会再付,对不上的由人核实\n"
        "· 备份之后撤销的凭证、停用的账号、交接的岗位又成为有效:请安全管理员逐项重做\n"
        "  (payments wait until the bank's book is compared; what was revoked since the backup has to be revoked again)",
        markup=False,
    )
