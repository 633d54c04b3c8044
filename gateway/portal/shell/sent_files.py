"""Files that come with a form: kept before the form is read, so that it names them by their hashes like any other field.

What is no such file is told by its name, and the form is refused with all that is wrong; what was in order is kept, and
stands in the form that is shown again: nobody chooses it twice. Nothing is kept of a form that is not of this session.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from fastapi import HTTPException, Request

from chassis.files.objects import StoredFile, TooLarge
from contracts.refusal import Invalid, Reason
from contracts.uploads import RecordUpload
from gateway import uploads
from gateway.door import Door
from gateway.limits import MAX_BODY
from gateway.material_bytes import MaterialFileRefused, MaterialFileTooLarge
from gateway.material_uploads import keep_material_file
from gateway.multipart import BodyPart, data_of, events_of, is_multipart
from gateway.portal.shell.entries import CSRF, KEY, RECEIVED, SentForm, field_of, sent_form, sent_form_of
from gateway.portal.shell.page_form import PageForm
from gateway.portal.shell.session import csrf_fits
from gateway.streams import INCOMING, TOO_MANY_UPLOADS, SenderTooSlow, in_time, reader_of

MIB = 1024 * 1024
TAKEN_AT = "_taken"
"""The times of the device, one for each file in their order; only a script knows them."""

KEY_LENGTHS = range(8, 201)
READ_TO_THE_END = 4
"""So many times what is allowed is read and thrown away: a browser shows an answer only when it has sent everything."""


@dataclass(frozen=True, kw_only=True)
class FilesTaken:
    """What a form takes: in the list `name`, from the field `_name`; or in several, `name.x` from `_name.x`. Sizes in bytes. `kinds` is what people call the types,
    `accept` what browsers offer; `otherwise` is said of what is no such file."""

    name: str
    types: frozenset[str]
    kinds: str
    accept: str
    most: int
    largest: int
    together: int
    otherwise: str
    judged: bool = False
    """Whether a file is judged whole, as materials are (`gateway.material_bytes`); else by how it begins."""

    def takes(self, field: str) -> bool:
        """Whether files come in this field of the form."""
        return field == f"_{self.name}" or field.startswith(f"_{self.name}.")

    @property
    def megabytes(self) -> int:
        return self.largest // MIB

    def kept(self, form: PageForm, name: str) -> list[SentFile]:
        """Those of one list, in a form that is shown again, that have been kept."""
        found = []
        for text in form.chosen(name):
            with suppress(ValueError):
                found.append(SentFile.read(text))
        return found


@dataclass(frozen=True)
class SentFile:
    """A file that came with a form, as its form says it: `hash time name`."""

    sha256: str
    taken_at: str
    file_name: str

    @classmethod
    def read(cls, text: str) -> SentFile:
        """Raises ValueError for what does not say one."""
        sha256, taken_at, file_name = (*text.split(" ", 2), "", "")[:3]
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("names no file")
        return cls(sha256, "" if taken_at == "-" else taken_at, file_name)

    @property
    def written(self) -> str:
        return f"{self.sha256} {self.taken_at or '-'} {self.file_name}"


class FilesRefused(Invalid):
    """Files that are too large, too many, or not what the form takes; `reasons` names each."""

    code = "files_refused"
    sentence = "所选文件有误，请按提示重新选择；其余内容已保留，尚未提交。"


async def received(door: Door, taken: FilesTaken) -> SentForm:
    """The form with its files among its fields. Raises HTTPException 400, 408, 413, or 429."""
    request = door.request
    sender = reader_of(request, door.principal.actor.id)
    if INCOMING.full(sender):
        raise HTTPException(429, TOO_MANY_UPLOADS.detail)
    try:
        with INCOMING.taken(sender):
            form = await _Receiving(door, taken).whole()
    except SenderTooSlow as error:
        raise HTTPException(408, headers={"Connection": "close"}) from error
    setattr(request.state, RECEIVED, form)
    return form


@dataclass
class _Receiving:
    """One form on its way in."""

    door: Door
    taken: FilesTaken
    pairs: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[Reason] = field(default_factory=list)
    size: int = 0
    files: int = 0

    async def whole(self) -> SentForm:
        events, room = events_of(self.door.request, self._pieces(self.door.request)), MAX_BODY
        async for event in events:
            if not isinstance(event, BodyPart):
                continue
            data = data_of(events)
            if event.file_name is None:
                self.pairs.append(await field_of(event, data, room))
                room -= len(self.pairs[-1][1].encode())
            elif event.file_name and self.taken.takes(event.name):
                await self._take(event, data)
            async for _rest in data:
                pass
        if self.size > self.taken.together:
            self._refuse(self.taken.name, f"所选文件共超过 {self.taken.together // MIB} MB，请分几次上传")
        return sent_form(self.pairs, self.wrong)

    async def _pieces(self, request: Request) -> AsyncIterator[bytes]:
        async for piece in in_time(request.stream()):
            self.size += len(piece)
            if self.size > READ_TO_THE_END * self.taken.together:
                raise HTTPException(413, headers={"Connection": "close"})
            yield piece

    async def _take(self, part: BodyPart, data: AsyncIterator[bytes]) -> None:
        name, place = _plain_name(part.file_name or ""), part.name[1:]
        if not self._is_of_this_session() or self.size > self.taken.together:
            return
        self.files += 1
        if self.files > self.taken.most:
            self._refuse(place, f"“{name}”未上传：一次最多 {self.taken.most} 个文件")
            return
        largest = self.taken.largest
        try:
            kept, kind = await self._keep(data, name)
        except (TooLarge, MaterialFileTooLarge):
            self._refuse(place, f"“{name}”超过 {largest // MIB} MB，请缩小后重新选择")
        except MaterialFileRefused as refusal:
            self._refuse(place, f"“{name}”：{refusal.message}")
        except uploads.UploadEmpty:
            self._refuse(place, f"“{name}”是空文件，请重新选择")
        except Invalid:
            self._refuse(place, f"“{name}”{self.taken.otherwise}")
        else:
            await self._record(kept, name, place, kind)

    async def _keep(self, data: AsyncIterator[bytes], name: str) -> tuple[StoredFile, str]:
        """The file in the store, and of which type it is. Raises TooLarge, and what says why it is none that is taken."""
        objects, tenant = self.door.objects, self.door.principal.tenant
        if self.taken.judged:
            file, kind = await keep_material_file(objects, tenant, data, name or None)
            return file, kind.media_type
        kept = await objects.keep(tenant, data, limit=self.taken.largest, check=self._check)
        return kept, uploads.media_type(kept.head, "")

    def _check(self, kept: StoredFile) -> None:
        uploads.check(kept, "")
        if uploads.media_type(kept.head, "") not in self.taken.types:
            raise uploads.UploadTypeRefused()

    async def _record(self, kept: StoredFile, name: str, place: str, media_type: str) -> None:
        """Who sent it is noted as of any upload; the same file of a form that is sent again is the same upload."""
        key = dict(self.pairs)[KEY]
        self.door.key = f"{key}/{kept.sha256}"
        note = RecordUpload(sha256=kept.sha256, size=kept.size, media_type=media_type, file_name=name or None)
        await self.door.decided(note, uploads.record_upload)
        times = [value for said, value in self.pairs if said == TAKEN_AT]
        taken_at = times[self.files - 1] if self.files <= len(times) else ""
        self.pairs.append((f"{place}[]", SentFile(kept.sha256, taken_at, name).written))

    def _is_of_this_session(self) -> bool:
        ours = dict(self.pairs)
        return csrf_fits(self.door.request, ours.get(CSRF, "")) and len(ours.get(KEY, "")) in KEY_LENGTHS

    def _refuse(self, place: str, message: str) -> None:
        self.wrong.append(Reason(code="file_refused", message=message, field=place))


def _plain_name(file_name: str) -> str:
    """Without folders, and short enough to be kept."""
    return " ".join(file_name.replace("\\", "/").rpartition("/")[2].split())[-200:]


async def form_of(door: Door, taken: FilesTaken | None) -> SentForm:
    """What was sent: with its files where the form takes any."""
    return await (received(door, taken) if taken and is_multipart(door.request) else sent_form_of(door.request))


def sent_files(texts: Sequence[str], name: str) -> list[SentFile]:
    """The files that the list of a form says. Raises FilesRefused for what names none."""
    try:
        return [SentFile.read(each) for each in texts]
    except ValueError:
        raise FilesRefused(Reason(code="file_refused", message="文件没有收到，请重新选择", field=name)) from None
