"""Uploads that are cut off anywhere go on from there (tus 1.0); what comes is judged when it is whole."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from files_kit import jpeg, pdf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tus_kit import PersonIsToken, TusSender, cut_off

from chassis.files.objects import Objects
from chassis.testing.fakes import NOON, FakeUnit, MemoryStore
from chassis.time.clock import FixedClock
from contracts.message import Actor
from contracts.refusal import StaleVersion
from gateway import errors, tus
from gateway.material_bytes import LARGEST
from gateway.resumable import ResumableUploads
from gateway.resumable_upload import LASTS, MOST_OPEN, ResumableUpload, UploadUnknown
from gateway.tus import FOR_PROGRAMS
from gateway.upload import Upload
from gateway.uploads import Uploads

PAPER = pdf(b"a long contract" * 800)
HASH = hashlib.sha256(PAPER).hexdigest()


class MemoryUploads:
    """Rows of uploads, under the version check of the real ones."""

    def __init__(self) -> None:
        self.rows: dict[str, ResumableUpload] = {}
        self.unit: Any = None

    def own(self, upload_id: str, *, lock: bool = True) -> ResumableUpload:
        found = self.rows.get(upload_id)
        if found is None or found.uploaded_by != self.unit.actor.id:
            raise UploadUnknown()
        return deepcopy(found)

    def open_of_actor(self) -> int:
        return sum(each.uploaded_by == self.unit.actor.id and not each.ended for each in self.rows.values())

    def save(self, upload: ResumableUpload) -> None:
        kept = self.rows.get(upload.id)
        if (kept.version if kept else 0) != upload.version:
            raise StaleVersion()
        upload.version += 1
        self.rows[upload.id] = deepcopy(upload)


class MemoryFrame:
    def __init__(self) -> None:
        self.uploads, self.noted = MemoryUploads(), MemoryStore[Upload]()
        self.clock = FixedClock(NOON)

    @contextmanager
    def unit(self, tenants: Sequence[str], *, action: str, actor: Actor) -> Iterator[FakeUnit]:
        stores = {ResumableUploads: self.uploads, Uploads: self.noted}
        yield FakeUnit(tenants[0], stores=stores, actor=actor, now=self.clock.now())


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    return gateway(tmp_path, MemoryFrame())


def gateway(folder: Path, frame: MemoryFrame) -> FastAPI:
    """One process of it: rows and files are shared, nothing else is."""
    app = FastAPI()
    app.state.objects, app.state.frame = Objects.in_folder(folder), frame
    app.state.directory = PersonIsToken()
    errors.install(app, None)
    app.router.routes += tus.routes()
    return app


@pytest.fixture
def sender(app: FastAPI) -> TusSender:
    return TusSender(app)


def files(app: FastAPI, tmp_path: Path) -> list[str]:
    return sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*") if each.is_file())


def test_types_and_sizes_are_told_beforehand(sender: TusSender) -> None:
    told = sender.asks("OPTIONS", FOR_PROGRAMS).headers
    assert (told["Tus-Version"], told["Tus-Max-Size"]) == ("1.0.0", str(LARGEST))
    assert told["Tus-Extension"] == "creation,expiration,checksum"
    assert "image/jpeg" in told["Zhida-Kinds"]


def test_a_file_in_one_part_is_kept_under_its_hash_and_noted(app: FastAPI, sender: TusSender, tmp_path: Path) -> None:
    begun = sender.begins(len(PAPER))
    assert begun.status_code == 201
    assert begun.headers["Upload-Expires"] == "Wed, 11 Mar 2026 00:00:00 GMT"
    done = sender.sends(begun.headers["Location"], PAPER, 0)
    assert (done.status_code, done.headers["Upload-Offset"], done.headers["Zhida-File"]) == (204, str(len(PAPER)), HASH)
    assert files(app, tmp_path) == [f"zhanggong/{HASH[:2]}/{HASH}"]
    (note,) = app.state.frame.noted.rows.values()
    assert (note.sha256, note.size, note.media_type, note.file_name) == (
        HASH,
        len(PAPER),
        "application/pdf",
        "合同.pdf",
    )
    assert sender.asks("HEAD", begun.headers["Location"]).headers["Zhida-File"] == HASH


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, len(PAPER)), max_size=6))
def test_a_file_that_is_cut_off_anywhere_is_whole_when_it_has_come(tmp_path: Path, cuts: list[int]) -> None:
    frame = MemoryFrame()
    place = TusSender(gateway(tmp_path, frame)).begins(len(PAPER)).headers["Location"]
    for end in [*cuts, len(PAPER)]:
        process = TusSender(gateway(tmp_path, frame))
        offset = process.offset(place)
        if offset <= end:
            assert process.sends(place, PAPER[offset:end], offset).status_code == 204
    assert TusSender(gateway(tmp_path, frame)).asks("HEAD", place).headers["Zhida-File"] == HASH
    assert [str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*") if each.is_file()] == [
        f"zhanggong/{HASH[:2]}/{HASH}"
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, len(PAPER) - 1), min_size=1, max_size=5))
def test_what_had_come_when_the_wire_broke_is_not_sent_again(tmp_path: Path, cuts: list[int]) -> None:
    app = gateway(tmp_path, MemoryFrame())
    sender = TusSender(app)
    place = sender.begins(len(PAPER)).headers["Location"]
    offset = 0
    for length in cuts:
        if offset + length >= len(PAPER):
            break
        cut_off(app, place, PAPER[offset : offset + length], offset)
        offset += length
        assert sender.offset(place) == offset
    assert sender.sends(place, PAPER[offset:], offset).headers["Zhida-File"] == HASH


def test_of_two_that_send_the_same_part_at_once_one_is_told_where_to_go_on(app: FastAPI, sender: TusSender) -> None:
    place = sender.begins(len(PAPER)).headers["Location"]

    async def both() -> list[int]:
        sent = [sender.sending(place, PAPER[:5000], 0), sender.sending(place, PAPER[:7000], 0)]
        return sorted(each.status_code for each in await asyncio.gather(*sent))

    assert asyncio.run(both()) == [204, 409]
    offset = sender.offset(place)
    assert offset in (5000, 7000)
    assert sender.sends(place, PAPER[offset:], offset).headers["Zhida-File"] == HASH


def test_a_part_at_another_place_is_refused_and_changes_nothing(sender: TusSender) -> None:
    place = sender.begins(len(PAPER)).headers["Location"]
    wrong = sender.sends(place, PAPER[10:], 10)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "upload_offset_wrong")
    assert sender.offset(place) == 0


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_part_with_a_wrong_checksum_is_thrown_away_whole(
    app: FastAPI, sender: TusSender, tmp_path: Path, name: str
) -> None:
    place = sender.begins(len(PAPER)).headers["Location"]
    good = base64.b64encode(hashlib.new(name, PAPER[:4000]).digest()).decode()
    wrong = sender.sends(place, PAPER[1:4001], 0, Upload_Checksum=f"{name} {good}")
    assert (wrong.status_code, wrong.json()["code"]) == (460, "upload_checksum_wrong")
    assert (sender.offset(place), files(app, tmp_path)) == (0, [])
    assert sender.sends(place, PAPER[:4000], 0, Upload_Checksum=f"{name} {good}").status_code == 204
    unknown = sender.sends(place, PAPER[4000:], 4000, Upload_Checksum="md5 AAAA")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "upload_checksum_unknown")


def test_more_than_was_said_is_refused(app: FastAPI, sender: TusSender, tmp_path: Path) -> None:
    place = sender.begins(100).headers["Location"]
    more = sender.sends(place, PAPER, 0)
    assert (more.status_code, more.json()["code"]) == (413, "upload_longer_than_said")
    assert files(app, tmp_path) == []


def test_an_upload_whose_time_is_over_is_gone(app: FastAPI, sender: TusSender) -> None:
    place = sender.begins(len(PAPER)).headers["Location"]
    sender.sends(place, PAPER[:100], 0)
    app.state.frame.clock = FixedClock(NOON + LASTS)
    for answer in (sender.asks("HEAD", place), sender.sends(place, PAPER[100:], 100)):
        assert answer.status_code == 410


def test_nobody_goes_on_with_or_asks_about_another_s_upload(app: FastAPI, sender: TusSender) -> None:
    place = sender.begins(len(PAPER)).headers["Location"]
    other = TusSender(app, "enterprise:somebody")
    assert other.asks("HEAD", place).status_code == 404
    assert other.sends(place, PAPER, 0).status_code == 404
    assert sender.offset(place) == 0


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"MZ\x90\x00 a program", "a.pdf", "material_file_type_refused"),
        (jpeg(60_000, 60_000), "a.jpg", "material_picture_too_large"),
        (PAPER[:-8], "a.pdf", "material_file_broken"),
        (jpeg(80, 60) + PAPER, "a.jpg", "material_file_two_in_one"),
        (PAPER, "a.jpg", "material_file_ending_wrong"),
    ],
)
def test_what_is_no_material_is_refused_when_it_is_whole_and_nothing_is_kept(
    app: FastAPI, sender: TusSender, tmp_path: Path, content: bytes, name: str, code: str
) -> None:
    place = sender.begins(len(content), name).headers["Location"]
    sender.sends(place, content[:10], 0)
    told = sender.sends(place, content[10:], 10)
    assert (told.status_code, told.json()["code"]) == (422, code)
    again = sender.sends(place, b"", len(content))
    assert (again.status_code, again.json()["code"]) == (422, code)
    assert files(app, tmp_path) == []


def test_what_can_be_refused_before_a_byte_comes_is_refused_then(sender: TusSender) -> None:
    assert sender.begins(0).json()["code"] == "material_file_empty"
    assert sender.begins(LARGEST + 1).status_code == 413
    assert sender.begins(10, Upload_Length="ten").status_code == 400
    assert sender.begins(10, Upload_Metadata="filename ***").status_code == 400
    assert sender.begins(10, Tus_Resumable="0.2.2").status_code == 412
    place = sender.begins(10).headers["Location"]
    assert sender.asks("PATCH", place, b"0123456789", Content_Type="text/plain", Upload_Offset="0").status_code == 415


def test_nobody_begins_files_without_end(sender: TusSender) -> None:
    for _each in range(MOST_OPEN):
        assert sender.begins(10).status_code == 201
    assert sender.begins(10).json()["code"] == "uploads_open_too_many"


def test_a_process_that_dies_before_the_end_leaves_it_to_the_next(app: FastAPI, sender: TusSender) -> None:
    place = sender.begins(len(PAPER)).headers["Location"]
    finish, tus._finish = tus._finish, _dies
    try:
        assert sender.sends(place, PAPER, 0).status_code == 500
    finally:
        tus._finish = finish
    assert sender.offset(place) == len(PAPER)
    assert sender.sends(place, b"", len(PAPER)).headers["Zhida-File"] == HASH


async def _dies(*_: object) -> ResumableUpload:
    raise SystemError("killed")
