"""Applications: what they are, what they say and why they are not taken. Pure: time, ids and codes are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.case_payees import NamedPayee
from contracts.enterprises import FactRecorders, Payee
from contracts.given_materials import FiledMaterial
from contracts.intake import (
    ApplicationSubmitted,
    Claim,
    FilingReceipt,
    ReplacedClaim,
)
from contracts.refusal import Invalid, NotFound, Reason
from contracts.rule import Fact, ParameterValue
from services.intake.catalog_copies.domain import Applicant, PublishedItem, shown_title

RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "item_unknown": ("policy_item", "tenant"),
    "item_suspended": ("policy_item",),
    "window_closed": ("policy_item",),
    "enterprise_unknown": ("enterprise",),
    "payee_account_missing": ("payee_account",),
    "payee_name_mismatch": ("payee_account",),
    "material_not_in_file": ("material",),
    "facts_missing": ("enterprise",),
    "fact_contradicts_dossier": ("enterprise",),
    "facts_contradict": ("enterprise",),
    "not_eligible": ("enterprise", "outside_figure"),
    "outside_figure_missing": ("outside_figure",),
    "amount_mismatch": ("enterprise", "outside_figure", "policy_item"),
    "amount_undetermined": ("enterprise", "outside_figure"),
    "nothing_payable": ("enterprise", "outside_figure"),
}
"""Reasons that the catalogue may just have done away with, and by events of what. All others are the applicant's to mend,
or will not change."""


class Declined(Invalid):
    """Something stands against it; the first reason gives the headline, `reasons` lists everything at once.

    It rests on the copies of the catalogue where every single reason does.
    """

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(*reasons)
        if reasons:
            self.code, self.message = reasons[0].code, reasons[0].message
        if all(each.code in RESTS_ON for each in reasons):
            self.rests_on = tuple(dict.fromkeys(of for each in reasons for of in RESTS_ON[each.code]))


class ApplicationRefused(Declined):
    """The application cannot be taken."""

    code = "application_refused"
    sentence = "该申报不符合申报条件。"


class DuplicateApplication(ApplicationRefused):
    """The enterprise has claimed this item for this period already; of two at once, one is told so."""

    code = "duplicate_application"
    sentence = "该企业在本期内已申报过此事项，不能重复申报；原申报未获批准的，请注明所替代的收件编号后重新申报。"


DUPLICATE = Reason(code=DuplicateApplication.code, message=DuplicateApplication.sentence, field="item_id")


class AlreadyReplaced(ApplicationRefused):
    """Another application has been filed in its place; of two at once, one is told so."""

    code = "application_already_replaced"
    sentence = "所替代的申报已另有重新申报，请注明最近一次的收件编号。"


class ApplicationUnknown(NotFound):
    """No application of this person's has this id."""

    code = "application_unknown"
    sentence = "没有找到该申报。"


@dataclass(frozen=True, slots=True)
class Numbers:
    """What identifies one claim to people: the receipt number, and the query code that goes with it.

    `sealed` is the code as it is stored (purpose `query_code`); `digest` is of receipt and code together.
    """

    application_id: str
    receipt: str
    query_code: str
    sealed: str
    digest: str


@dataclass(kw_only=True, slots=True)
class Application(Aggregate):
    """One enterprise's claim as filed, by itself or by a department's list (`nomination_id`).

    It belongs to the enterprise's tenant; the case that follows belongs to the item's (`claim.tenant`). `period` is
    what the item's frequency allows one claim for. `facts` and the outside `figures` are what the amount follows
    from; `recorders`, whose word these facts are, is told with it and not kept. `payee` is absent where the enterprise
    names its account later, `materials` what it gave of its file; `account_needed` says that some of the money is for itself and there was none.
    """

    claim: Claim
    period: str
    facts: tuple[Fact, ...]
    figures: tuple[ParameterValue, ...] = ()
    recorders: tuple[FactRecorders, ...] = ()
    payee: Payee | None = None
    account_needed: bool = False
    estimated_fen: int | None
    lowest_fen: int | None = None
    highest_fen: int | None = None
    commitments: tuple[str, ...] = ()
    credit_commitment: bool = False
    materials: tuple[FiledMaterial, ...] = ()
    payees: tuple[NamedPayee, ...] = ()
    nomination_id: str | None = None
    query_code_sealed: str
    submitted_by: str
    submitted_at: datetime

    def submit(self, query_code_digest: str) -> None:
        """The enterprise has applied; the item's tenant opens the case."""
        self.record(
            ApplicationSubmitted(
                claim=self.claim,
                facts=self.facts,
                figures=self.figures,
                recorders=self.recorders,
                payee=self.payee,
                estimated_fen=self.estimated_fen,
                commitments=self.commitments,
                credit_commitment=self.credit_commitment,
                materials=self.materials,
                payees=self.payees,
                query_code_digest=query_code_digest,
                submitted_by=self.submitted_by,
                submitted_at=self.submitted_at,
            ),
            to=self.claim.tenant,
        )

    def receipt(self, query_code: str) -> FilingReceipt:
        """收件回执."""
        return FilingReceipt(
            application_id=self.id,
            receipt=self.claim.receipt,
            query_code=query_code,
            item_id=self.claim.item_id,
            item_version=self.claim.item_version,
            item_title=self.claim.item_title,
            estimated_fen=self.estimated_fen,
            account_needed=self.account_needed,
            lowest_fen=self.lowest_fen,
            highest_fen=self.highest_fen,
            submitted_at=self.submitted_at,
        )


def claim_of(
    enterprise: Applicant, item: PublishedItem, numbers: Numbers, replaces: ReplacedClaim | None = None
) -> Claim:
    """The claim of `enterprise` under this version of `item`, in the place of `replaces` if there was an earlier one."""
    plan = item.content.rules.plan
    return Claim(
        application_id=numbers.application_id,
        receipt=numbers.receipt,
        tenant=item.tenant,
        filed_in=enterprise.tenant,
        enterprise_id=enterprise.enterprise_id,
        enterprise_name=enterprise.name,
        uscc=enterprise.uscc,
        item_id=item.item_id,
        item_version=item.version,
        item_title=shown_title(item.content),
        mode=plan.mode.value,
        department=plan.department,
        department_id=item.department_id,
        replaces=replaces,
    )
