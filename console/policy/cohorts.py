"""`./zhida rules run ITEM --cohort FILE`: who of many gets what, at which place, and why."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from console.policy.cohort_files import read_cohort
from console.policy.rule_files import RuleFile
from contracts.rule import Quota
from rules.batches import Tie
from rules.claims import subject_to_text
from rules.cohorts import ClaimInCohort, Cohort, settle_cohort

HEADS = ("编号", "名次", "兑付（元）", "结果")


def settled(path: str, source: RuleFile) -> Cohort:
    """The cohort of this file. Raises BadFile."""
    file = read_cohort(path, source)
    return settle_cohort(source.rules, file.claims, file.spent, validity=source.validity)


def cohort_lines(cohort: Cohort, quotas: Sequence[Quota]) -> Iterator[str]:
    """For people: the sum, each quota with its order, then each claim with its reasons."""
    part = sum(each.takes_part for each in cohort.claims)
    yield f"共 {len(cohort.claims)} 件申报，{part} 件参加，合计兑付 {cohort.granted.yuan_text()} 元"
    waiting = [each.claim_id for each in cohort.claims if each.open or _unranked(each)]
    if waiting:
        yield f"尚不能判定或不能排序的 {len(waiting)} 件（{'、'.join(waiting)}）没有分配；补齐后名次和金额可能变化"
    for index, quota in enumerate(quotas):
        yield ""
        yield f"【额度 {index + 1}】{subject_to_text([quota])[0]}"
        yield from _table(_ranked(cohort, index), index)
        yield from (f"  并列：{_tie_text(tie)}" for tie in cohort.ties[index])
    yield ""
    yield "【各件】"
    for each in cohort.claims:
        yield from _claim_lines(each, len(quotas))


def cohort_json(cohort: Cohort, quotas: Sequence[Quota]) -> dict[str, Any]:
    """For programs: the same. `granted` is in fen; the allotments of a claim are by the number of the quota, from 0."""
    return {
        "granted": cohort.granted.fen,
        "quotas": [
            {
                "text_zh": subject_to_text([quota])[0],
                "order": [each.claim_id for each in _ranked(cohort, index)],
                "ties": [{"claims": tie.claim_ids, "to_the_instant": tie.to_the_instant} for tie in cohort.ties[index]],
            }
            for index, quota in enumerate(quotas)
        ],
        "claims": [
            {
                "id": each.claim_id,
                "granted": each.granted.fen,
                "takes_part": each.takes_part,
                "open": each.open,
                "allotments": {str(index): said.model_dump(mode="json") for index, said in each.allotments.items()},
                "assessment": each.assessment.model_dump(mode="json"),
            }
            for each in cohort.claims
        ],
    }


def _ranked(cohort: Cohort, index: int) -> list[ClaimInCohort]:
    """Those on whom the quota spoke, by their place; those that could not be ranked last."""
    spoken = [each for each in cohort.claims if index in each.allotments]
    return sorted(spoken, key=lambda each: (each.allotments[index].place or len(spoken) + 1, each.claim_id))


def _table(ranked: Sequence[ClaimInCohort], index: int) -> Iterator[str]:
    if not ranked:
        yield "  没有参加的申报"
        return
    yield "  " + _row(HEADS)
    for each in ranked:
        said = each.allotments[index]
        yield "  " + _row((each.claim_id, str(said.place or "—"), said.money.yuan_text(), said.reason))


def _row(cells: Sequence[str]) -> str:
    first, place, money, said = cells
    return f"{_wide(first, 14)}{_wide(place, 6)}{_wide(money, 18)}{said}"


def _wide(text: str, width: int) -> str:
    """The text with so many columns at least; a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * max(width - taken, 1)


def _tie_text(tie: Tie) -> str:
    how = "申报时间也相同的按编号先后" if tie.to_the_instant else "先申报的在前"
    return f"{'、'.join(tie.claim_ids)}（{how}）"


def _claim_lines(each: ClaimInCohort, quotas: int) -> Iterator[str]:
    headline = each.assessment.headline
    assert headline is not None, "every assessment made now has one"
    granted = f"兑付 {each.granted.yuan_text()} 元" if each.granted else "未兑付"
    said = granted if each.takes_part or each.granted else "不参加"
    yield f"  {each.claim_id}：{headline.text_zh} → {said}"
    if not each.takes_part:
        yield from (f"    · {why}" for why in headline.why)
    for index, allotment in sorted(each.allotments.items()):
        number = f"额度 {index + 1}：" if quotas > 1 else ""
        yield f"    · {number}{allotment.reason}"


def _unranked(each: ClaimInCohort) -> bool:
    return any(said.outcome == "undetermined" for said in each.allotments.values())
