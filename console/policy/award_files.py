"""The file of earlier awards that `./zhida rules run ITEM --awards FILE` reads. Every fault at once, with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from console.policy.json_files import BadFile, parse, read_json
from console.policy.rule_files import NO_CODE, quantity_in
from contracts.rule import AwardHistory, ItemRules
from rules.checking.instalments import schedules_of
from rules.parts import part_names

UNITS = {"": 100, "元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}
"""Fen in what a sum may be written in."""

ANY_YEAR = 2000
"""For reading on where an award's own year is no year, so that only that is told of it."""


def read_awards(path: str, family: str, rules: ItemRules | None = None) -> AwardHistory:
    """What was granted before. `yuan` may stand for `money` (fen), `keys` may be an object. Raises BadFile.

    Awards that name no item are the tried item's own. Where its rules stand alone and awards name items, `family` in
    the file says which of them is the own one. `rules` are those of the tried item: they say which parts and which
    instalments there are.
    """
    return awards_in(read_json(path), path, family, rules)


def awards_in(data: Any, path: str, family: str, rules: ItemRules | None = None) -> AwardHistory:
    """The same, of what was read already."""
    if not isinstance(data, dict):
        raise BadFile(path, ["/：应为一个对象，内有 awards"])
    faults: list[str] = []
    awards, records = data.get("awards", []), data.get("instalments", [])
    family = _own_family(data, awards, family, faults)
    if isinstance(awards, list):
        awards = [_award(each, family, f"/awards/{index}", faults) for index, each in enumerate(awards)]
        parts = part_names(rules).counts if rules is not None else ()
        for index, each in enumerate(awards):
            faults += _unfit(each, family, data.get("claim"), parts, f"/awards/{index}")
    if isinstance(records, list):
        records = [_in_fen(each, f"/instalments/{index}", faults) for index, each in enumerate(records)]
        faults += _unfit_records(data, records, rules)
    history = {"family": family, **data, "awards": awards, "instalments": records}
    if "whole_yuan" in data:
        history["whole"] = _sum_in_fen(history.pop("whole_yuan"), "/whole_yuan", faults)
    return _parsed(history, path, faults)


def _parsed(history: dict[str, Any], path: str, faults: list[str]) -> AwardHistory:
    """The history, unless something is wrong with it; what is wrong with all of it says nothing beside a place."""
    try:
        found = parse(AwardHistory, history, path)
    except BadFile as bad:
        faults += [each for each in bad.faults if not faults or not each.startswith("/：")]
        raise BadFile(path, faults) from bad
    if faults:
        raise BadFile(path, faults)
    return found


def _own_family(data: dict[str, Any], awards: Any, family: str, faults: list[str]) -> str:
    """Which awards are the tried item's own."""
    said = data.get("family")
    if isinstance(said, str):
        if family not in (NO_CODE, said):
            faults.append(f"/family：试算的事项是“{family}”，这里写的是“{said}”，请改成一致或去掉")
        return said
    listed = awards if isinstance(awards, list) else []
    named = sorted({str(each["family"]) for each in listed if isinstance(each, dict) and "family" in each})
    if family == NO_CODE and named:
        text = f'试算的文件只有规则，没有事项编码；请写明哪些是本事项的奖补，如 "family": "{named[0]}"'
        faults.append(f"/family：{text}（已获奖补中有：{'、'.join(named)}）")
    return family


# -- earlier instalments of this claim -----------------------------------------------------------------------


def _unfit_records(data: dict[str, Any], records: list[Any], rules: ItemRules | None) -> Iterator[str]:
    """Why they are not the first instalments of one claim, each once, or lack what the next one depends on."""
    numbers = [each.get("number") for each in records if isinstance(each, dict)]
    if rules is not None and rules.instalments is None and numbers:
        yield "/instalments：本事项不分期，没有前几期；以前获得的写在 awards 里"
        return
    if len(numbers) != len(records) or not all(type(each) is int for each in numbers):
        return  # told where they are read
    if numbers != list(range(1, len(numbers) + 1)):
        said = "、".join(str(each) for each in numbers)
        yield f"/instalments：应从第 1 期起依次写，每期一条、不重复不遗漏（没有付的写 skipped），现有第 {said} 期"
    if rules is not None and numbers and "whole_yuan" not in data and "whole" not in data and _is_fixed(rules):
        yield '/whole_yuan：总额在首期时确定，以后不变；请写明首期确定的总额，如 "90 万元"'


def _is_fixed(rules: ItemRules) -> bool:
    """Whether instalments are fractions of what the first one fixed."""
    plan = rules.instalments
    if plan is None or plan.whole != "fixed":
        return False
    return any(part.fraction is not None for _, parts in schedules_of(plan) for part in parts)


# -- awards --------------------------------------------------------------------------------------------------


def _unfit(award: Any, family: str, claim: Any, parts: Collection[str], where: str) -> Iterator[str]:
    """Why an award of the own item stands in the wrong place, or names a part that the item has not."""
    if not isinstance(award, dict) or award.get("family") != family:
        return
    if award.get("instalment") is not None and award.get("claim") in (None, claim):
        text = "这是本事项的分期；本次申报的前几期写在 instalments 里，另一次申报的请写明 claim（与本次的不同）"
        yield f"{where}/instalment：{text}"
    elif claim is not None and award.get("claim") == claim:
        text = "这是本次申报已兑付的；本次申报的前几期只写在 instalments 里，不写进 awards"
        yield f"{where}/claim：{text}"
    part = award.get("part")
    if parts and isinstance(part, str) and part not in parts:
        yield f"{where}/part：金额中没有名为“{part}”的部分，应为：{'、'.join(parts)}"


def _award(award: Any, family: str, where: str, faults: list[str]) -> Any:
    if not isinstance(award, dict):
        return award
    if "yuan" not in award and "money" not in award:
        faults.append(f"{where}/yuan：缺少该字段")
    filled = {"family": family, "level": "county", "money": 0, **_in_fen(award, where, faults)}
    if "granted_on" not in filled:
        year = str(filled.get("year"))
        filled["granted_on"] = f"{year if re.fullmatch('[0-9]{4}', year) else ANY_YEAR}-12-31"
    if isinstance(filled.get("keys"), dict):
        filled["keys"] = [
            {"fact": fact, "value": each}
            for fact, value in filled["keys"].items()
            for each in (value if isinstance(value, list) else [value])
        ]
    return filled


# -- sums ----------------------------------------------------------------------------------------------------


def _in_fen(part: Any, where: str, faults: list[str]) -> Any:
    """`yuan`, a text, written as `money` in fen."""
    if not isinstance(part, dict):
        return part
    rest = {name: value for name, value in part.items() if name != "yuan"}
    if "yuan" in part:
        rest["money"] = _sum_in_fen(part["yuan"], f"{where}/yuan", faults)
    elif type(part.get("money")) is int and part["money"] < 0:
        faults.append(f"{where}/money：{NEGATIVE}")
    return rest


NEGATIVE = "不能为负数；追回过的，请写追回以后的净额"
"""A payment that was taken back raised what the next one could be; a net amount says the same and cannot."""


def _sum_in_fen(said: Any, where: str, faults: list[str]) -> int:
    """A sum as it was written, in fen; its fault told, nothing in its place."""
    yuan, unit = quantity_in(said)
    exact = _fen(yuan, UNITS[unit]) if yuan and unit in UNITS else None
    if exact is None:
        faults.append(f'{where}：应为金额，如 "240000" 或 "24 万元"')
    elif exact < 0:
        faults.append(f"{where}：{NEGATIVE}")
    return exact or 0


def _fen(number: str, fen: int) -> int | None:
    whole, _, decimals = number.partition(".")
    scaled = int(whole + decimals) * fen
    exact, left = divmod(scaled, 10 ** len(decimals))
    return None if left else exact
