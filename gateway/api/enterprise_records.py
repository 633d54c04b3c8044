"""For enterprises, staff and partner banks: consents, looks, materials, admitted codes, merges of dossiers."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from chassis.files.objects import ObjectUnknown
from contracts.code_admissions import AdmitCode, AskCodeAdmission, DeclineCodeAdmission, ListCodeAdmissions
from contracts.consents import (
    ConsultLabel,
    GiveConsent,
    ListConsents,
    ListDisclosures,
    ReadContact,
    RevealContact,
    RevokeConsent,
)
from contracts.materials import KeepMaterial, ListExpiringMaterials, ListMaterials, WithdrawMaterial
from contracts.merges import ConfirmMerge, DeclineMerge, ListMerges, ProposeMerge
from gateway.door import Door
from gateway.kept_answers import not_kept
from gateway.material_files import as_it_lies
from gateway.routes import Routes

routes = Routes("企业档案 enterprise records")


@routes.order("/enterprises/{enterprise_id}/consents", GiveConsent, status=201)
async def give_consent(door: Door, command: GiveConsent) -> Response:
    """Let a bank see named labels, for named purposes and a time (授权)."""
    return await door.order(command)


@routes.ask("/enterprises/{enterprise_id}/consents", ListConsents)
async def list_consents(door: Door, query: ListConsents) -> Response:
    """Every consent of the enterprise, standing or not."""
    return await door.ask(query)


@routes.order("/consents/{consent_id}/revoke", RevokeConsent)
async def revoke_consent(door: Door, command: RevokeConsent) -> Response:
    """Take a consent back; the next look is refused."""
    return await door.order(command)


@routes.order("/label-reports", ConsultLabel)
async def consult_label(door: Door, command: ConsultLabel) -> Response:
    """For partner banks: one label of an enterprise that has consented (科技积分). Every look is written down."""
    return await door.order(command)


@routes.order("/enterprises/{enterprise_id}/contact-looks", RevealContact, status=201)
async def reveal_contact(door: Door, command: RevealContact) -> Response:
    """Say why the contact number is needed in the open; then read it by the answer's id."""
    return await door.order(command)


@routes.ask("/contact-looks/{disclosure_id}", ReadContact)
async def read_contact(door: Door, query: ReadContact) -> Response:
    """The contact number, for who has said why, for ten minutes."""
    return not_kept(await door.ask(query))


@routes.ask("/enterprises/{enterprise_id}/looks", ListDisclosures)
async def list_disclosures(door: Door, query: ListDisclosures) -> Response:
    """Who has looked at what of the enterprise, or was refused a look, the newest first."""
    return await door.ask(query)


@routes.order("/enterprises/{enterprise_id}/materials", KeepMaterial, status=201)
async def keep_material(door: Door, command: KeepMaterial) -> Response:
    """Put a material or licence into the file; `sha256` names the upload, which must be there."""
    return await door.order(await as_it_lies(door, command))


@routes.ask("/enterprises/{enterprise_id}/materials", ListMaterials)
async def list_materials(door: Door, query: ListMaterials) -> Response:
    """All materials and licences of the enterprise, with their validity."""
    return await door.ask(query)


@routes.order("/materials/{material_id}/withdraw", WithdrawMaterial)
async def withdraw_material(door: Door, command: WithdrawMaterial) -> Response:
    """Take a material back, for a reason."""
    return await door.order(command)


@routes.ask("/materials/expiring", ListExpiringMaterials)
async def list_expiring_materials(door: Door, query: ListExpiringMaterials) -> Response:
    """Materials and licences that run out soon, the soonest first."""
    return await door.ask(query)


@routes.order("/code-admissions", AskCodeAdmission, status=201)
async def ask_code_admission(door: Door, command: AskCodeAdmission) -> Response:
    """Say that a credit code which fails its own check stands so on the paper that was seen (申请核准代码)."""
    await must_be_there(door, command.evidence.sha256, "evidence.sha256")
    return await door.order(command)


@routes.ask("/code-admissions", ListCodeAdmissions)
async def list_code_admissions(door: Door, query: ListCodeAdmissions) -> Response:
    """Codes that were asked for, the newest first."""
    return await door.ask(query)


@routes.order("/code-admissions/{admission_id}/admit", AdmitCode, versioned=True)
async def admit_code(door: Door, command: AdmitCode) -> Response:
    """A second person has seen the paper (复核); the code passes from now on. If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/code-admissions/{admission_id}/decline", DeclineCodeAdmission)
async def decline_code_admission(door: Door, command: DeclineCodeAdmission) -> Response:
    """Say no to a code, for a reason."""
    return await door.order(command)


@routes.order("/enterprise-merges", ProposeMerge, status=201)
async def propose_merge(door: Door, command: ProposeMerge) -> Response:
    """Say that two dossiers are of one enterprise (档案合并)."""
    return await door.order(command)


@routes.ask("/enterprise-merges", ListMerges)
async def list_merges(door: Door, query: ListMerges) -> Response:
    """Merges of dossiers, the newest first."""
    return await door.ask(query)


@routes.order("/enterprise-merges/{merge_id}/confirm", ConfirmMerge, versioned=True)
async def confirm_merge(door: Door, command: ConfirmMerge) -> Response:
    """A second person agrees (复核); facts and materials move. If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/enterprise-merges/{merge_id}/decline", DeclineMerge)
async def decline_merge(door: Door, command: DeclineMerge) -> Response:
    """Say no to a merge, for a reason."""
    return await door.order(command)


async def must_all_be_there(door: Door, sha256s: Iterable[str], field: str) -> None:
    """The same of several, each named by its place."""
    for place, sha256 in enumerate(sha256s):
        await must_be_there(door, sha256, f"{field}.{place}")


async def must_be_there(door: Door, sha256: str | None, field: str = "sha256") -> None:
    """Raises ObjectUnknown for a named upload that the caller's tenant does not have."""
    if sha256 is not None and not await door.objects.has(door.principal.tenant, sha256):
        raise ObjectUnknown(field=field)
