"""The tus protocol 1.0 (core, creation, expiration, checksum) for materials: https://tus.io/protocols/resumable-upload.

Programs come with their token, pages with their session; what they send and are answered is the same. Whoever was cut off asks with
HEAD how much has come and goes on from there, at whatever process of the gateway.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from functools import partial
from typing import Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from chassis.files.objects import ObjectUnknown, TooLarge
from chassis.write.uow import UnitOfWork
from contracts.refusal import Refused
from contracts.typed import is_digits
from contracts.uploads import RecordUpload
from gateway import resumable
from gateway.access import Permitted
from gateway.door import Door
from gateway.errors import DoorProblem, problem_of_refusal
from gateway.limits import PART_TYPE
from gateway.material_bytes import KINDS, LARGEST, MIB, MaterialFileEmpty, MaterialFileRefused, MaterialFileTooLarge
from gateway.material_uploads import keep_material_file
from gateway.portal.shell.session import SignedInPage
from gateway.resumable import ResumableUploads
from gateway.resumable_upload import ResumableUpload, UploadChecksumUnknown, UploadOffsetWrong, UploadPartMissing
from gateway.streams import INCOMING, TOO_MANY_UPLOADS, SenderTooSlow, in_time, reader_of
from gateway.upload import Upload
from gateway.uploads import Uploads

VERSION = "1.0.0"
FOR_PROGRAMS, FOR_PAGES = "/api/v1/resumable-uploads", "/my/resumable-uploads"
ADDRESSES = re.compile(rf"(?:{FOR_PROGRAMS}|{FOR_PAGES})/[A-Za-z0-9_-]+")
FILE = "Zhida-File"
"""The header that says the hash of a file that is whole: what commands take."""

ALGORITHMS: dict[str, Callable[[], Any]] = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
"""`sha1` is what the protocol asks of every server; nobody's safety rests on it."""

OFFERED = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,expiration,checksum",
    "Tus-Max-Size": str(LARGEST),
    "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    "Zhida-Kinds": ",".join(each.media_type for each in KINDS),
}
LONGEST_NAME = 200

Handle = Callable[[Door], Awaitable[Response]]


class ChecksumWrong(Exception):
    """What has come is not what was sent."""


def routes() -> list[APIRoute]:
    """The addresses of the protocol, for programs and for pages."""
    guard = Permitted(RecordUpload)
    found = []
    for path, who in ((FOR_PROGRAMS, guard), (FOR_PAGES, SignedInPage(guard))):
        found += [
            _route(path, "OPTIONS", offered, who),
            _route(path, "POST", begin, who),
            _route(path + "/{upload_id}", "HEAD", tell, who),
            _route(path + "/{upload_id}", "PATCH", take, who),
        ]
    return found


async def offered(_door: Door) -> Response:
    """What may be sent is told beforehand."""
    return _answer(204, OFFERED)


async def begin(door: Door) -> Response:
    """A file of so many bytes is about to come (creation)."""
    if (wrong := _wrong_version(door)) is not None:
        return wrong
    length = door.request.headers.get("upload-length", "")
    if not is_digits(length, 12):
        return _problem(DoorProblem(400, "upload_length_missing", "请在 Upload-Length 中写明文件的字节数。"))
    if int(length) == 0:
        return _refused(MaterialFileEmpty())
    if int(length) > LARGEST:
        return _problem(_status(MaterialFileTooLarge(limit=LARGEST // MIB), 413))
    try:
        file_name = _file_name(door.request.headers.get("upload-metadata", ""))
        upload = await _in_unit(door, "begin_upload", resumable.begin, file_name, int(length))
    except ValueError:
        return _problem(DoorProblem(400, "upload_metadata_unreadable", "Upload-Metadata 无法识别，请按 tus 协议填写。"))
    except Refused as refusal:
        return _refused(refusal)
    return _answer(201, {"Location": f"{door.request.url.path}/{upload.id}", **_stand(upload)})


async def tell(door: Door) -> Response:
    """How much has come (core)."""
    if (wrong := _wrong_version(door)) is not None:
        return wrong
    try:
        upload = await _seen(door)
    except Refused as refusal:
        return _refused(refusal)
    if (gone := _gone(door, upload)) is not None:
        return gone
    return _answer(200, {**_stand(upload), "Upload-Length": str(upload.size), "Cache-Control": "no-store"})


async def take(door: Door) -> Response:
    """A part of it (core, checksum); with the last one it is judged, and kept or refused."""
    if (wrong := _wrong_version(door)) is not None:
        return wrong
    headers = door.request.headers
    if headers.get("content-type", "").encode() != PART_TYPE:
        return _problem(DoorProblem(415, "upload_part_type", "请以 application/offset+octet-stream 传送。"))
    offset = headers.get("upload-offset", "")
    if not is_digits(offset, 12):
        return _problem(DoorProblem(400, "upload_offset_missing", "请在 Upload-Offset 中写明从第几字节开始。"))
    try:
        upload = await _seen(door)
        if (gone := _gone(door, upload)) is not None:
            return gone
        if upload.refused is not None:
            return _problem(DoorProblem(422, *upload.refused))
        if int(offset) != upload.received:
            raise UploadOffsetWrong(received=upload.received)
        if not upload.whole:
            upload = await _take_part(door, upload)
        if upload.whole and not upload.ended:
            upload = await _finish(door, upload)
    except ChecksumWrong:
        return _problem(
            DoorProblem(460, "upload_checksum_wrong", "收到的内容与校验值不符，请重新传送这一部分。", retryable=True)
        )
    except TooLarge:
        return _problem(DoorProblem(413, "upload_longer_than_said", "传来的内容超过所声明的长度，请重新上传。"))
    except _Busy:
        return _problem(TOO_MANY_UPLOADS)
    except Refused as refusal:
        return _refused(refusal)
    return _answer(204, _stand(upload))


class _Busy(Exception):
    pass


@dataclass
class _Part:
    """What comes of one part: as far as it came, if its sender went away and has not said what it should be."""

    request: Request
    checksum: tuple[str, bytes] | None
    size: int = 0
    _digest: Any = field(init=False, default=None)

    async def pieces(self) -> AsyncIterator[bytes]:
        if self.checksum is not None:
            self._digest = ALGORITHMS[self.checksum[0]]()
        try:
            async for piece in in_time(self.request.stream()):
                self.size += len(piece)
                if self._digest is not None:
                    self._digest.update(piece)
                if piece:
                    yield piece
        except (ClientDisconnect, SenderTooSlow):
            if self.checksum is not None:
                raise ChecksumWrong() from None
        if self.checksum is not None and self._digest.digest() != self.checksum[1]:
            raise ChecksumWrong()


async def _take_part(door: Door, upload: ResumableUpload) -> ResumableUpload:
    """Raises ChecksumWrong, TooLarge, or a refusal; then nothing of it counts."""
    sender = reader_of(door.request, door.principal.actor.id)
    if INCOMING.full(sender):
        raise _Busy()
    part = _Part(door.request, _checksum(door.request.headers.get("upload-checksum")))
    with INCOMING.taken(sender):
        name = await door.objects.keep_part(part.pieces(), limit=upload.size - upload.received)
    if part.size == 0:
        await door.objects.forget_parts([name])
        return upload
    try:
        return await _in_unit(door, "take_part", resumable.take, upload.id, name, upload.received, part.size)
    except BaseException:
        await door.objects.forget_parts([name])
        raise


async def _finish(door: Door, upload: ResumableUpload) -> ResumableUpload:
    """All of it has come. Raises MaterialFileRefused, which is kept, and UploadPartMissing."""
    parts, tenant = upload.parts, door.principal.tenant
    try:
        kept, kind = await keep_material_file(door.objects, tenant, door.objects.of_parts(parts), upload.file_name)
    except MaterialFileRefused as refusal:
        await _in_unit(
            door, "refuse_upload", partial(resumable.end, refused=(refusal.code, refusal.message)), upload.id
        )
        await door.objects.forget_parts(parts)
        raise
    except ObjectUnknown:
        # Another process may have finished it meanwhile.
        if (now := await _seen(door)).ended:
            return now
        raise UploadPartMissing() from None

    def record(uow: UnitOfWork) -> ResumableUpload:
        ended = resumable.end(uow, upload.id, sha256=kept.sha256)
        note = Upload(
            id=uow.new_id(),
            tenant=uow.tenant,
            traceparent=uow.traceparent,
            sha256=kept.sha256,
            size=kept.size,
            media_type=kind.media_type,
            file_name=upload.file_name,
            uploaded_by=uow.actor.id,
            uploaded_at=uow.now,
        )
        uow.of(Uploads).save(note)
        return ended

    ended = await _in_unit(door, "record_upload", record)
    await door.objects.forget_parts(parts)
    return ended


async def _seen(door: Door) -> ResumableUpload:
    """Raises UploadUnknown, of somebody else's too."""
    upload_id = str(door.request.path_params["upload_id"])
    return await _in_unit(door, "look_at_upload", lambda uow: uow.of(ResumableUploads).own(upload_id, lock=False))


async def _in_unit(door: Door, action: str, do: Callable[..., ResumableUpload], *given: Any) -> ResumableUpload:
    def step() -> ResumableUpload:
        principal = door.principal
        with door.frame.unit((principal.tenant,), action=action, actor=principal.actor) as uow:
            return do(uow, *given)

    return await run_in_threadpool(step)


def _gone(door: Door, upload: ResumableUpload) -> Response | None:
    """An upload whose time is over (expiration); what is kept stays."""
    if upload.ended or door.frame.clock.now() < upload.expires_at:
        return None
    return _problem(DoorProblem(410, "upload_expired", "这次上传已超过 20 小时没有完成，请重新上传。"))


def _stand(upload: ResumableUpload) -> dict[str, str]:
    told = {"Upload-Offset": str(upload.received)}
    if upload.sha256 is not None:
        return told | {FILE: upload.sha256}
    return told | {"Upload-Expires": format_datetime(upload.expires_at, usegmt=True)}


def _checksum(said: str | None) -> tuple[str, bytes] | None:
    """Raises UploadChecksumUnknown for what the protocol does not write so."""
    if said is None:
        return None
    name, _, digest = said.partition(" ")
    try:
        return (name, base64.b64decode(digest, validate=True)) if name in ALGORITHMS else _unknown_checksum()
    except binascii.Error:
        return _unknown_checksum()


def _unknown_checksum() -> tuple[str, bytes]:
    raise UploadChecksumUnknown()


def _file_name(metadata: str) -> str | None:
    """`filename` of the metadata: without folders, and short enough to be kept. Raises ValueError for what cannot be read."""
    for pair in metadata.split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
            name = base64.b64decode(value, validate=True).decode()
            return (
                " ".join(name.replace("\\", "/").rpartition("/")[2].replace("\0", "").split())[-LONGEST_NAME:] or None
            )
    return None


def _wrong_version(door: Door) -> Response | None:
    if door.request.headers.get("tus-resumable") == VERSION:
        return None
    return _problem(DoorProblem(412, "tus_version", "请使用 tus 1.0.0 协议上传。", headers={"Tus-Version": VERSION}))


def _status(refusal: Refused, status: int) -> DoorProblem:
    return DoorProblem(status, refusal.code, refusal.message)


def _refused(refusal: Refused) -> Response:
    return _problem(problem_of_refusal(refusal.refusal()))


def _problem(told: DoorProblem) -> Response:
    response = told.document()
    response.headers["Tus-Resumable"] = VERSION
    return response


def _answer(status: int, headers: dict[str, str]) -> Response:
    return Response(
        status_code=status, headers={"Tus-Resumable": VERSION, "X-Content-Type-Options": "nosniff", **headers}
    )


def _route(path: str, method: str, handle: Handle, guard: Permitted | SignedInPage) -> APIRoute:
    guarded: Any = Depends(guard)

    async def endpoint(door: Door = guarded) -> Response:
        return await handle(door)

    name = f"{method.lower()} {path}"
    return APIRoute(path, endpoint, methods=[method], name=name, include_in_schema=False)
