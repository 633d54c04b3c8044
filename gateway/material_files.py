"""Materials as files: read by whoever may, once the owner of the question has said so. Shared by routes and pages."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence

from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from chassis.files.objects import ObjectUnknown, TooLarge
from chassis.papers.photographs import bound
from contracts.given_materials import OpenKeptMaterial, OpenMaterial
from contracts.materials import KeepMaterial
from contracts.refusal import Invalid
from contracts.uploads import RecordUpload
from gateway.door import Door, idempotency_key
from gateway.handed_files import attached
from gateway.material_bytes import LARGEST, MIB, MaterialFileTooLarge, judge
from gateway.material_uploads import judge_kept, keep_material_file
from gateway.pictures import is_picture
from gateway.uploads import record_upload


async def opened_material(door: Door, command: OpenMaterial | OpenKeptMaterial, *, as_bytes: bool = False) -> Response:
    """Ask the owner, who keeps that it was read, and hand it out. Raises RefusedThere, ObjectUnknown or ObjectAltered.

    Each reading is asked of the owner anew, whatever key it comes with: an answer that was given before says nothing of who may
    read now.
    """
    key = door.key or idempotency_key(door.request)
    door.key = f"{key[:160]}/{uuid.uuid4()}"
    answer = await door.done(command)
    return await attached(door, answer.tenant, answer.sha256, answer.name, fallback="material", as_bytes=as_bytes)


async def as_it_lies(door: Door, command: KeepMaterial) -> KeepMaterial:
    """The command with what the store says of its file. Raises ObjectUnknown or MaterialFileRefused."""
    try:
        size = await judge_kept(door.objects, door.principal.tenant, command.sha256)
    except ObjectUnknown:
        raise ObjectUnknown(field="sha256") from None
    return command.model_copy(update={"size": size})


class PhotographsOnly(Invalid):
    """Several files are one document only if all of them are photographs."""

    code = "photographs_only"
    sentence = "一份材料只能是一个文件，或若干张照片；PDF、OFD 请单独上传。"


async def in_one_document(door: Door, sha256s: Sequence[str], name: str) -> str:
    """The hash of what these files are together: of one, its own; of several photographs, of the document that they become.

    Raises ObjectUnknown, PhotographsOnly, PhotographsUnreadable or MaterialFileRefused.
    """
    if len(sha256s) == 1:
        return sha256s[0]
    tenant = door.principal.tenant
    try:
        photographs = [await door.objects.content(tenant, each, limit=LARGEST) for each in sha256s]
    except TooLarge:
        raise MaterialFileTooLarge(limit=LARGEST // MIB) from None
    if not all(is_picture(each) for each in photographs):
        raise PhotographsOnly(field="scans")
    for each in photographs:
        judge(each, None)
    document = await run_in_threadpool(bound, photographs)

    async def pieces() -> AsyncIterator[bytes]:
        yield document

    kept, kind = await keep_material_file(door.objects, tenant, pieces(), None)
    key = door.key or idempotency_key(door.request)
    door.key = f"{key[:120]}/{kept.sha256}"
    note = RecordUpload(sha256=kept.sha256, size=kept.size, media_type=kind.media_type, file_name=f"{name}.pdf")
    await door.decided(note, record_upload)
    door.key = key
    return kept.sha256
