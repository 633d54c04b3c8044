"""`./zhida COMMAND`: the command line. Chinese first; every command works beside a running cluster."""

from __future__ import annotations

import argparse
import importlib
import os
import select
import sys
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from console.cluster.caretaker import post_caretaker
from console.cluster.claim import HomeClaim
from console.cluster.cluster import Cluster
from console.place import CHECKOUT
from console.progress import LiveProgress
from console.refusal import CommandRefusal

# Commands with a program of their own: everything after the name is theirs, and they are loaded only when called.
PROGRAMS = {
    "demo": ("console.demo", "全流程演示:从政策发布到资金到账 · the main job, end to end"),
    "code": ("console.demo.code", "演示账号此刻的动态口令 · a one-time code for a sign-in of the demo"),
    "test": ("console.quality.testing", "运行测试(--keep 保留测试用的数据库和消息服务)· run the tests"),
    "attack": ("console.quality.attack", "攻击测试:越权、畸形输入、竞争、慢连接 · attack it, all of tests/attack"),
    "lint": ("console.quality.lint", "检查格式、风格和类型(--fix 自动修正)· check format, style, types"),
    "verify": ("console.operating.verify", "对账核验,不变式 A–F · check the invariants A–F"),
    "work": ("console.operating.work", "查看并重投卡住的消息 · list, read and redrive stuck work"),
    "replay": ("console.operating.replay", "向一个服务重放历史事件 · tell a consumer what was said before"),
    "backup": ("console.backups.backup", "备份:七个数据库与上传的文件 · back up, while it works"),
    "restore": ("console.backups.restore", "用备份恢复;未与银行核对完之前不付款 · restore a backup"),
    "sizes": ("console.operating.sizes", "各数据库的大小,每笔办件占多少 · bytes by table and per case"),
    "administrators": ("console.operating.administrators", "任命最初的三名管理员 · the first three administrators"),
    "onboard": ("console.operating.onboard", "开通一个地区及其部门 · a county on board"),
    "calendar": ("console.operating.calendar", "工作日历:已载入哪些年份,载入一年 · working days"),
    "rules": ("console.policy.rules", "检查和试算政策规则 · check a rule, try it on facts"),
    "facts": ("console.policy.facts", "查数据项词典:一项数据一个名称 · the fact dictionary"),
    "items": ("console.policy.items", "政策事项工作簿:模板与示例 · items as a workbook"),
    "sample-city": (
        "console.policy.sample_city.program",
        "示例城市的企业表,可供导入 · a table of the sample city's enterprises",
    ),
    "contracts": (
        "console.contracts.program",
        "生成接口契约(--check 只比较,--diff 说明影响)· generate the contract files, say what a change does",
    ),
    "assets": ("console.setup.page_assets", "重新获取页面所用的公开脚本 · fetch again what pages load"),
    "help": ("console.help", "全部命令,或某个命令怎么用 · all commands, or how one is used"),
    "where": ("console.contracts.where", "一个命令、查询或事件经过哪里 · the way of a message through the house"),
}
STATES = {"ready": "[green]就绪[/]", "running": "[yellow]未就绪[/]", "stopped": "[red]已停止[/]"}


def main(argv: Sequence[str]) -> int:
    """Returns the exit code: 0 done, 1 refused or failed, 2 not understood."""
    argv = argv or ["help"]
    try:
        if argv[0] in PROGRAMS:
            code = int(importlib.import_module(PROGRAMS[argv[0]][0]).main(list(argv[1:])))
            sys.stdout.flush()
            return code
        if argv[0] == "bench":
            return _bench(list(argv[1:]))
        options = _parser().parse_args(argv)
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except CommandRefusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已中断。", file=sys.stderr)
        return 130
    except BrokenPipeError:
        if not _nobody_reads_on():
            raise
        return 141


def _nobody_reads_on() -> bool:
    """Whether whoever read what we print has gone (`| head`): that is no fault of the command, and nothing to print.

    A pipe or socket of another kind that broke is one, so standard output itself is asked.
    """
    asked = select.poll()
    asked.register(sys.stdout.fileno(), 0)
    gone = any(event & select.POLLERR for _file, event in asked.poll(0))
    if gone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left is flushed at the end
    return gone


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./zhida", description="直达:惠企政策兑现平台 · policy to payment, on a clock"
    )
    commands = parser.add_subparsers(title="命令 commands", metavar="", required=True)
    for name, (_, text) in PROGRAMS.items():
        commands.add_parser(name, help=text)
    commands.add_parser("bench", help=f"性能测试:{'、'.join(_benches())} · measure")
    up = commands.add_parser(
        "up", help="启动全部或指定的进程,异常退出的自动重启 · start everything, or NAME …, and keep it up"
    )
    up.add_argument("names", nargs="*", metavar="NAME")
    up.add_argument("--port", type=int, help="网站端口 · the gateway's port")
    up.set_defaults(run=_up)
    down = commands.add_parser("down", help="停止全部 · stop everything")
    down.add_argument("--wipe", action="store_true", help="并删除全部数据 · and delete all data")
    down.set_defaults(run=_down)
    commands.add_parser("status", help="查看各进程 · what runs").set_defaults(run=_status)
    restart = commands.add_parser("restart", help="重启一个进程 · restart one")
    restart.add_argument("name", metavar="NAME")
    restart.set_defaults(run=_restart)
    logs = commands.add_parser("logs", help="查看一个进程的日志 · read one log")
    logs.add_argument("name", metavar="NAME")
    logs.add_argument("-f", "--follow", action="store_true", help="持续显示 · keep reading")
    logs.add_argument("-n", "--lines", type=int, default=100, help="行数 · how many lines")
    logs.set_defaults(run=_logs)
    commands.add_parser("migrate", help="升级全部数据库 · migrate every database").set_defaults(run=_migrate)
    return parser


def commands() -> dict[str, str]:
    """Every command with the line that says what it is for."""
    found = next(each for each in _parser()._actions if isinstance(each, argparse._SubParsersAction))
    return {str(each.dest): str(each.help) for each in found._choices_actions}


def _up(options: argparse.Namespace) -> int:
    with LiveProgress() as progress:
        cluster = Cluster(asked={"gateway": options.port} if options.port else None, progress=progress)
        with HomeClaim(cluster.home, "up") as claim:
            claim.announce(cluster.url)
            started = cluster.up(options.names)
            post_caretaker(cluster.home)
    print(f"{'已启动' if started else '已在运行'}:{cluster.url}")
    _tell_of_replays(cluster)
    print(
        f"平台运维凭证 platform token:{cluster.home / 'credentials.json'} 中的 platform_token;第一天怎么做见 docs/first-day.md"
    )
    return 0


def _tell_of_replays(cluster: Cluster) -> None:
    """A service that newly hears something is told of it by its producer, from the start of the new version on."""
    replay = importlib.import_module("console.operating.replay")
    addresses = importlib.import_module("console.operating.checks.addresses")
    due = replay.waiting(addresses.Addresses.of(cluster))
    if due:
        who = "、".join(f"{producer} → {each.consumer}({each.aggregate_type})" for producer, each in due)
        print(f"升级后新增的听者正在补听历史事件,后台进行:{who};进度见 ./zhida replay")


def _down(options: argparse.Namespace) -> int:
    with LiveProgress() as progress:
        Cluster(progress=progress).down(wipe=options.wipe)
    print("已全部停止,数据已删除。" if options.wipe else "已全部停止。")
    return 0


def _status(options: argparse.Namespace) -> int:
    """Exit code 0 when everything that was set up is ready."""
    cluster = Cluster()
    table = Table("进程", "状态", "进程号", "探针与指标 probe, metrics", title=f"直达 {cluster.url or '(尚未启动)'}")
    statuses = cluster.status()
    for status in statuses:
        table.add_row(status.name, STATES[status.state], str(status.pid or ""), "\n".join(status.addresses))
    Console().print(table)
    return 0 if all(status.state == "ready" for status in statuses) else 1


def _restart(options: argparse.Namespace) -> int:
    with LiveProgress() as progress, progress.step(f"重启 {options.name}"):
        Cluster().restart(options.name)
    return 0


def _logs(options: argparse.Namespace) -> int:
    log = Cluster().log(options.name)
    if not log.exists():
        raise CommandRefusal(f"{options.name} 还没有日志。", f"{options.name} has no log yet.")
    os.execvp("tail", ["tail", "-n", str(options.lines), *(["-F"] if options.follow else []), str(log)])


def _migrate(options: argparse.Namespace) -> int:
    with LiveProgress() as progress:
        names = Cluster(progress=progress).migrate()
    print(f"已升级:{'、'.join(names)}")
    return 0


def _benches() -> list[str]:
    """The modules of bench/ that are programs of the command line; the rest are what these stand on."""
    return sorted(path.stem for path in (CHECKOUT / "bench").glob("*.py") if "\ndef main(argv" in path.read_text())


def _bench(argv: list[str]) -> int:
    known = _benches()
    asked = not {"-h", "--help"}.isdisjoint(argv[:1])
    if not argv or argv[0] not in known:
        print(f"用法:./zhida bench {'|'.join(known)} [--json FILE]", file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    return int(importlib.import_module(f"bench.{argv[0]}").main(argv[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
