"""What the register is asked, and what it keeps of a claim that is granted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from contracts.intake import Claim
from contracts.message import TenantId
from contracts.rule import (
    Assessment,
    AtMostOf,
    AwardHistory,
    AwardKey,
    Fact,
    FactSheet,
    Instalment,
    InstalmentPlan,
    InstalmentRecord,
    Instalments,
    ItemRules,
    Level,
    OncePer,
)
from rules.facts import reader_of
from rules.stacking import candidate_keys, key_facts

AWARDS_MOVED = "awards_moved"
"""The job by which other open cases of a person are looked at again. Its subject is the credit code."""

PartFen = tuple[str | None, int]
"""The name of a part of an item (None: it has none), and what was granted for it."""


@dataclass(frozen=True, slots=True)
class AwardAsked:
    """Whose history is asked for: a claim under a pinned item, or a later instalment of it.

    `family` is the item's code. The claim is known to the rules by the id of its application. `paid_before` is how earlier
    instalments of it ended as the case knows: those that pay nothing are no awards, and the register may not have heard of them.
    """

    case_id: str
    tenant: TenantId
    claim: Claim
    family: str
    rules: ItemRules
    instalment: int = 1
    facts: tuple[Fact, ...] = ()
    paid_before: AwardHistory | None = None

    @property
    def claim_id(self) -> str:
        return self.claim.application_id

    @property
    def key_facts(self) -> tuple[str, ...]:
        """The facts that tell what awards are for, as far as the rules ask for it."""
        return tuple(sorted({fact for fact, _period in key_facts(self.rules)}))

    @property
    def keys(self) -> tuple[AwardKey, ...]:
        """What the claim may be for: every value of these facts, of whatever period."""
        names = set(self.key_facts)
        return tuple(
            AwardKey(fact=name, value=value)
            for name, value in sorted({(f.name, v) for f in self.facts if f.name in names for v in _codes(f)})
        )

    @property
    def keys_for_all(self) -> tuple[AwardKey, ...]:
        """Those of its keys that serve once whoever has them."""
        everywhere = {
            rule.within.key.fact
            for rule in self.rules.stacking
            if isinstance(rule, OncePer) and rule.across_enterprises and rule.within.key
        }
        return tuple(key for key in self.keys if key.fact in everywhere)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that the rules limit, and those that the item is of."""
        limited = {rule.group for rule in self.rules.stacking if isinstance(rule, AtMostOf)}
        return tuple(sorted(limited | set(self.rules.groups)))

    @property
    def locks(self) -> frozenset[str]:
        """What serves once (a certificate, a graduate): while it is decided about, nobody else grants anything for it."""
        once = {rule.within.key.fact for rule in self.rules.stacking if isinstance(rule, OncePer) and rule.within.key}
        return frozenset(f"{key.fact}\x1f{key.value}" for key in self.keys if key.fact in once)


@dataclass(frozen=True, slots=True)
class GrantedAward:
    """What a claim is granted, or what became of a later instalment of it; `parts` are none where nothing is granted.

    `whole_fen` is what all instalments come to, where the first fixes it; `ahead_fen` what of it is still to be paid
    (None: all that has not been granted yet). `records` is what becomes of the instalments that are over with it.
    """

    case_id: str
    tenant: TenantId
    claim: Claim
    family: str
    title: str
    level: Level
    groups: tuple[str, ...]
    year: int
    period: str
    instalment: int
    schedule: int | None
    claim_year: int | None
    whole_fen: int | None
    records: tuple[InstalmentRecord, ...]
    keys: tuple[AwardKey, ...]
    parts: Sequence[PartFen]
    granted_on: date
    revision: int = 1
    ahead_fen: int | None = None

    @property
    def fen(self) -> int:
        return sum(fen for _part, fen in self.parts)

    @property
    def counted_year(self) -> int:
        """The year whose caps it counts against: of a whole that is fixed, that of the claim."""
        return self.claim_year if self.whole_fen is not None and self.claim_year is not None else self.year

    def ahead(self, before_fen: int) -> list[PartFen]:
        """What is still to be paid, in the proportion of the parts, where `before_fen` were granted by instalments before.

        An instalment that pays a fraction pays it of every part.
        """
        left = self.ahead_fen
        if left is None:
            over = any(record.outcome == "stopped" for record in self.records)
            left = 0 if over or self.whole_fen is None else max(self.whole_fen - before_fen - self.fen, 0)
        return proportioned(left, self.parts) if left else []


def proportioned(fen: int, parts: Sequence[PartFen]) -> list[PartFen]:
    """`fen` divided as the parts are; the last one takes what rounding leaves. Without money in them: to none by name."""
    total = sum(each for _part, each in parts)
    if not total:
        return [(None, fen)]
    given = [(part, fen * each // total) for part, each in parts[:-1]]
    return [*given, (parts[-1][0], fen - sum(each for _part, each in given))]


def granted_award(
    asked: AwardAsked,
    assessment: Assessment,
    *,
    level: Level,
    year: int,
    period: str,
    granted_on: date,
    history: AwardHistory | None = None,
    amount_fen: int | None = None,
    revision: int = 1,
) -> GrantedAward:
    """What the register keeps of it. `history` is the one that it was assessed with; `amount_fen` what was granted, if
    that is not what the assessment says. `year` is the reference year that it is granted for.
    """
    records = assessment.instalment.records if assessment.instalment is not None else ()
    plan, whole_fen = asked.rules.instalments, _whole(asked, assessment, history)
    schedule = assessment.instalment.schedule if assessment.instalment is not None else None
    over = (*(history.instalments if history is not None else ()), *records)
    return GrantedAward(
        case_id=asked.case_id,
        tenant=asked.tenant,
        claim=asked.claim,
        family=asked.family,
        title=asked.claim.item_title,
        level=level,
        groups=asked.rules.groups,
        year=year,
        period=period,
        instalment=asked.instalment,
        schedule=schedule,
        claim_year=_claim_year(asked, history, year),
        whole_fen=whole_fen,
        records=records,
        keys=_keys(asked, year, granted_on),
        parts=_granted_parts(assessment, amount_fen),
        granted_on=granted_on,
        revision=revision,
        ahead_fen=remaining(plan, schedule, whole_fen, over) if plan is not None and whole_fen is not None else 0,
    )


def _keys(asked: AwardAsked, year: int, on: date) -> tuple[AwardKey, ...]:
    sheet = FactSheet(facts=asked.facts, reference_year=year)
    return candidate_keys(asked.rules, reader_of(asked.rules, sheet, on))


def remaining(
    plan: Instalments, schedule: int | None, whole_fen: int, records: Iterable[InstalmentRecord]
) -> int | None:
    """What is still to be paid of a whole once these are over; what was skipped or reduced is lost. None: not known."""
    over = list(records)
    if any(record.outcome == "stopped" for record in over):
        return 0
    parts = _parts_of(plan, schedule)
    last = max((record.number for record in over), default=0)
    if parts is None or any(part.fraction is None for part in parts):
        return 0 if parts is not None and last >= len(parts) else None
    done = sum((Fraction(part.fraction or 0) for part in parts[:last]), Fraction(0))
    return whole_fen - int(whole_fen * done)


def _parts_of(plan: Instalments, schedule: int | None) -> Sequence[Instalment] | None:
    if isinstance(plan, InstalmentPlan):
        return plan.parts
    if schedule is None:
        return None
    return plan.rows[schedule].parts if schedule < len(plan.rows) else plan.otherwise


def _whole(asked: AwardAsked, assessment: Assessment, history: AwardHistory | None) -> int | None:
    """What all instalments come to, where it is fixed: with the first, and since then as it was."""
    if asked.rules.instalments is None or asked.rules.instalments.whole != "fixed":
        return None
    known = history.whole if history is not None and asked.instalment > 1 else None
    whole = known or assessment.amount.whole
    return whole.fen if whole is not None else None


def _claim_year(asked: AwardAsked, history: AwardHistory | None, year: int) -> int | None:
    if asked.rules.instalments is None:
        return None
    return history.claim_year if history is not None and asked.instalment > 1 and history.claim_year else year


def _granted_parts(assessment: Assessment, amount_fen: int | None) -> tuple[PartFen, ...]:
    """Part by part where that is what was granted; as a whole where somebody has decided on another amount."""
    amount = assessment.amount
    fen = amount_fen if amount_fen is not None else amount.money.fen if amount.money is not None else 0
    parts = tuple((part.part, part.money.fen) for part in amount.parts if part.money.fen > 0)
    if parts and sum(each for _part, each in parts) == fen:
        return parts
    named = {part.part for part in amount.parts}
    if fen:
        return ((named.pop() if len(named) == 1 else None, fen),)
    return ((None, 0),) if amount.benefits else ()


def _codes(fact: Fact) -> Sequence[str]:
    return [str(each) for each in fact.value] if isinstance(fact.value, tuple) else [str(fact.value)]
