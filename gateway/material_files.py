"""Materials as files: read by whoever may, once the owner of the question has said so. Shared by routes and pages."""

from __future__ import annotations

import uuid

from starlette.responses import Response

from chassis.files.objects import ObjectUnknown
from contracts.given_materials import OpenKeptMaterial, OpenMaterial
from contracts.materials import KeepMaterial
from gateway.door import Door, idempotency_key
from gateway.handed_files import attached
from gateway.material_uploads import judge_kept


async def opened_material(door: Door, command: OpenMaterial | OpenKeptMaterial) -> Response:
    """Ask the owner, who keeps that it was read, and hand it out. Raises RefusedThere, ObjectUnknown or ObjectAltered.

    Each reading is asked of the owner anew, whatever key it comes with: an answer that was given before says nothing of who may
    read now.
    """
    key = door.key or idempotency_key(door.request)
    door.key = f"{key[:160]}/{uuid.uuid4()}"
    answer = await door.done(command)
    return await attached(door, answer.kept_in, answer.sha256, answer.name, fallback="material")


async def as_it_lies(door: Door, command: KeepMaterial) -> KeepMaterial:
    """The command with what the store says of its file. Raises ObjectUnknown or MaterialFileRefused."""
    try:
        size = await judge_kept(door.objects, door.principal.tenant, command.sha256)
    except ObjectUnknown:
        raise ObjectUnknown(field="sha256") from None
    return command.model_copy(update={"size": size})
