"""What a change of the contracts does to the outside, in sentences, Chinese first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from console.contracts.growth import ContractChange, Uses, compare, type_changes
from console.contracts.outside import USES, Outside

FAMILIES = {
    "commands": ("命令", "command"),
    "queries": ("查询", "query"),
    "events": ("事件", "event"),
    "answers": ("答复", "answer"),
    "envelopes": ("信封", "envelope"),
    "shared": ("共用内容", "document"),
}
NAMED_USERS = 3
"""How many messages are named where a type inside of them has changed."""


@dataclass(frozen=True, slots=True)
class ChangeSentence:
    zh: str
    en: str
    breaks: bool = False

    def __str__(self) -> str:
        return f"{self.zh}（不兼容） · {self.en} (breaks others)" if self.breaks else f"{self.zh} · {self.en}"


def sentences(old: Outside, new: Outside) -> list[ChangeSentence]:
    """Everything that is different for others, message by message, then types, refusals and routes."""
    return [
        *(each for family in USES for each in _messages(family, old, new)),
        *_types(old, new),
        *_refusals(old.refusals, new.refusals),
        *_routes(old.routes, new.routes),
    ]


def broken(old: Outside, new: Outside) -> list[ChangeSentence]:
    """What `new` no longer keeps of what `old` promised; nothing at all when it has only grown."""
    return [each for each in sentences(old, new) if each.breaks]


def _messages(family: str, old: Outside, new: Outside) -> Iterator[ChangeSentence]:
    zh, en = FAMILIES[family]
    before, now = old.messages[family], new.messages[family]
    for name in sorted({*before, *now}):
        if name not in now:
            yield ChangeSentence(f"{zh} {name} 消失", f"{en} {name} is gone", breaks=True)
        elif name not in before:
            yield ChangeSentence(f"新增{zh} {name}", f"new {en} {name}")
        else:
            for change in _said_beside(before[name], now[name], old, new):
                yield _about(f"{zh} {name}", f"{en} {name}", change)


def _said_beside(
    before: Mapping[str, Any], now: Mapping[str, Any], old: Outside, new: Outside
) -> Iterator[ContractChange]:
    """Who takes it, who hears it, what answers it."""
    if before.get("owner") != now.get("owner"):
        yield ContractChange("", f"改由 {now.get('owner')} 办理", f"is carried out by {now.get('owner')} now")
    if before.get("routing-key") != now.get("routing-key"):
        yield ContractChange(
            "", f"路由键变为 {now['routing-key']}", f"routing key is {now['routing-key']} now", breaks=True
        )
    heard, heard_now = before.get("consumers", []), now.get("consumers", [])
    for service in heard_now:
        if service not in heard:
            yield ContractChange("", f"新增接收方 {service}", f"is heard by {service} too")
    for service in heard:
        if service not in heard_now:
            yield ContractChange("", f"不再送达 {service}", f"is no longer heard by {service}")
    answers = before.get("answer", ""), now.get("answer", "")
    if answers[0] != answers[1]:
        yield from _other_answer(answers[0].split(":")[3], answers[1].split(":")[3], old, new)


def _other_answer(before: str, now: str, old: Outside, new: Outside) -> Iterator[ContractChange]:
    """Another type may say all that the earlier one did: then nobody is worse off."""
    differences = compare(old.types[before], new.types[now], old.types, new.types, ("given",))
    yield ContractChange("", f"答复由 {before} 变为 {now}", f"is answered with {now}, not {before}")
    yield from (
        ContractChange("", f"答复的 {_field(each)}{each.zh}", f"its answer: {_field(each)}{each.en}", breaks=True)
        for each in differences
        if each.breaks
    )


def _types(old: Outside, new: Outside) -> Iterator[ChangeSentence]:
    users, users_now = old.users_of(), new.users_of()
    for name in sorted(set(old.types) & set(new.types)):
        uses: Uses = tuple({use for family, _ in users[name] for use in USES[family]})
        families = [family for family in USES if name in new.messages[family]]
        for change in type_changes(name, old.types, new.types, uses):
            if families:
                zh, en = FAMILIES[families[0]]
                yield _about(f"{zh} {name}", f"{en} {name}", change)
            else:
                yield _about(*_inner_type(name, users_now[name]), change)


def _inner_type(name: str, users: list[tuple[str, str]]) -> tuple[str, str]:
    shown = "、".join(f"{FAMILIES[family][0]} {message}" for family, message in users[:NAMED_USERS])
    listed = ", ".join(message for _, message in users[:NAMED_USERS])
    if len(users) > NAMED_USERS:
        return (
            f"类型 {name}（见于 {shown} 等 {len(users)} 种消息）",
            f"type {name} (in {listed}; {len(users)} messages)",
        )
    return f"类型 {name}（见于 {shown}）", f"type {name} (in {listed})"


def _about(zh: str, en: str, change: ContractChange) -> ChangeSentence:
    if change.where:
        return ChangeSentence(
            f"{zh} 字段 {change.where} {change.zh}", f"{en}: {change.where} {change.en}", change.breaks
        )
    return ChangeSentence(f"{zh} {change.zh}", f"{en} {change.en}", change.breaks)


def _field(change: ContractChange) -> str:
    return f"{change.where} " if change.where else ""


def _refusals(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[ChangeSentence]:
    """Programs elsewhere decide by the codes, and by what kind of no they are."""
    for code in sorted({*old, *new}):
        if code not in new:
            yield ChangeSentence(f"拒绝代码 {code} 消失", f"refusal code {code} is gone", breaks=True)
        elif code not in old:
            yield ChangeSentence(f"新增拒绝代码 {code}", f"new refusal code {code}")
        elif old[code] != new[code]:
            yield ChangeSentence(
                f"拒绝代码 {code} 由 {old[code]} 变为 {new[code]}",
                f"refusal code {code} is {new[code]} now, not {old[code]}",
                breaks=True,
            )


def _routes(old: Mapping[str, list[str]], new: Mapping[str, list[str]]) -> Iterator[ChangeSentence]:
    for route in sorted({*old, *new}):
        if route not in new:
            yield ChangeSentence(f"接口 {route} 消失", f"route {route} is gone", breaks=True)
        elif route not in old:
            yield ChangeSentence(f"新增接口 {route}", f"new route {route}")
        else:
            for name in sorted({*old[route], *new[route]}):
                if name not in old[route]:
                    yield ChangeSentence(
                        f"接口 {route} 必须携带 {name}", f"route {route} asks for {name} now", breaks=True
                    )
                elif name not in new[route]:
                    yield ChangeSentence(f"接口 {route} 不再要求 {name}", f"route {route} no longer asks for {name}")
