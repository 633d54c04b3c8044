"""Intake's table of applications."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.case_payees import NamedPayee
from contracts.enterprises import Payee
from contracts.given_materials import FiledMaterial
from contracts.intake import Claim
from contracts.message import TenantId
from contracts.rule import Fact, ParameterValue
from copies.merged_enterprises import OF_ENTERPRISE
from services.intake.applications.domain import AlreadyReplaced, Application, ApplicationUnknown, DuplicateApplication
from services.intake.applications.earlier_applications import Filed

METADATA = MetaData()

APPLICATION = Table(
    "application",
    METADATA,
    *aggregate_columns(),
    Column("enterprise_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("claim", JSONB, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("figures", JSONB, nullable=False),
    Column("payee", JSONB(none_as_null=True)),
    Column("account_needed", Boolean, nullable=False),
    Column("estimated_fen", BigInteger),
    Column("lowest_fen", BigInteger),
    Column("highest_fen", BigInteger),
    Column("commitments", JSONB, nullable=False),
    Column("credit_commitment", Boolean, nullable=False),
    Column("materials", JSONB, nullable=False),
    Column("payees", JSONB, nullable=False),
    Column("nomination_id", Text),
    Column("replaces", Text),
    Column("query_code_sealed", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
)


ApplicantPeriod = tuple[str, str]
"""An enterprise's id, and what it claims for (`Application.period`)."""


class FiledBefore(NamedTuple):
    """The claim that an enterprise has filed already."""

    receipt: str
    at: datetime


FILES = OF_ENTERPRISE.replace("CAST(:enterprise AS text)", "asked.enterprise")
CLAIMED = f"""
SELECT asked.enterprise, asked.period, claim.receipt, claim.submitted_at FROM unnest(CAST(:enterprises AS text[]), CAST(:periods AS text[])) AS asked(enterprise, period)
CROSS JOIN LATERAL (SELECT a.receipt, a.submitted_at FROM application a WHERE a.tenant = :tenant AND a.item_id = :item_id AND a.replaces IS NULL
    AND a.period = asked.period AND a.enterprise_id {FILES} LIMIT 1) AS claim
"""
"""What was filed in another's place was claimed when the first of them was; what was filed under a dossier that
was merged into the enterprise's own is its own."""

FILED = f"""
SELECT a.id, a.receipt, later.receipt AS replaced_by FROM application a
LEFT JOIN application later ON (later.tenant, later.replaces) = (a.tenant, a.id)
WHERE a.receipt = :receipt AND a.tenant = :tenant AND a.item_id = :item_id
    AND a.period = :period AND a.enterprise_id {OF_ENTERPRISE}
"""


class Applications(AggregateStore[Application]):
    """What enterprises have filed, and what departments have filed for them, under one rule: once per period."""

    table = APPLICATION
    aggregate_type = "application"
    missing = ApplicationUnknown
    refusals = {
        "application_first_of_period": DuplicateApplication,
        "application_replaced_once": AlreadyReplaced,
    }

    def claimed(self, item_id: str, asked: Collection[ApplicantPeriod]) -> set[ApplicantPeriod]:
        """Those of `asked` for which an enterprise of the unit of work's tenant has claimed the item already."""
        return set(self.claims(item_id, asked, self._uow.tenant))

    def claims(
        self, item_id: str, asked: Collection[ApplicantPeriod], tenant: TenantId
    ) -> dict[ApplicantPeriod, FiledBefore]:
        """The same of `tenant`'s enterprises, with the claim that is there."""
        ordered = sorted(set(asked))
        rows = self._uow.execute(
            CLAIMED,
            {
                "tenant": tenant,
                "item_id": item_id,
                "enterprises": [enterprise for enterprise, _ in ordered],
                "periods": [period for _, period in ordered],
            },
        )
        return {(row.enterprise, row.period): FiledBefore(row.receipt, row.submitted_at) for row in rows}

    def filed(self, item_id: str, applicant_period: ApplicantPeriod, receipt: str) -> Filed | None:
        """The application with this receipt, if it is this enterprise's for this item and period."""
        enterprise, period = applicant_period
        wanted = {"tenant": self._uow.tenant, "item_id": item_id, "enterprise": enterprise, "period": period}
        row = self._uow.execute(FILED, {**wanted, "receipt": receipt.upper()}).first()
        return Filed(row.id, row.receipt, row.replaced_by) if row is not None else None

    def to_row(self, aggregate: Application) -> dict[str, Any]:
        return {
            "enterprise_id": aggregate.claim.enterprise_id,
            "item_id": aggregate.claim.item_id,
            "period": aggregate.period,
            "receipt": aggregate.claim.receipt,
            "claim": aggregate.claim.model_dump(mode="json"),
            "facts": [fact.model_dump(mode="json") for fact in aggregate.facts],
            "figures": [figure.model_dump(mode="json") for figure in aggregate.figures],
            "payee": aggregate.payee.model_dump(mode="json") if aggregate.payee is not None else None,
            "account_needed": aggregate.account_needed,
            "estimated_fen": aggregate.estimated_fen,
            "lowest_fen": aggregate.lowest_fen,
            "highest_fen": aggregate.highest_fen,
            "commitments": list(aggregate.commitments),
            "credit_commitment": aggregate.credit_commitment,
            "materials": [each.model_dump(mode="json") for each in aggregate.materials],
            "payees": [each.model_dump(mode="json") for each in aggregate.payees],
            "nomination_id": aggregate.nomination_id,
            "replaces": aggregate.claim.replaces.application_id if aggregate.claim.replaces else None,
            "query_code_sealed": aggregate.query_code_sealed,
            "submitted_by": aggregate.submitted_by,
            "submitted_at": aggregate.submitted_at,
        }

    def from_row(self, row: RowMapping) -> Application:
        return Application(
            **self.frame_fields(row),
            claim=Claim.model_validate(row["claim"]),
            period=row["period"],
            facts=tuple(Fact.model_validate(fact) for fact in row["facts"]),
            figures=tuple(ParameterValue.model_validate(figure) for figure in row["figures"]),
            payee=Payee.model_validate(row["payee"]) if row["payee"] is not None else None,
            account_needed=row["account_needed"],
            estimated_fen=row["estimated_fen"],
            lowest_fen=row["lowest_fen"],
            highest_fen=row["highest_fen"],
            commitments=tuple(row["commitments"]),
            credit_commitment=row["credit_commitment"],
            materials=tuple(FiledMaterial.model_validate(each) for each in row["materials"]),
            payees=tuple(NamedPayee.model_validate(each) for each in row["payees"]),
            nomination_id=row["nomination_id"],
            query_code_sealed=row["query_code_sealed"],
            submitted_by=row["submitted_by"],
            submitted_at=row["submitted_at"],
        )
