"""`./zhida backup`: the local system as of one instant, into a folder, while it works."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from console.backups.keys import write_keys
from console.backups.taking import Backup, take
from console.place import home_of
from console.progress import LiveProgress
from console.refusal import CommandRefusal


def main(argv: list[str]) -> int:
    """Returns 0, or 1 where uploaded files were damaged or missing: the backup holds the rest. Refuses as `take` does."""
    home = home_of()
    usual = home.with_name(f"{home.name}-backups")
    parser = argparse.ArgumentParser(
        prog="./zhida backup", description="备份:七个数据库的同一时点,及上传的文件;业务照常 · back up while it works"
    )
    parser.add_argument("--to", type=Path, default=usual, metavar="DIR", help=f"放在哪里(默认 {usual}) · where to")
    parser.add_argument("--keep", type=int, metavar="N", help="只留最新的 N 份 · keep only the newest N")
    parser.add_argument(
        "--keys-to",
        type=Path,
        metavar="FILE",
        help="把密钥另存到此文件;须与备份分开存放 · write the keys to a file of their own, elsewhere",
    )
    options = parser.parse_args(argv)
    if options.keep is not None and options.keep < 1:
        raise CommandRefusal("--keep 至少为 1。", "--keep is at least 1.")
    to = options.to.absolute()
    if options.keys_to is not None:
        write_keys(home, options.keys_to.absolute(), to)
    with LiveProgress() as progress:
        taken = take(home, to, keep=options.keep, progress=progress)
    return show(taken, Console(highlight=False), keys_written=options.keys_to is not None)


def show(taken: Backup, console: Console, *, keys_written: bool) -> int:
    """What was taken, what is wrong, and what else has to be kept."""
    size = sum(each.size for each in taken.manifest.databases.values()) + taken.copied.size
    point = "同一时点" if taken.manifest.same_instant else "相互一致的时点(先后不过数毫秒)"
    console.print(
        f"已备份:{taken.folder}({size / 1e6:,.1f} MB;七个数据库为{point},文件 {taken.copied.count} 个)", markup=False
    )
    for each in taken.removed:
        console.print(f"· 已删除旧备份 {each.name}", markup=False)
    for path in taken.copied.damaged:
        console.print(f"✗ 文件 {path} 的内容与其哈希不符,没有备份;请从更早的备份找回", style="red", markup=False)
    for path in taken.copied.missing:
        console.print(f"✗ 文件 {path} 在数据库中有登记,存放处没有", style="red", markup=False)
    if not keys_written:
        console.print(
            "密钥不在备份里:没有密钥,账户、电话等数据永远不可读。请用 --keys-to 另存一份,并与备份分开保管。"
            "(the keys are not in it: keep them elsewhere)",
            style="yellow",
            markup=False,
        )
    return 1 if taken.copied.damaged or taken.copied.missing else 0
