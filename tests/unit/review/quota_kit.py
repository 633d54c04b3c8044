"""Items whose money or places do not reach everybody, and claims on them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chassis.testing.fakes import NOON, FakeUnit
from contracts.refusal import Refused
from contracts.review import ApproveCase, RejectCase
from contracts.rule import FactAmount, ItemRules, Quota
from services.review.cases import use_cases
from services.review.cases.case import Case
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import facts, item_rules, opened

WAN = 1_000_000
"""Fen of 1 万元."""

RANK = {"node": "ranked", "keys": [{"by": {"node": "fact", "fact": "rd_expense", "period": "Y"}}]}


def limited(*quotas: dict[str, Any], **words: Any) -> ItemRules:
    """What is claimed, in 万元, under these quotas."""
    rules = item_rules(amount=FactAmount(fact="rd_expense", period="Y"), frequency="per_event", **words)
    return rules.model_copy(update={"quotas": tuple(Quota.model_validate(each) for each in quotas)})


def pot(wan: int, when_short: str = "stop", **more: Any) -> dict[str, Any]:
    return {"pot": str(wan), "pot_unit": "万元", "when_short": when_short, **more}


def filed(uow: FakeUnit, number: int, wan: int, **words: Any) -> Case:
    """The claim of another firm, `number` minutes after noon."""
    return opened(
        uow,
        at=NOON + timedelta(minutes=number),
        known=facts(rd=str(wan)),
        estimated_fen=wan * WAN,
        uscc=f"9136070200000{number:04d}X",
        enterprise_id=f"enterprise-{number}",
        **words,
    )


def approved(uow: FakeUnit, case: Case, fen: int | None = None) -> list[str]:
    """Approve it with its amount; → the codes of what stands against it."""
    asked = fen if fen is not None else case.amount_fen or 0
    try:
        use_cases.approve_case(ApproveCase(case_id=case.id, amount_fen=asked, expected_version=case.version), uow)
    except Refused as refused:
        return [each.code for each in refused.reasons]
    return []


def rejected(uow: FakeUnit, case: Case) -> None:
    use_cases.reject_case(
        RejectCase(
            other_grounds=OWN_GROUNDS, case_id=case.id, reason="额度已用完，不予批准", expected_version=case.version
        ),
        uow,
    )
