"""The sandbox's seal office and our adapter before it: a sealed paper is our paper, and whoever alters it is found out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import PdfSignatureStatus, SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from chassis.outside.client import Limits
from chassis.papers.issuing import issue
from chassis.papers.rendering import UNSEALED, render
from chassis.papers.seal import SealClient, SealRefused, SealUnavailable
from sandbox.testing import RunningProgram
from tests.paper_kit import AT, notice, read, text_of

SECRET = "whsec_c2VjcmV0LW9mLXNlYWwtb2ZmaWNl"
BUREAU = "d-industry"
PAPER = notice()
PDF = render(PAPER, AT, for_seal=True)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningProgram]:
    os.environ["SEAL_OFFICE_SECRET"] = SECRET
    try:
        with RunningProgram("sandbox.seal_office", tmp_path / "seals.sqlite") as running:
            yield running
    finally:
        del os.environ["SEAL_OFFICE_SECRET"]


def client_of(office: RunningProgram, secret: str = SECRET, seconds: float = 5.0) -> SealClient:
    limits = Limits(seconds=seconds, connect_seconds=0.5, answer_bytes=4 * 1024 * 1024)
    return SealClient(f"http://127.0.0.1:{office.port}", secret, limits=limits)


def behaves(office: RunningProgram, behaviour: str, **more: Any) -> None:
    office.client.put("/control/behaviour", json=[{"behaviour": behaviour, "next": 1, **more}]).raise_for_status()


def book(office: RunningProgram) -> list[dict[str, Any]]:
    seals: list[dict[str, Any]] = office.client.get("/control/seals").json()["seals"]
    return seals


def validated(office: RunningProgram, pdf: bytes) -> PdfSignatureStatus:
    certificate = office.client.get(f"/control/seals/{BUREAU}/certificate").content
    trusted = ValidationContext(trust_roots=[x509.Certificate.load(certificate)], allow_fetching=False)
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return validate_pdf_signature(signature, trusted)


def test_a_sealed_paper_is_our_paper_with_a_signature_that_holds(office: RunningProgram) -> None:
    office.client.put(f"/control/seals/{BUREAU}", json={"name": "兴国县工业和信息化局"}).raise_for_status()
    issued = issue(PAPER, AT, department_id=BUREAU, office=client_of(office))
    assert issued.sealed is not None
    assert issued.pdf == issued.sealed.pdf
    assert issued.pdf.startswith(PDF)
    assert text_of(issued.pdf) == text_of(PDF)
    assert UNSEALED not in text_of(issued.pdf)
    assert issued.sealed.seal_name == "兴国县工业和信息化局"
    status = validated(office, issued.pdf)
    assert status.bottom_line
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert status.signing_cert.subject.native["common_name"] == "兴国县工业和信息化局"
    assert f"{status.signing_cert.serial_number:x}" == issued.sealed.certificate_serial


def test_it_stays_the_archivable_file_that_it_was(office: RunningProgram) -> None:
    before, after = read(PDF), read(client_of(office).seal(PDF, BUREAU, PAPER.number).pdf)
    roots = [reader.trailer["/Root"].get_object() for reader in (before, after)]
    metadata = [root["/Metadata"].get_object().get_data() for root in roots]
    profiles = [root["/OutputIntents"][0].get_object()["/DestOutputProfile"].get_object().get_data() for root in roots]
    assert metadata[0] == metadata[1]
    assert profiles[0] == profiles[1]
    assert "/NeedAppearances" not in roots[1]["/AcroForm"]
    (seal,) = roots[1]["/AcroForm"].get_object()["/Fields"]
    assert seal.get_object()["/F"] & 4, "PDF/A: it is printed"
    assert seal.get_object()["/AP"].keys() == {"/N"}, "PDF/A: one appearance, and that is seen"
    assert seal.get_object()["/V"].get_object()["/SubFilter"] == "/ETSI.CAdES.detached"


def test_the_seal_stands_where_the_paper_keeps_its_place(office: RunningProgram) -> None:
    reader = read(client_of(office).seal(PDF, BUREAU, PAPER.number).pdf)
    place = reader.named_destinations["seal"]
    (seal,) = [note.get_object() for note in reader.pages[-1]["/Annots"] if note.get_object()["/Subtype"] == "/Widget"]
    left, bottom, right, top = (float(each) for each in seal["/Rect"])
    assert place.left is not None
    assert place.top is not None
    assert float(place.left) < left < right < float(place.left) + 62 * 72 / 25.4
    assert float(place.top) - 45 * 72 / 25.4 < bottom < top <= float(place.top) + 1


def test_an_altered_byte_breaks_the_seal(office: RunningProgram) -> None:
    sealed = client_of(office).seal(PDF, BUREAU, PAPER.number).pdf
    assert validated(office, sealed).intact
    for at in (PDF.index(b"stream\n") + 40, sealed.rindex(b"/Reason") + 12):
        altered = bytearray(sealed)
        altered[at] ^= 1
        assert not validated(office, bytes(altered)).intact


def test_the_same_paper_gets_the_same_file_through_a_kill(office: RunningProgram) -> None:
    first = client_of(office).seal(PDF, BUREAU, PAPER.number)
    office.kill()
    office.restart()
    assert client_of(office).seal(PDF, BUREAU, PAPER.number) == first
    (entry,) = book(office)
    assert (entry["status"], entry["attempts_seen"]) == ("sealed", 2)


def test_each_department_has_a_seal_of_its_own(office: RunningProgram) -> None:
    ours = client_of(office).seal(PDF, BUREAU, PAPER.number)
    theirs = client_of(office).seal(PDF, "d-finance", PAPER.number)
    assert ours.certificate_serial != theirs.certificate_serial
    assert validated(office, ours.pdf).trusted
    assert not validated(office, theirs.pdf).trusted, "by the certificate of another department"


def test_whoever_does_not_share_the_secret_gets_no_seal(office: RunningProgram) -> None:
    with pytest.raises(SealUnavailable, match="401"):
        client_of(office, "whsec_b3RoZXItc2VjcmV0LW9mLW90aGVycw==").seal(PDF, BUREAU, PAPER.number)
    assert book(office) == []


def test_a_seal_whose_answer_was_lost_is_fetched_by_asking_again(office: RunningProgram) -> None:
    behaves(office, "seal_then_timeout")
    with pytest.raises(SealUnavailable):
        client_of(office).seal(PDF, BUREAU, PAPER.number)
    assert client_of(office).seal(PDF, BUREAU, PAPER.number).pdf.startswith(PDF)
    assert len(book(office)) == 1


def test_who_does_not_answer_is_asked_again_later(office: RunningProgram) -> None:
    for behaviour in ("silent", "timeout_before", "http_500"):
        behaves(office, behaviour)
        with pytest.raises(SealUnavailable):
            client_of(office, seconds=1.0).seal(PDF, BUREAU, PAPER.number)
        assert book(office) == [], behaviour
    assert client_of(office).seal(PDF, BUREAU, PAPER.number).pdf.startswith(PDF)


def test_a_late_answer_counts_within_the_time_that_is_given(office: RunningProgram) -> None:
    behaves(office, "answer_late", seconds=0.3)
    assert client_of(office).seal(PDF, BUREAU, PAPER.number).pdf.startswith(PDF)


def test_a_seal_that_takes_its_time_is_not_there_yet(office: RunningProgram) -> None:
    behaves(office, "work_then_seal", seconds=3600)
    for _ in range(2):
        with pytest.raises(SealUnavailable, match="425"):
            client_of(office).seal(PDF, BUREAU, PAPER.number)
    assert [entry["status"] for entry in book(office)] == ["pending"]


def test_an_answer_that_is_none_is_not_taken(office: RunningProgram) -> None:
    why = {"other_paper": "not our paper", "no_seal": "not our paper", "bad_json": "none", "wrong_signature": "none"}
    for lie, said in why.items():
        behaves(office, lie)
        with pytest.raises(SealUnavailable, match=said):
            client_of(office).seal(PDF, BUREAU, PAPER.number)
    assert client_of(office).seal(PDF, BUREAU, PAPER.number).pdf.startswith(PDF)


def test_a_refusal_says_why(office: RunningProgram) -> None:
    behaves(office, "refuse", reason_code="text_not_approved", reason="该文书未经法制审核")
    with pytest.raises(SealRefused) as refused:
        client_of(office).seal(PDF, BUREAU, PAPER.number)
    assert (refused.value.code, refused.value.reason) == ("text_not_approved", "该文书未经法制审核")


def test_a_revoked_seal_seals_nothing(office: RunningProgram) -> None:
    office.client.put(f"/control/seals/{BUREAU}", json={"name": "旧印章", "state": "revoked"}).raise_for_status()
    with pytest.raises(SealRefused) as refused:
        client_of(office).seal(PDF, BUREAU, PAPER.number)
    assert refused.value.code == "seal_revoked"


def test_what_is_no_pdf_is_refused_and_not_booked(office: RunningProgram) -> None:
    with pytest.raises(SealRefused) as refused:
        client_of(office).seal(b"%PDF-1.7\nnothing of a file", BUREAU, "1")
    assert refused.value.code == "not_a_paper"
    assert book(office) == []
