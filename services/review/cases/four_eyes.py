"""Whoever has recorded a fact does not decide the case that rests on it (四眼). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contracts.enterprises import FactRecorders
from contracts.message import Id
from contracts.refusal import Conflict
from contracts.rule import FactType
from rules.facts import label


class RecorderDecides(Conflict):
    """Two persons: one says the fact, another grants or refuses on it. Any other person of the duty may decide."""

    code = "fact_recorder_decides"
    sentence = (
        "办件所依据的{facts}由您本人录入（或由您撤回此前的记录），不能由您一人决定，"
        "请由本部门同岗位的其他人员办理；没有其他人员的，请先登记代办人。"
    )


class RecorderNominates(Conflict):
    """A list approves by itself what another person has recorded; what its own author has recorded somebody else decides."""

    code = "fact_recorder_nominates"
    sentence = "办件所依据的{facts}与名单由同一人录入，不能自动批准，须由本部门其他人员审核后决定。"


def recorded_by(recorders: Iterable[FactRecorders], person: Id) -> frozenset[str]:
    """The names of the facts that are this person's word."""
    return frozenset(each.name for each in recorders if person in each.persons)


def persons_behind(recorders: Iterable[FactRecorders]) -> dict[tuple[str, str | None], tuple[Id, ...]]:
    """Whose word each fact is."""
    return {(each.name, each.period): each.persons for each in recorders}


def called(names: Iterable[str], types: Mapping[str, FactType]) -> str:
    """Facts as the item calls them, for a sentence."""
    return "、".join(f"“{label(name, types)}”" for name in sorted(names))
