"""What intake does when an enterprise applies."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.intake import (
    FilingReceipt,
    ReplacedClaim,
    SubmitApplication,
)
from contracts.message import Id
from services.intake.applications.admission import admit
from services.intake.applications.domain import DUPLICATE, ApplicationRefused
from services.intake.applications.earlier_applications import reasons_against_replacing
from services.intake.applications.filing import application_of, issue_numbers, receipt_head
from services.intake.applications.store import Applications
from services.intake.catalog_copies.domain import MaterialCopy, PublishedItem, facts_used
from services.intake.catalog_copies.enterprises import EnterpriseCopies
from services.intake.catalog_copies.items import ItemCopies
from services.intake.catalog_copies.materials import MaterialCopies
from services.intake.drafts.store import ApplicationDrafts
from services.intake.whose import refuse_stranger


def submit_application(cmd: SubmitApplication, uow: UnitOfWork, cipher: Cipher) -> FilingReceipt:
    """An enterprise applies. Raises EnterpriseNotYours, or ApplicationRefused with everything that stands against it."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    item = _within_reach(uow.of(ItemCopies).item(cmd.item_id), uow)
    found = uow.of(EnterpriseCopies).enterprises([cmd.enterprise_id], facts_used(item), tenant=uow.tenant)
    enterprise = found.get(cmd.enterprise_id)
    admission = admit(item, enterprise, cmd, uow.now.astimezone(CHINA).date(), _given(cmd, uow))
    applications = uow.of(Applications)
    applicant_period = (cmd.enterprise_id, admission.period)
    filed = applications.filed(cmd.item_id, applicant_period, cmd.replaces) if cmd.replaces else None
    reasons = [*admission.reasons, *reasons_against_replacing(cmd.replaces, filed)]
    # A duplicate alone is found out by saving it, except under a dossier that was merged into this one.
    asked = bool(reasons) or (enterprise is not None and enterprise.has_absorbed)
    duplicate = filed is None and asked and bool(applications.claimed(cmd.item_id, [applicant_period]))
    if reasons or duplicate or item is None or enterprise is None:
        raise ApplicationRefused(*reasons, *([DUPLICATE] if duplicate else []))
    numbers = issue_numbers(receipt_head(item, uow), uow.new_id(), enterprise.tenant, cipher)
    replaces = ReplacedClaim(application_id=filed.application_id, receipt=filed.receipt) if filed else None
    application = application_of(item, enterprise, admission, numbers, uow, said=cmd, replaces=replaces)
    application.submit(numbers.digest)
    applications.save(application)
    uow.of(ApplicationDrafts).end(cmd.enterprise_id, cmd.item_id)
    return application.receipt(numbers.query_code)


def _within_reach(item: PublishedItem | None, uow: UnitOfWork) -> PublishedItem | None:
    """The item, if the enterprise's own tenant or a level above it has published it."""
    return item if item is not None and item.tenant in uow.registry.lineage(uow.tenant) else None


def _given(cmd: SubmitApplication, uow: UnitOfWork) -> dict[Id, MaterialCopy]:
    """Those of the materials that it gives which are in its file."""
    if not cmd.materials:
        return {}
    return uow.of(MaterialCopies).of_enterprise(cmd.enterprise_id, [each.material_id for each in cmd.materials])
