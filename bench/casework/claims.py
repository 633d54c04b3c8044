"""Items, claims and events of a measurement: what would have come from catalog and intake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bench.filings import COUNTY, credit_code, sample_case, sample_item
from chassis.write.outbox import outbox_rows
from contracts.aggregate import Aggregate
from contracts.enterprises import Payee
from contracts.intake import ApplicationSubmitted, Claim, EnterprisesNominated, NominatedLine
from contracts.item import PolicyItemContent
from contracts.message import Event
from contracts.policies import PolicyPublished
from contracts.rule import Fact, JointCheck, Mode

CHECKED_BY = ("税务部门", "公安部门")
"""Whom the plan asks: departments that answer are known by what they are there for."""

NOMINATED_AT_ONCE = 500
LISTED = "listed"
"""The id of the item of lists."""


def three_step_item() -> PolicyItemContent:
    """The sample item without papers: a machine checks the materials, two departments answer beside one another, one person
    approves."""
    return _with_plan(materials=[], steps=_steps(JointCheck(departments=CHECKED_BY).model_dump(mode="json")))


def listed_item() -> PolicyItemContent:
    """The sample item as a department pushes it: nobody applies, and the list is the department's own decision."""
    return _with_plan(materials=[], steps=_steps(), mode=Mode.NO_APPLICATION, form_fields=[], review_limit=None)


def _steps(*between: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [{"kind": "material_check"}, *between, {"kind": "approval"}]


def _with_plan(**changes: Any) -> PolicyItemContent:
    item = sample_item()
    item["rules"]["plan"] |= changes
    return PolicyItemContent.model_validate(item)


def published(item: PolicyItemContent) -> PolicyPublished:
    return PolicyPublished(item_id=LISTED, item_version=1, content=item, tenant=COUNTY)


def facts() -> tuple[Fact, ...]:
    case = sample_case()
    return tuple(Fact.model_validate(each) for each in (*case["file_facts"], *case["declared_facts"]))


def amount_fen() -> int:
    """What the sample case is worth."""
    return int(sample_case()["expected_fen"])


def claim(number: int, item: PolicyItemContent, item_id: str, department_id: str | None = None) -> Claim:
    """Of an enterprise of its own."""
    return Claim(
        application_id=f"claim-{number:07d}", receipt=f"BENCH-{number:07d}", tenant=COUNTY, filed_in=COUNTY,
        enterprise_id=f"enterprise-{number:07d}", enterprise_name=f"示例企业{number:07d}", uscc=credit_code(number),
        item_id=item_id, item_version=1, item_title=item.title, mode=item.rules.plan.mode.value,
        department=item.rules.plan.department, department_id=department_id,
    )  # fmt: skip


def submitted(about: Claim) -> ApplicationSubmitted:
    """The sample case, filed by this enterprise."""
    return ApplicationSubmitted(
        claim=about, facts=facts(), payee=_payee(about), estimated_fen=amount_fen(), query_code_digest="none",
        submitted_by="clerk", submitted_at=datetime.now(UTC),
    )  # fmt: skip


def nominations(item: PolicyItemContent, lines: int) -> Iterator[EnterprisesNominated]:
    """A list as intake tells of it: chunks of at most 500 lines."""
    known, worth = facts(), amount_fen()
    for first in range(0, lines, NOMINATED_AT_ONCE):
        claims = [claim(number, item, LISTED) for number in range(first, min(first + NOMINATED_AT_ONCE, lines))]
        told = tuple(
            NominatedLine(claim=each, facts=known, payee=_payee(each), amount_fen=worth, query_code_digest="none")
            for each in claims
        )
        yield EnterprisesNominated(
            nomination_id=f"list-{first}", lines=told, nominated_by="leader", nominated_at=datetime.now(UTC)
        )


def wire(event: Event, subject: str, at: datetime, tenant: str = COUNTY) -> str:
    """The event as it travels, the first of an aggregate of its own."""
    aggregate = Aggregate(id=subject, tenant=tenant)
    aggregate.record(event)
    (row,) = outbox_rows(aggregate, event.aggregate, at, None)
    return row.body


def _payee(about: Claim) -> Payee:
    return Payee(
        account_id=f"account-{about.enterprise_id}", account_version=1, account_name=about.enterprise_name,
        account_sealed="sealed", account_masked="…1234", bank_name="示例银行",
    )  # fmt: skip
