"""Papers on a real database: numbers without gaps, files that are sealed late, and service that is counted once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from paper_kit import in_one_line
from psycopg.errors import InsufficientPrivilege
from review_database import Review
from test_review_cases import approval, at_once, outcome

from chassis.edge.frame import Frame
from chassis.files.objects import Objects
from chassis.papers.seal import Sealed, SealRefused, SealUnavailable
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.case_notices import (
    CONSENT_VERSION,
    ConsentToElectronicService,
    GetNoticeFile,
    ListCaseNotices,
    ListNoticesToServe,
    ListOwnNotices,
    NoticeList,
    NoticeView,
    OpenNotice,
    RecordService,
)
from contracts.identity import TenantSettings
from contracts.message import Actor
from contracts.refusal_grounds import GetRefusalGrounds, PreviewRefusal
from contracts.reopening import UndoDecision
from contracts.review import CaseView, ListCases, RejectCase
from services.review.cases.undo_window import RELEASE
from services.review.notices.store import MAKE_FILE
from services.review.reopening.releasing import release_decisions
from services.review.serving.files import SEAL_AGAIN, make_files
from tests.remedies import OWN_GROUNDS, REMEDIES
from tests.unit.review.review_kit import DEPARTMENT, LEADER, OFFICER, application, facts, item_rules

FIRM = Actor(id="enterprise-1-clerk", roles=frozenset({"enterprise"}), enterprise_id="enterprise-1")
WINDOW = Actor(id="window-1", roles=frozenset({"window"}))
STRANGER = Actor(id="other-clerk", roles=frozenset({"enterprise"}), enterprise_id="enterprise-9")


class Office:
    """A seal office that says what the test lets it say."""

    def __init__(self) -> None:
        self.fails: Exception | None = None

    def seal(self, pdf: bytes, department_id: str, paper_number: str) -> Sealed:
        if self.fails is not None:
            raise self.fails
        return Sealed(pdf + b"\nseal of " + department_id.encode(), f"{DEPARTMENT}（电子印章）", "01", NOON)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def make(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock
) -> Callable[..., Review]:
    def made(settings: TenantSettings | None = None) -> Review:
        dsns = service_database("review")
        return Review(service_frame("review", dsns=dsns, clock=clock), dsns).prepared(item_rules(), settings)

    return made


def file(review: Review, number: int, **words: Any) -> None:
    """A claim of a firm that is not above scale."""
    firm = {
        "uscc": f"9136070200000{number:04d}X",
        "enterprise_id": f"enterprise-{number}",
        "department_id": "dep-1",
    }
    review.hears(application(known=facts(above_scale=False), **firm | words))


def cases(review: Review) -> list[CaseView]:
    return [CaseView.model_validate(each) for each in review.asked(ListCases())["ok"]["items"]]


def refusal(case: CaseView, **said: Any) -> RejectCase:
    return RejectCase(case_id=case.case_id, expected_version=case.version, **said)


def papers(review: Review, case: CaseView) -> list[NoticeView]:
    found = review.asked(ListCaseNotices(case_id=case.case_id))["ok"]
    return list(NoticeList.model_validate(found).items)


def makes_files(review: Review, shelf: Objects, office: Any = None) -> int:
    return review.works(MAKE_FILE, lambda jobs, unit: make_files(jobs, unit, shelf, office))


def of_kind(review: Review, kind: str) -> list[str]:
    return [
        number for (number,) in review.rows(f"SELECT number FROM case_notice WHERE kind = '{kind}' ORDER BY number")
    ]


def test_a_refusal_is_issued_with_its_grounds_its_number_and_whom_one_turns_to(make: Callable[..., Review]) -> None:
    review = make()
    file(review, 1)
    (case,) = cases(review)
    found = review.asked(GetRefusalGrounds(case_id=case.case_id))["ok"]
    (ground,) = [each for each in found["grounds"] if each["decisive"]]
    preview = review.asked(PreviewRefusal(case_id=case.case_id, grounds=(ground["code"],)))["ok"]
    view = review.ordered(refusal(case, grounds=(ground["code"],)))["ok"]
    assert view["grounds"] == preview["grounds"] == [ground]
    assert view["how_to_object"] == preview["how_to_object"] == REMEDIES.sentence_zh
    assert view["notice_number"] == f"{DEPARTMENT}惠企不批〔2026〕1号"
    ((body,),) = review.rows("SELECT body FROM outbox WHERE type = 'CaseRejected'")
    event = (json.loads(body) if isinstance(body, str) else body)["data"]
    assert (event["notice_number"], event["remedies"]["court"]) == (view["notice_number"], REMEDIES.court)
    paper = next(each for each in papers(review, case) if each.kind == "refusal")
    assert [each.code for each in paper.content.grounds] == [ground["code"]]
    assert paper.content.issuer == DEPARTMENT
    assert OFFICER.id not in paper.content.model_dump_json()


def test_numbers_have_no_gap_however_many_refuse_at_once_and_whatever_is_refused_itself(
    make: Callable[..., Review],
) -> None:
    review = make()
    for number in range(1, 9):
        file(review, number)
    waiting = cases(review)
    stale = [refusal(each).model_copy(update={"expected_version": 99}) for each in waiting[:4]]
    orders = [*stale, *(refusal(each) for each in waiting)]
    answers = at_once(*(lambda order=order: review.ordered(order, actor=LEADER) for order in orders))
    assert [outcome(each) for each in answers] == ["stale_version"] * 4 + ["rejected"] * 8
    assert of_kind(review, "refusal") == sorted(f"{DEPARTMENT}惠企不批〔2026〕{n}号" for n in range(1, 9))
    assert sorted(each["ok"]["notice_number"] for each in answers[4:]) == of_kind(review, "refusal")


def test_what_is_undone_leaves_neither_number_nor_paper(make: Callable[..., Review], clock: FixedClock) -> None:
    review = make(TenantSettings(undo_minutes=30))
    file(review, 1)
    (case,) = cases(review)
    held = review.ordered(refusal(case))["ok"]
    assert (held["notice_number"], of_kind(review, "refusal")) == (None, [])
    undone = UndoDecision(case_id=case.case_id, reason="看错了", expected_version=held["version"])
    again = CaseView.model_validate(review.ordered(undone)["ok"])
    assert again.grounds == ()
    review.ordered(refusal(again))
    clock.advance(timedelta(minutes=31))

    assert review.works(RELEASE, release_decisions) == 1
    assert of_kind(review, "refusal") == [f"{DEPARTMENT}惠企不批〔2026〕1号"]


def test_a_paper_goes_out_unsealed_while_the_office_is_silent_and_is_sealed_later_under_its_number(
    make: Callable[..., Review], clock: FixedClock, tmp_path: Path
) -> None:
    review, shelf, office = make(), Objects.in_folder(tmp_path), Office()
    file(review, 1)
    (case,) = cases(review)
    review.ordered(refusal(case))
    assert makes_files(review, shelf, office) == 0
    clock.advance(timedelta(minutes=4))
    office.fails = SealUnavailable("silent")
    assert makes_files(review, shelf, office) == 2
    paper = next(each for each in papers(review, case) if each.kind == "refusal")
    (unsealed,) = paper.files
    said = in_one_line(shelf.local_file("zhanggong", unsealed.sha256).read_bytes())
    for words in (paper.number, "未加盖电子印章，仅供核对", REMEDIES.reconsideration_body, "规模以上企业"):
        assert words in said
    clock.advance(SEAL_AGAIN + timedelta(minutes=1))
    assert makes_files(review, shelf, office) == 2
    office.fails = None
    clock.advance(SEAL_AGAIN + timedelta(minutes=1))
    assert makes_files(review, shelf, office) == 2
    paper = next(each for each in papers(review, case) if each.kind == "refusal")
    assert [(each.sealed, bool(each.seal_name)) for each in paper.files] == [(False, False), (True, True)]
    told = [type for type, _to in review.told() if type == "NoticeIssued"]
    assert len(told) == 4
    clock.advance(SEAL_AGAIN)
    assert makes_files(review, shelf, office) == 0


def test_a_paper_that_the_office_refuses_stays_unsealed_and_is_not_asked_for_again(
    make: Callable[..., Review], clock: FixedClock, tmp_path: Path
) -> None:
    review, shelf, office = make(), Objects.in_folder(tmp_path), Office()
    file(review, 1)
    (case,) = cases(review)
    office.fails = SealRefused("no_seal", "该部门没有印章")
    clock.advance(timedelta(minutes=4))
    assert makes_files(review, shelf, office) == 1
    assert [each.sealed for each in papers(review, case)[0].files] == [False]
    clock.advance(2 * SEAL_AGAIN)
    assert makes_files(review, shelf, office) == 0


def test_whoever_opens_a_paper_has_its_file_made_at_once_and_a_stranger_finds_none(
    make: Callable[..., Review], tmp_path: Path
) -> None:
    review, shelf = make(), Objects.in_folder(tmp_path)
    file(review, 1)
    (case,) = cases(review)
    (paper,) = papers(review, case)
    assert outcome(review.ordered(OpenNotice(notice_id=paper.notice_id), actor=STRANGER)) == "paper_not_found"
    assert review.ordered(OpenNotice(notice_id=paper.notice_id), actor=FIRM)["ok"]["file"] is None
    assert makes_files(review, shelf) == 1
    answer = review.asked(GetNoticeFile(notice_id=paper.notice_id), actor=FIRM)["ok"]
    assert answer["name"] == f"{paper.number}.pdf"
    assert shelf.local_file("zhanggong", answer["file"]["sha256"]).read_bytes().startswith(b"%PDF")
    assert "refused" in review.asked(GetNoticeFile(notice_id=paper.notice_id), actor=STRANGER)
    own = ListOwnNotices(application_id=case.claim.application_id)
    assert len(review.asked(own, actor=FIRM)["ok"]["items"]) == 1
    assert review.asked(own, actor=STRANGER)["ok"]["items"] == []
    assert len(review.asked(own, actor=WINDOW)["ok"]["items"]) == 1
    assert review.asked(own, actor=WINDOW, tenant="xingguo")["refused"]["code"] == "paper_not_found"


def refused_paper(review: Review) -> tuple[CaseView, NoticeView]:
    file(review, 1)
    (case,) = cases(review)
    review.ordered(refusal(case))
    return case, next(each for each in papers(review, case) if each.kind == "refusal")


def test_opening_serves_only_whom_has_consented_and_only_once(make: Callable[..., Review], clock: FixedClock) -> None:
    review = make()
    case, paper = refused_paper(review)
    review.ordered(OpenNotice(notice_id=paper.notice_id), actor=FIRM)
    assert next(each for each in papers(review, case) if each.kind == "refusal").served_at is None
    consent = ConsentToElectronicService(
        application_id=case.claim.application_id, address="本平台企业空间", text_version=CONSENT_VERSION
    )
    assert outcome({"refused": review.ordered(consent, actor=WINDOW)["refused"]}) == "only_enterprise_consents"
    assert review.ordered(consent, actor=FIRM)["ok"]["address"] == "本平台企业空间"
    clock.advance(timedelta(hours=1))
    review.ordered(OpenNotice(notice_id=paper.notice_id), actor=OFFICER)
    review.ordered(OpenNotice(notice_id=paper.notice_id), actor=FIRM)
    review.ordered(OpenNotice(notice_id=paper.notice_id), actor=FIRM)
    served = next(each for each in papers(review, case) if each.kind == "refusal")
    assert (served.served_by_means, served.served_at) == ("electronic", NOON + timedelta(hours=1))
    assert served.opened_at == NOON
    assert served.reconsider_until is not None
    assert served.reconsider_until >= (NOON + timedelta(days=60)).date()
    assert [type for type, _to in review.told()].count("NoticeServed") == 1


def test_a_paper_that_is_handed_over_or_posted_leaves_the_list_of_those_that_wait(
    make: Callable[..., Review], clock: FixedClock, tmp_path: Path
) -> None:
    review = make()
    case, paper = refused_paper(review)
    clock.advance(timedelta(minutes=4))
    makes_files(review, Objects.in_folder(tmp_path))
    (waiting,) = review.asked(ListNoticesToServe(), actor=WINDOW)["ok"]["items"]
    assert waiting["number"] == paper.number
    words = {"notice_id": paper.notice_id, "expected_version": waiting["version"]}
    electronic = RecordService(means="electronic", at=clock.now(), note="系统回执 0001", **words)
    assert outcome(review.ordered(electronic, actor=WINDOW)) == "electronic_service_not_agreed"
    empty = review.ordered(RecordService(means="window", **words), actor=WINDOW)["refused"]
    assert [each["field"] for each in empty["reasons"]] == ["at", "taken_by", "signature"]
    sent = RecordService(means="post", tracking_number="EMS1234", sent_on=clock.now().date(), **words)
    on_its_way = review.ordered(sent, actor=WINDOW)["ok"]
    assert (on_its_way["served_at"], len(on_its_way["services"])) == (None, 1)
    handed = RecordService(
        **words | {"expected_version": on_its_way["version"]},
        means="window",
        at=clock.now(),
        taken_by="王经办",
        signature="signed",
    )
    assert review.ordered(handed, actor=WINDOW)["ok"]["served_by_means"] == "window"
    assert review.asked(ListNoticesToServe(), actor=WINDOW)["ok"]["items"] == []
    assert case.state == "accepted"


def test_what_was_issued_cannot_be_changed(make: Callable[..., Review]) -> None:
    review = make()
    _case, paper = refused_paper(review)
    with psycopg.connect(review.dsns.app.replace("+psycopg", "")) as app:
        app.execute("SELECT set_config('zhida.tenants', 'zhanggong', false)")
        for change in ("UPDATE case_notice SET number = 'X'", "DELETE FROM case_notice"):
            with pytest.raises(InsufficientPrivilege), app.transaction():
                app.execute(change)
    assert paper.content_sha256


def test_an_approval_for_several_payers_is_one_paper(make: Callable[..., Review]) -> None:
    review = make()
    review.hears(application())
    (case,) = cases(review)
    review.ordered(approval(case))
    assert sorted(each.kind for each in papers(review, case)) == ["acceptance", "approval"]


def test_without_remedies_nothing_is_refused_and_all_that_is_wrong_is_said_at_once(
    make: Callable[..., Review],
) -> None:
    review = make()
    file(review, 1)
    review.does("UPDATE tenant SET settings = settings - 'remedies'")
    (case,) = cases(review)
    refused = review.ordered(refusal(case, grounds=("condition:9:x",), other_grounds=OWN_GROUNDS))["refused"]
    assert [each["code"] for each in refused["reasons"]] == ["remedies_not_set", "ground_unknown"]
