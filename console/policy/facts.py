"""`./zhida facts [WORD …] [--json] [--limit N]`: the fact dictionary, searched by what people say.

Needs no cluster and no database. Without a word it lists every fact.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from console.place import CHECKOUT
from contracts.rule import CodeLabel, FactKind
from contracts.typed import is_digits
from rules.checking.values import KINDS
from services.catalog.dictionary.facts import dictionary
from services.catalog.dictionary.finding import FoundFact, find, nearest

ITEMS = CHECKOUT / "sample" / "items"
CODES_SHOWN = 12
LIMIT = 20


def main(argv: list[str]) -> int:
    """0: found, or everything listed; 1: nothing is found by these words."""
    options = _parser().parse_args(argv)
    words, facts = " ".join(options.words), dictionary()
    if not words.strip():
        _list_all(as_json=options.json)
        return 0
    found = find(words, facts)
    near = [] if found else nearest(words, facts)
    if options.json:
        print(_json(found=[_told(each) for each in found], nearest=[_told(each) for each in near]))
    elif found:
        _say(found, options.limit)
    else:
        _say_nothing(words, near)
    return 0 if found else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./zhida facts",
        description="查数据项词典:按名称、中文叫法、含义、可取的值、旧名、同义词查;几个词须都对得上。不写词则列出全部。",
        epilog="例:./zhida facts 高企;./zhida facts 营收;./zhida facts 用电量 --json",
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="要查的词 · what people call it")
    parser.add_argument("--json", action="store_true", help="机器可读的结果 · for programs")
    parser.add_argument("--limit", type=_at_least_one, default=LIMIT, metavar="N", help=f"最多显示几项(默认 {LIMIT})")
    return parser


def _at_least_one(text: str) -> int:
    if not is_digits(text) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} 不是 1 以上的整数")
    return int(text)


def _list_all(*, as_json: bool) -> None:
    if as_json:
        print(_json(found=[_told(FoundFact(name, fact)) for name, fact in dictionary().items()], nearest=[]))
        return
    width = max(len(name) for name in dictionary())
    for name, fact in dictionary().items():
        print(f"{name:<{width}}  {fact.label}({_kind(fact.kind, fact.unit)})")
    print(f"\n共 {len(dictionary())} 项。查一项:./zhida facts 词")


def _say(found: Sequence[FoundFact], limit: int) -> None:
    for each in found[:limit]:
        print("\n".join(_lines(each)), end="\n\n")
    more = f",只显示最接近的 {limit} 项(--limit 可改)" if len(found) > limit else ""
    print(f"找到 {len(found)} 项{more}。")


def _lines(found: FoundFact) -> list[str]:
    fact, used = found.fact, _items().get(found.name, [])
    lines = [f"{found.name}  {fact.label}({_kind(fact.kind, fact.unit)})", f"  含义:{fact.meaning}"]
    if fact.codes:
        lines.append(f"  可取的值:{_codes(fact.codes)}")
    lines.append(f"  示例事项:{len(used)} 个用到({'、'.join(used)})" if used else "  示例事项:没有用到")
    lines += [f"  旧名:{former.name}({former.said.rstrip('。')})" for former in fact.formerly]
    if found.why:
        lines.append(f"  为何找到:{found.why.rstrip('。')}")
    return lines


def _say_nothing(words: str, near: Sequence[FoundFact]) -> None:
    print(f"词典里没有与“{words}”对得上的数据项。")
    if near:
        print("最接近的:")
        for each in near:
            print(f"  {each.name}  {each.fact.label}({_kind(each.fact.kind, each.fact.unit)})")
    print("换一个说法再查;确实没有的,按命名规则起一个名称(docs/policies.md“数据项词典”)。")


def _kind(kind: FactKind, unit: str | None) -> str:
    return f"{KINDS[kind]},{unit}" if unit else KINDS[kind]


def _codes(codes: Sequence[CodeLabel]) -> str:
    told = "、".join(f"{code.code}（{code.label}）" for code in codes[:CODES_SHOWN])
    return told if len(codes) <= CODES_SHOWN else f"{told}等 {len(codes)} 个"


def _told(found: FoundFact) -> dict[str, Any]:
    """A fact for programs; as an item declares it, with what the dictionary says besides."""
    declared = found.fact.typed(found.name).model_dump(mode="json", exclude_none=True)
    return {
        **declared,
        "meaning": found.fact.meaning,
        "former_names": [former.model_dump() for former in found.fact.formerly],
        "sample_items": _items().get(found.name, []),
        "why": found.why,
    }


def _json(**told: object) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2)


@cache
def _items() -> Mapping[str, list[str]]:
    """The codes of the sample items that declare a fact, by its name."""
    used: dict[str, list[str]] = {}
    for path in sorted(ITEMS.glob("*.json")):
        for declared in json.loads(path.read_bytes())["rules"]["fact_types"]:
            used.setdefault(declared["name"], []).append(path.stem)
    return used
