"""The answers to what a claim is to be mended in, as a form says them: the enterprise's own, and the counter's for it."""

from __future__ import annotations

import re

from pydantic import Field

from contracts.intake import Claim
from contracts.message import Id, Model
from contracts.refusal import Invalid, Reason, Refusal
from contracts.supplements import AnsweredPoint, AnswerSupplement, SupplementPointView, SupplementView
from contracts.uploads import Sha256
from gateway.door import Door, RefusedThere
from gateway.pictures import PICTURES
from gateway.portal.enterprise.applications.answers import WRONG, YUAN, value_of
from gateway.portal.shell.sent_files import MIB, FilesTaken, sent_files

PLACE = re.compile(r"points\.([0-9]+)")
SCANS_TAKEN = FilesTaken(
    name="scans",
    types=frozenset({"application/pdf", *PICTURES}),
    kinds="PDF 或 JPEG、PNG",
    accept="application/pdf,image/jpeg,image/png",
    most=20,
    largest=20 * MIB,
    together=100 * MIB,
    otherwise="不是可以上传的文件（可用 PDF、JPEG、PNG），请重新选择",
)


class FilledAnswers(Model):
    """What is filled in, each by the point's place: a value, papers of the dossier, papers that come with the form, a word."""

    supplement_id: Id
    answers: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    papers: dict[str, tuple[Sha256, ...]] = Field(default_factory=dict)
    scans: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    originals: dict[str, bool] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)


def by_place(supplement: SupplementView) -> list[tuple[str, SupplementPointView]]:
    """Each point with the name that its fields have."""
    return [(f"p{place}", point) for place, point in enumerate(supplement.points)]


async def send_answers(door: Door, claim: Claim, supplement: SupplementView, filled: FilledAnswers) -> None:
    """Answer all of it at once, where the case is. Raises Invalid and RefusedThere with what is wrong beside its point."""
    points, wrong = [], []
    for name, point in by_place(supplement):
        said, reason = _answered(point, name, filled)
        points.append(said)
        if reason is not None:
            wrong.append(reason)
    if wrong:
        raise Invalid(*wrong)
    order = AnswerSupplement(
        application_id=claim.application_id, supplement_id=filled.supplement_id, points=tuple(points)
    )
    try:
        await door.done(order, tenant=claim.tenant)
    except RefusedThere as refused:
        raise RefusedThere(_beside_points(refused.refusal(), supplement)) from None


def _answered(point: SupplementPointView, name: str, filled: FilledAnswers) -> tuple[AnsweredPoint, Reason | None]:
    """What stands in the fields of one point, and why that cannot be an answer. Raises FilesRefused."""
    said, word = filled.answers.get(name), filled.words.get(name, "")
    sent = [each.sha256 for each in sent_files(filled.scans.get(name, ()), f"scans.{name}")]
    blank = AnsweredPoint(
        code=point.code,
        files=tuple(dict.fromkeys([*filled.papers.get(name, ()), *sent])),
        original_shown=filled.originals.get(name, False),
        text=word,
    )
    if point.asked is None or said is None:
        return blank, None
    value = value_of(point.asked, said)
    if value is None:
        return blank, Reason(code="answer_wrongly_written", message=WRONG[point.asked.kind], field=f"answers.{name}")
    unit = YUAN if point.asked.is_money else point.asked.unit
    return blank.model_copy(update={"value": value, "unit": unit}), None


def _beside_points(refusal: Refusal, supplement: SupplementView) -> Refusal:
    """What review refused, under the names of the form."""

    def place(field: str | None) -> str | None:
        found = PLACE.match(field or "")
        if found is None or int(found[1]) >= len(supplement.points):
            return None
        about = supplement.points[int(found[1])].about
        return f"{'answers' if about == 'field' else 'words'}.p{found[1]}"

    reasons = tuple(each.model_copy(update={"field": place(each.field)}) for each in refusal.reasons)
    return refusal.model_copy(update={"reasons": reasons})
