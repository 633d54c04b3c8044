"""What is done with an enterprise's materials: kept, renewed, withdrawn."""

from __future__ import annotations

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.given_materials import MaterialFileAnswer, OpenKeptMaterial
from contracts.materials import (
    KeepMaterial,
    MaterialView,
    WithdrawMaterial,
)
from services.catalog.enterprises.domain import refuse_stranger
from services.catalog.enterprises.store import Enterprises
from services.catalog.materials.domain import KeptMaterial, MaterialUnknown
from services.catalog.materials.opening import KeptMaterialOpening
from services.catalog.materials.store import KeptMaterialOpenings, Materials


def keep_material(cmd: KeepMaterial, uow: UnitOfWork) -> MaterialView:
    """Put a material into the dossier; the one that it renews counts no more."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    uow.of(Enterprises).get(cmd.enterprise_id).refuse_merged()
    materials = uow.of(Materials)
    replaced = materials.get(cmd.replaces) if cmd.replaces is not None else None
    material = KeptMaterial(
        id=uow.new_id(),
        tenant=uow.tenant,
        enterprise_id=cmd.enterprise_id,
        kind=cmd.kind,
        name=cmd.name,
        number=cmd.number,
        issuer=cmd.issuer,
        sha256=cmd.sha256,
        size=cmd.size,
        valid_from=cmd.valid_from,
        valid_until=cmd.valid_until,
        kept_by=uow.actor.id,
        kept_at=uow.now,
    )
    today = uow.now.astimezone(CHINA).date()
    material.check(by=uow.actor, today=today, replaces=replaced)
    material.be_kept()
    if replaced is not None:
        replaced.be_replaced(material.id)
        materials.save(replaced)
    materials.save(material)
    return material.view(today)


def withdraw_material(cmd: WithdrawMaterial, uow: UnitOfWork) -> MaterialView:
    """A material that should not be there is taken back; the paper itself stays where uploads are."""
    materials = uow.of(Materials)
    material = materials.get(cmd.material_id)
    material.withdraw(by=uow.actor, at=uow.now, why=cmd.reason)
    materials.save(material)
    return material.view(uow.now.astimezone(CHINA).date())


def open_kept_material(cmd: OpenKeptMaterial, uow: UnitOfWork) -> MaterialFileAnswer:
    """Keep who reads it, and say where it lies. To another enterprise it does not exist. Raises MaterialUnknown."""
    material = uow.of(Materials).seen(cmd.material_id)
    if material is None or uow.actor.enterprise_id not in (None, material.enterprise_id):
        raise MaterialUnknown()
    opening = KeptMaterialOpening(
        id=uow.new_id(),
        tenant=uow.tenant,
        material_id=material.id,
        enterprise_id=material.enterprise_id,
        sha256=material.sha256,
        opened_by=uow.actor.id,
        opened_at=uow.now,
    )
    uow.of(KeptMaterialOpenings).save(opening)
    return MaterialFileAnswer(
        material_id=material.id, name=material.name, sha256=material.sha256, size=material.size, tenant=material.tenant
    )
