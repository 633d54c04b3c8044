"""What served once and what was chosen once: what earlier awards say against this claim, or against a part of it.

An award of which the register does not say what it was for never passes as one for something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.rule import Amount, Award, AwardHistory, ItemRules, MissingFact, Objection, OncePer, SameChoice
from rules.earlier import award_text, tells_its_part
from rules.facts import FactReader
from rules.text.phrases import Names, years_text


@dataclass(frozen=True, slots=True)
class Said:
    """An objection; `asked` is the part of the amount for whose sake it refuses the claim."""

    objection: Objection
    asked: str | None = None

    def holds(self, gross: Amount) -> bool:
        """Whether it is left for what is asked, before anything is taken off: what is asked nothing for is not had
        again.
        """
        if self.asked is None or gross.money is None or not gross.parts:
            return True
        return any(each.part == self.asked and each.money for each in gross.parts)


def said_before(rules: ItemRules, reader: FactReader) -> tuple[Said, ...]:
    """What earlier awards say: a certificate, a graduate, a step or a part that has served already, another choice.

    An objection with a `part` is about that part of the amount alone.
    """
    history = reader.given.awards
    if history is None:
        return ()
    found: list[Said] = []
    for rule in rules.stacking:
        if isinstance(rule, OncePer):
            found += _used_up(rule, history, reader)
        if isinstance(rule, SameChoice):
            found += [Said(each) for each in _changed(rule, history, reader)]
    return tuple(dict.fromkeys(found))


# -- what was chosen ----------------------------------------------------------------------------------------


def _changed(rule: SameChoice, history: AwardHistory, reader: FactReader) -> list[Objection]:
    """What was chosen with an earlier award and is not what is chosen now."""
    fact = rule.key.fact
    families = (history.family, *rule.families)
    earlier = [award for award in history.awards if award.family in families]
    if not earlier:
        return []
    called = Names(reader.fact_types)
    keys = reader.keys(rule.key)
    if isinstance(keys, MissingFact):
        text = f"缺少“{called.label(fact)}”，无法核对是否与以前选定的一致"
        return [Objection(code="key_unknown", text_zh=text)]
    chosen = [award.codes_of(fact) for award in earlier]
    others = sorted({code for codes in chosen if codes and codes != keys for code in codes})
    if others:
        text = f"{called.label(fact)}已选定为“{called.codes(fact, tuple(others))}”，一经选定不得变更"
        return [Objection(code="choice_changed", text_zh=text)]
    silent = [award for award in earlier if not award.codes_of(fact)]
    if not silent:
        return []
    text = f"{_several(silent, reader)}没有记明“{called.label(fact)}”，无法核对是否与以前选定的一致"
    return [Objection(code="key_unknown", text_zh=text)]


def _several(awards: Sequence[Award], reader: FactReader) -> str:
    return "、".join(dict.fromkeys(award_text(award, reader) for award in awards))


# -- what served --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Claim:
    """The awards of one earlier claim. It was had in the year of its first instalment."""

    awards: tuple[Award, ...]

    @property
    def years(self) -> frozenset[int]:
        first = min(award.instalment or 1 for award in self.awards)
        return frozenset(award.year for award in self.awards if (award.instalment or 1) == first)

    def codes(self, fact: str) -> frozenset[str]:
        return frozenset(code for award in self.awards for code in award.codes_of(fact))

    def silent(self, fact: str) -> bool:
        """Whether one of its awards does not say what it was for."""
        return any(not award.codes_of(fact) for award in self.awards)


def _claims(awards: Iterable[Award]) -> list[_Claim]:
    """Awards by the claim that they were granted on. Without a claim each is one of its own, but for later
    instalments beside a first one of the same item for the same thing.
    """
    told: dict[tuple[object, ...], list[Award]] = {}
    alone: dict[tuple[object, ...], list[Award]] = {}
    claims: list[_Claim] = []
    for award in awards:
        if award.claim is not None:
            told.setdefault((award.family, award.claim), []).append(award)
        elif award.instalment is None:
            claims.append(_Claim((award,)))
        else:
            alone.setdefault((award.family, award.keys, award.part), []).append(award)
    claims += [_Claim(tuple(each)) for each in told.values()]
    for group in alone.values():
        first = min(award.instalment or 1 for award in group)
        claims += [_Claim((award,)) for award in group if award.instalment == first]
    return claims


def _used_up(rule: OncePer, history: AwardHistory, reader: FactReader) -> list[Said]:
    given = [*history.awards, *_of_others(rule, history)]
    awards = [award for award in given if award.family in (history.family, *rule.families)]
    if not rule.parts:
        found = _spent(rule, awards, "", reader)
        return [] if found is None else [Said(found)]
    said = []
    for part in rule.parts:
        perhaps = [award for award in awards if award.part == part or not tells_its_part(award, reader)]
        found = _spent(rule, perhaps, part, reader)
        if found is None:
            continue
        if rule.used_up == "drop_part":
            text = f"“{part}”{found.text_zh}，这一部分{'不再' if found.code == 'used_up' else '暂不'}计入"
            said.append(Said(Objection(code=found.code, text_zh=text, part=part)))
        else:
            said.append(Said(Objection(code=found.code, text_zh=f"“{part}”{found.text_zh}"), part))
    return said


def _of_others(rule: OncePer, history: AwardHistory) -> list[Award]:
    """What others had for a key of this rule, where it serves once for all."""
    if not rule.across_enterprises or rule.within.key is None:
        return []
    return [award for award in history.of_others if award.codes_of(rule.within.key.fact)]


def _spent(rule: OncePer, awards: Sequence[Award], part: str, reader: FactReader) -> Objection | None:
    """Why it may not be had again; `awards` are those that may be for it, `part` which part is asked about."""
    year, within = reader.sheet.reference_year, rule.within
    claims = [
        claim
        for claim in _claims(awards)
        if (within.scope == "lifetime" or year in claim.years)
        and (within.years is None or any(abs(year - each) < within.years for each in claim.years))
    ]
    if within.key is None:
        return _too_often(rule, claims, part, reader)
    keys, fact = reader.keys(within.key), within.key.fact
    label = Names(reader.fact_types).label(fact)
    if isinstance(keys, MissingFact):
        return Objection(code="key_unknown", text_zh=f"缺少“{label}”，无法核对是否已经享受") if claims else None
    spent: list[str] = []
    doubtful: list[_Claim] = []
    for key in sorted(keys):
        had = [claim for claim in claims if key in claim.codes(fact) and _is_for(claim, part)]
        perhaps = [claim for claim in claims if claim not in had and (key in claim.codes(fact) or claim.silent(fact))]
        if len(had) >= rule.most:
            spent.append(key)
        elif len(had) + len(perhaps) >= rule.most:
            doubtful += perhaps
    if spent:
        called = Names(reader.fact_types).codes(fact, tuple(spent))
        whoever = "（不论由哪家单位）" if rule.across_enterprises else ""
        return Objection(code="used_up", text_zh=f"{label} {called} 已享受过{whoever}，最多 {rule.most} 次")
    return _untold(doubtful, f"“{label}”", fact, part, reader)


def _too_often(rule: OncePer, claims: Sequence[_Claim], part: str, reader: FactReader) -> Objection | None:
    had = [claim for claim in claims if _is_for(claim, part)]
    if len(had) >= rule.most:
        when = "本年度" if rule.within.scope == "year" else years_text(rule.within.years)
        return Objection(code="used_up", text_zh=f"{when}已享受 {len(had)} 次，最多 {rule.most} 次")
    if len(claims) < rule.most:
        return None
    return _untold([claim for claim in claims if claim not in had], "", "", part, reader)


def _is_for(claim: _Claim, part: str) -> bool:
    """Whether the claim surely had this part."""
    return not part or any(award.part == part for award in claim.awards)


def _untold(claims: Sequence[_Claim], label: str, fact: str, part: str, reader: FactReader) -> Objection | None:
    if not claims:
        return None
    awards = [award for claim in claims for award in claim.awards]
    lacking = [award for award in awards if (label and not award.codes_of(fact)) or (part and award.part != part)]
    what = "、".join(
        each
        for each in (
            label if any(not award.codes_of(fact) for award in awards) else "",
            "属于哪一部分" if part and any(award.part != part for award in awards) else "",
        )
        if each
    )
    return Objection(code="key_unknown", text_zh=f"{_several(lacking, reader)}没有记明{what}，无法核对是否已经享受")
