"""The enterprise's own materials: listed with their standing, uploaded, renewed, withdrawn and read."""

from __future__ import annotations

from datetime import date
from typing import get_args

from pydantic import Field
from starlette.responses import Response

from chassis.time.clock import CHINA
from contracts.given_materials import OpenKeptMaterial
from contracts.materials import KeepMaterial, ListMaterials, MaterialKind, MaterialView, WithdrawMaterial
from contracts.message import Id, Model
from contracts.refusal import Invalid, Reason
from gateway.access import Permitted
from gateway.door import Door
from gateway.material_bytes import ACCEPT, KINDS, KINDS_SAID, LARGEST, MIB
from gateway.material_files import as_it_lies, in_one_document, opened_material
from gateway.portal.enterprise.frame import framed, may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.sent_files import FilesTaken, sent_files
from gateway.tus import FOR_PAGES

pages = Pages("enterprise")
HERE = "/my/materials"
COUNTS = ("not_begun", "valid", "expiring", "expired")
"""Standings of what has neither been renewed nor withdrawn."""

SCANS = FilesTaken(
    name="scans",
    types=frozenset(each.media_type for each in KINDS),
    kinds=KINDS_SAID,
    accept=ACCEPT,
    most=20,
    largest=LARGEST,
    together=100 * MIB,
    otherwise="不是可以上传的文件，请重新选择",
    judged=True,
)


class NewMaterial(Model):
    """What a person fills in; several photographs are one document. `replaces`: the one that it renews."""

    kind: MaterialKind
    name: str = Field(min_length=2, max_length=120)
    number: str | None = Field(default=None, min_length=1, max_length=60)
    issuer: str = Field(min_length=2, max_length=80)
    valid_from: date
    valid_until: date | None = None
    replaces: Id | None = None
    scans: tuple[str, ...] = Field(default=(), max_length=20)


@pages.show(HERE, ListMaterials, template="materials.html", own_enterprise=True)
async def show_materials(door: Door, query: ListMaterials) -> Values:
    """Every material with its standing, and the form for another; which one is renewed stands in the address."""
    found = (await door.told(query)).items
    chosen = door.request.query_params.get("renews", "")
    return framed(
        door,
        materials=[each for each in found if each.standing in COUNTS],
        former=[each for each in found if each.standing not in COUNTS],
        renewed=_renewed(found, chosen),
        renewable=[(each.ref.material_id, _called(each)) for each in found if each.standing in COUNTS],
        kinds=list(get_args(MaterialKind)),
        scans_taken=SCANS,
        in_parts=FOR_PAGES,
        today=door.frame.clock.now().astimezone(CHINA).date().isoformat(),
        may_keep=may(door, KeepMaterial),
    )


@pages.form(HERE, NewMaterial, Permitted(KeepMaterial, own_enterprise=True), on=show_materials, files=SCANS)
async def keep_material(door: Door, filled: NewMaterial) -> str:
    """Put it into the file. Raises Invalid, FilesRefused or MaterialFileRefused."""
    sent = sent_files(filled.scans, SCANS.name)
    if not sent:
        raise Invalid(Reason(code="material_file_missing", message="请选择材料的文件或照片", field=SCANS.name))
    sha256 = await in_one_document(door, [each.sha256 for each in sent], filled.name)
    said = filled.model_dump(exclude={"scans"})
    await door.done(await as_it_lies(door, KeepMaterial(enterprise_id=door.enterprise, sha256=sha256, **said)))
    return f"{HERE}?done=material_kept"


@pages.form(
    HERE + "/{material_id}/withdraw",
    WithdrawMaterial,
    Permitted(WithdrawMaterial, own_enterprise=True),
    on=show_materials,
)
async def withdraw_material(door: Door, command: WithdrawMaterial) -> str:
    """Take one back that should not be there."""
    await door.done(command)
    return f"{HERE}?done=material_withdrawn"


@pages.form(
    HERE + "/{material_id}/file",
    OpenKeptMaterial,
    Permitted(OpenKeptMaterial, own_enterprise=True),
    on=show_materials,
)
async def open_kept_material(door: Door, command: OpenKeptMaterial) -> Response:
    """The file, as an attachment."""
    return await opened_material(door, command)


def _renewed(found: tuple[MaterialView, ...], chosen: str) -> MaterialView | None:
    return next((each for each in found if each.ref.material_id == chosen and each.standing in COUNTS), None)


def _called(material: MaterialView) -> str:
    return f"{material.name} {material.number or ''}".rstrip()
