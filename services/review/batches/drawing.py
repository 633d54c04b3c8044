"""How a batch is worked out: every claim with what it asks, its place, and what it is allotted. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.money import ZERO
from contracts.rule import Allotment, ItemRules
from rules.batches import allot, ties
from services.review.batches.domain import SERVED, BatchEntry, in_order
from services.review.cases.case import Case
from services.review.quotas.domain import NOTHING, PotUse, QuotaClaim


@dataclass(frozen=True, slots=True)
class Drawn:
    """A case that may be in a batch: as its quota sees it, and what still stands against it."""

    case: Case
    claim: QuotaClaim
    not_ready: str = ""


def worked_out(
    rules: ItemRules, number: int, drawn: Sequence[Drawn], use: PotUse, today: date, *, with_unready: bool
) -> tuple[BatchEntry, ...]:
    """The lines of the batch, in their order. Those that are not ready take no part, unless `with_unready`."""
    quota = rules.quotas[number]
    inside = [each for each in drawn if each.claim.money is not None and (with_unready or not each.not_ready)]
    asking = [each.claim.as_asked(each.claim.asks(quota, each.claim.money) or ZERO) for each in inside]
    said = {each.claim_id: each for each in allot(rules, quota, asking, today, used=use.takes, places_taken=use.places)}
    tied = {id: len(tie.claim_ids) - 1 for tie in ties(rules, quota, asking, today) for id in tie.claim_ids}
    return in_order([_entry(rules, number, each, said.get(each.case.id), tied, today) for each in drawn])


def mark_of(case: Case) -> str:
    """What the case rests on, as one word: its facts, figures and decisions, and what they come to."""
    kept = [
        [each.model_dump(mode="json") for each in case.facts],
        [each.model_dump(mode="json") for each in case.decisions],
        [each.model_dump(mode="json") for each in case.parameters],
        case.assessment.verdict.state.value,
    ]
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:24]


def marked(case: Case, claim: QuotaClaim) -> str:
    """The mark with the amount, which earlier awards move as well."""
    return f"{mark_of(case)}-{claim.money.fen if claim.money is not None else 'x'}"


def _entry(
    rules: ItemRules, number: int, drawn: Drawn, said: Allotment | None, tied: Mapping[str, int], today: date
) -> BatchEntry:
    case, claim = drawn.case, drawn.claim
    amount = claim.money.fen if claim.money is not None else None
    told = {
        "case_id": case.id,
        "receipt": case.claim.receipt,
        "enterprise_name": case.claim.enterprise_name,
        "filed_at": case.received_at,
        "mark": marked(case, claim),
        "not_ready_zh": drawn.not_ready,
    }
    if said is None:
        why = drawn.not_ready or "金额尚不能确定"
        return BatchEntry(**told, amount_fen=amount, outcome="not_ready", reason=f"未办到审批：{why}")  # type: ignore[arg-type]
    quota = rules.quotas[number]
    takes = NOTHING
    if said.outcome in SERVED:
        asked = claim.asks(quota, claim.money) or ZERO
        whole = claim.takes(rules, quota, asked, today) or NOTHING
        takes = whole * said.money.fen / asked.fen if asked.fen else whole
    return BatchEntry(
        **told,  # type: ignore[arg-type]
        amount_fen=amount,
        outcome=said.outcome,
        reason=said.reason,
        place=said.place,
        allotted_fen=said.money.fen,
        takes=takes,
        tied_with=tied.get(case.id, 0),
    )
