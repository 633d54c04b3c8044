"""The file of a cohort that `./zhida rules run ITEM --cohort FILE` reads: many claims, each with its facts.

Every fault of the file at once, each with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from chassis.time.clock import CHINA
from console.policy.award_files import awards_in
from console.policy.json_files import BadFile, read_json
from console.policy.rule_files import RuleFile, facts_in, quantity_in, read_decisions
from contracts.rule import AwardHistory, Decision, Quota
from contracts.written import NotWritten, day_written
from rules.cohorts import CohortClaim, Spent
from rules.facts import same_dimension
from rules.units import in_base, unit

T = TypeVar("T")
ABOUT_ALL = frozenset({"claims", "parameters", "reference_year", "used", "places_taken"})
ABOUT_ONE = frozenset({"id", "filed_at", "facts", "parameters", "reference_year", "awards", "decided"})
LONGEST_ID = 64
ANY_DAY = date(2000, 1, 1)
"""For reading on where a claim does not say its own day, so that its other faults are told as well."""

UNKNOWN = "不认识的字段（请检查拼写）"


@dataclass(frozen=True, slots=True)
class CohortFile:
    """The claims, and what of each quota (by its number, from 0) was gone before."""

    claims: tuple[CohortClaim, ...]
    spent: Mapping[int, Spent]


def read_cohort(path: str, source: RuleFile) -> CohortFile:
    """Raises BadFile."""
    data = read_json(path)
    if not isinstance(data, dict) or not isinstance(data.get("claims"), list) or not data["claims"]:
        raise BadFile(path, ["/claims：应为列表，至少有一件申报，每件有 id、filed_at 和 facts"])
    faults = [f"/{name}：{UNKNOWN}" for name in sorted(set(data) - ABOUT_ALL)]
    claims = [_claim(each, f"/claims/{index}", data, source, faults) for index, each in enumerate(data["claims"])]
    seen: dict[str, int] = {}
    for index, each in enumerate(data["claims"]):
        name = str(each.get("id")) if isinstance(each, dict) else ""
        if name and seen.setdefault(name, index) != index:
            faults.append(f"/claims/{index}/id：“{name}”与第 {seen[name] + 1} 件重复，每件申报应有自己的编号")
    spent = _spent(data, source.rules.quotas, faults)
    if faults:
        raise BadFile(path, list(dict.fromkeys(faults)))
    return CohortFile(tuple(each for each in claims if each is not None), spent)


def _claim(said: Any, where: str, whole: Mapping[str, Any], source: RuleFile, faults: list[str]) -> CohortClaim | None:
    if not isinstance(said, dict):
        faults.append(f"{where}：应为一个对象（花括号）")
        return None
    faults += [f"{where}/{name}：{UNKNOWN}" for name in sorted(set(said) - ABOUT_ONE)]
    name = said.get("id")
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_ID:
        faults.append(f"{where}/id：应为申报的编号，1 至 {LONGEST_ID} 个字（加引号）")
    filed_at = _instant(said.get("filed_at"))
    if filed_at is None:
        faults.append(f"{where}/filed_at：应为申报时间，如 2026-03-16 09:30")
    day = filed_at.astimezone(CHINA).date() if filed_at is not None else ANY_DAY
    both = {**_of(whole, "reference_year"), **_of(said, "reference_year"), **_of(said, "facts")}
    figures = [each for part in (whole, said) for each in _listed(part.get("parameters", []))]
    facts = _part(lambda: facts_in({**both, "parameters": figures}, "", source.rules, day), where, faults)
    awards = _awards(said, where, source, faults)
    decisions = _decided(said.get("decided", {}), where, source, day, faults)
    if facts is None or filed_at is None or not isinstance(name, str):
        return None
    return CohortClaim(name, filed_at, day, facts, awards, decisions)


def _of(part: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {name: part[name]} if name in part else {}


def _listed(part: Any) -> list[Any]:
    return part if isinstance(part, list) else [part]


def _instant(said: Any) -> datetime | None:
    """A day, or a day with its time; without a zone it is China's."""
    if not isinstance(said, str):
        return None
    try:
        return datetime.combine(day_written(said), time(), CHINA)
    except NotWritten:
        pass
    try:
        read = datetime.fromisoformat(said)
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=CHINA)


def _part(read: Callable[[], T], where: str, faults: list[str]) -> T | None:
    """What a part of a claim says, its faults told with the claim's place."""
    try:
        return read()
    except BadFile as bad:
        told = [fault.removeprefix("/") if fault.startswith("/：") else fault for fault in bad.faults]
        faults += [f"{where}{fault if fault.startswith(('/', '：')) else f'：{fault}'}" for fault in told]
        return None


def _awards(said: Mapping[str, Any], where: str, source: RuleFile, faults: list[str]) -> AwardHistory | None:
    """Earlier awards as in a file of their own, or only the list of them."""
    given = said.get("awards")
    if given is None:
        return None
    whole = {"awards": given} if isinstance(given, list) else given
    place = where if isinstance(given, list) else f"{where}/awards"
    return _part(lambda: awards_in(whole, "", source.family, source.rules), place, faults)


def _decided(said: Any, where: str, source: RuleFile, day: date, faults: list[str]) -> tuple[Decision, ...]:
    if not isinstance(said, dict):
        faults.append(f'{where}/decided：应为一个对象，如 {{"bonus": "50 万元"}}')
        return ()
    texts = [f"{name}={value}" for name, value in said.items()]
    found = _part(lambda: read_decisions(texts, source.rules, day), f"{where}/decided", faults)
    return tuple(found or ())


# -- what is gone before -----------------------------------------------------------------------------------


def _spent(data: Mapping[str, Any], quotas: tuple[Quota, ...], faults: list[str]) -> dict[int, Spent]:
    """`used` and `places_taken`: one for each quota, in the order of the rules; of a single one without brackets."""
    used = _one_for_each("used", data, quotas, faults)
    taken = _one_for_each("places_taken", data, quotas, faults)
    found = {}
    for index, quota in enumerate(quotas):
        found[index] = Spent(_used(used.get(index), quota, index, faults), _taken(taken.get(index), index, faults))
    return found


def _one_for_each(name: str, data: Mapping[str, Any], quotas: tuple[Quota, ...], faults: list[str]) -> dict[int, Any]:
    given = data.get(name)
    if given is None:
        return {}
    listed = given if isinstance(given, list) else [given]
    if len(listed) != len(quotas):
        faults.append(f"/{name}：事项有 {len(quotas)} 项额度，应依次各写一项（没有的写 null），现有 {len(listed)} 项")
        return {}
    return {index: each for index, each in enumerate(listed) if each is not None}


def _used(said: Any, quota: Quota, index: int, faults: list[str]) -> str:
    if said is None:
        return "0"
    number, unit_text = quantity_in(said)
    if quota.pot is None:
        faults.append(f"/used/{index}：该项额度没有总额，不用写已用多少")
    elif not number or not same_dimension(unit_text, quota.pot_unit):
        faults.append(f'/used/{index}：应为数字加单位，如 "120 {quota.pot_unit}"')
    elif in_base(number, unit_text) < 0:
        faults.append(f"/used/{index}：已用的不能为负数")
    else:
        exact = in_base(number, unit_text) / unit(quota.pot_unit).factor
        return format(Decimal(exact.numerator) / Decimal(exact.denominator), "f")
    return "0"


def _taken(said: Any, index: int, faults: list[str]) -> int:
    if said is None:
        return 0
    if type(said) is not int or said < 0:
        faults.append(f"/places_taken/{index}：应为已用的名额数（不小于 0 的整数）")
        return 0
    return said
