"""`./zhida help [COMMAND]`: what there is to be done here, by what people come for; and how one of it is used."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from console.refusal import CommandRefusal

GROUPS: Mapping[str, tuple[str, ...]] = {
    "先看看 first": ("demo", "code", "help"),
    "运行 run": ("up", "status", "logs", "restart", "down", "migrate"),
    "办地区的事 a place": ("administrators", "onboard", "calendar", "items", "rules", "facts", "sample-city"),
    "看护 look after it": ("verify", "work", "replay", "sizes", "backup", "restore"),
    "开发 develop": ("test", "attack", "lint", "contracts", "where", "assets", "bench"),
}
"""Every command stands in one of them (tests/unit/console/test_help.py)."""

HEAD = "直达:惠企政策兑现平台 · policy to payment, on a clock\n用法 usage: ./zhida COMMAND …;某个命令怎么用:./zhida help COMMAND"
TAIL = "文档 documents: README.zh-CN.md、docs/operations.md、docs/first-day.md、docs/metrics.md"


def main(argv: list[str]) -> int:
    """Prints all commands, or how those that are named are used. Refuses a name that is none."""
    commands = console_commands()
    if not argv or asked_for_help(argv, "./zhida help [COMMAND …]"):
        print(overview(commands))
        return 0
    unknown = [name for name in argv if name not in commands]
    if unknown:
        near = difflib.get_close_matches(unknown[0], commands, n=3, cutoff=0.5)
        hint = f";相近的有:{'、'.join(near)}" if near else ""
        raise CommandRefusal(
            f"没有命令 {unknown[0]}{hint};全部命令见 ./zhida help。", f"There is no command {unknown[0]}."
        )
    for name in argv:
        explain(name)
    return 0


def console_commands() -> dict[str, str]:
    """Every command with its line."""
    from console.__main__ import commands

    return commands()


def overview(commands: Mapping[str, str]) -> str:
    """All commands by what people come for; one that no group names stands last and is not lost."""
    grouped = {name for names in GROUPS.values() for name in names}
    rest = tuple(name for name in commands if name not in grouped)
    lines = [HEAD]
    for title, names in {**GROUPS, "其他 more": rest}.items():
        there = [name for name in names if name in commands]
        if there:
            lines += ["", title, *(f"  {name:<16}{commands[name]}" for name in there)]
    return "\n".join([*lines, "", TAIL])


def explain(name: str) -> None:
    """What the command itself says to `--help`."""
    from console.__main__ import main as run

    try:
        run([name, "--help"])
    except SystemExit:
        return


def asked_for_help(argv: list[str], usage: str) -> bool:
    """Prints the usage where it is asked for: of commands that pass all they are given on to others."""
    asked = not {"-h", "--help"}.isdisjoint(argv)
    if asked:
        print(f"用法 usage: {usage}")
    return asked
