"""How a claim that was admitted is filed: with a receipt number and a query code, for an enterprise or from a list."""

from __future__ import annotations

from chassis.foundation.ids import random_code
from chassis.foundation.secrecy import Cipher
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.enterprises import FactRecorders
from contracts.identity import PLATFORM
from contracts.intake import ReplacedClaim, SubmitApplication
from contracts.message import TenantId
from services.intake.applications.admission import Admission
from services.intake.applications.domain import Application, Numbers, claim_of
from services.intake.applications.receivers import needs_own_account
from services.intake.catalog_copies.domain import Applicant, PublishedItem


def receipt_head(item: PublishedItem, uow: UnitOfWork) -> str:
    """The prefix of the item's tenant, by which the tracking page finds the case, and the date in China."""
    prefix = uow.registry.settings(item.tenant).receipt_prefix
    return f"{prefix}-{uow.now.astimezone(CHINA):%Y%m%d}"


def issue_numbers(head: str, application_id: str, tenant: TenantId, cipher: Cipher) -> Numbers:
    """`tenant` is the enterprise's. The query code is a secret of the applicant's: the row keeps it sealed, and only a digest travels.

    The digest is keyed. There are so few codes that whoever reads a plain one tries them all in an hour.
    """
    receipt, code = f"{head}-{random_code(8)}", random_code(8)
    return Numbers(
        application_id=application_id,
        receipt=receipt,
        query_code=code,
        sealed=cipher.seal(code, purpose="query_code", tenant=tenant),
        digest=cipher.hmac(cipher.digest(f"{receipt}{code}"), purpose="query_code_digest", tenant=PLATFORM),
    )


def application_of(
    item: PublishedItem,
    enterprise: Applicant,
    admission: Admission,
    numbers: Numbers,
    uow: UnitOfWork,
    *,
    said: SubmitApplication | None = None,
    nomination_id: str | None = None,
    replaces: ReplacedClaim | None = None,
) -> Application:
    """The claim as it is filed, with what it stands on; `said` is what the applicant pledges and names, if it applies itself."""
    return Application(
        id=numbers.application_id,
        tenant=enterprise.tenant,
        traceparent=uow.traceparent,
        claim=claim_of(enterprise, item, numbers, replaces),
        period=admission.period,
        facts=admission.facts,
        figures=admission.figures,
        recorders=_recorders(enterprise, admission),
        payee=enterprise.payee,
        account_needed=enterprise.payee is None and needs_own_account(item.content.rules),
        estimated_fen=admission.amount_fen,
        lowest_fen=admission.lowest_fen,
        highest_fen=admission.highest_fen,
        commitments=said.commitments if said is not None else (),
        credit_commitment=said is not None and said.credit_commitment,
        materials=admission.materials,
        payees=said.payees if said is not None else (),
        nomination_id=nomination_id,
        query_code_sealed=numbers.sealed,
        submitted_by=uow.actor.id,
        submitted_at=uow.now,
    )


def _recorders(enterprise: Applicant, admission: Admission) -> tuple[FactRecorders, ...]:
    """Whose word the facts of the claim are, as far as they come from the dossier."""
    claimed = {(fact.name, fact.period) for fact in admission.facts}
    return tuple(each for each in enterprise.recorders if (each.name, each.period) in claimed)
