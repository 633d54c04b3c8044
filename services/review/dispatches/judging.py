"""What a system's answer must be to count: about this check, of the words agreed, on a published ground, not of the future.

Whatever does not fit is nonsense, with the reason in words; it is never taken for *clear*.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast, get_args

from pydantic import AwareDatetime

from contracts.department_systems import CheckAnswer, CheckSaid
from contracts.message import Model
from services.review.dispatches.domain import Dispatch

CLOCKS_APART = timedelta(minutes=2)
"""A system's clock may be ahead of ours by so much."""

WORDS: Collection[str] = get_args(CheckAnswer)
LONGEST = 200
"""Characters of a text in an answer: a sentence, no record."""


class SystemWords(Model):
    """An answer as a system writes it, before anybody has judged it."""

    check_id: str
    receipt: str
    state: str
    answer: str | None = None
    ground: str | None = None
    condition: str | None = None
    basis: str | None = None
    source: str | None = None
    as_of: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Nonsense:
    """Why an answer does not count."""

    why: str


def judge(words: SystemWords, dispatch: Dispatch, now: datetime) -> CheckSaid | Nonsense | None:
    """What was said, why it does not count, or None while the system is still at work."""
    if (words.check_id, words.receipt) != (dispatch.id, dispatch.receipt):
        return Nonsense("所答的不是这件核查")
    if words.state == "taken":
        return None
    if words.state != "answered" or words.answer not in WORDS:
        return Nonsense("答复不是约定的用语")
    why = _without_source(words, now) or _misfit(words, dispatch.question.grounds)
    if why is not None:
        return Nonsense(why)
    assert words.source is not None, "an answer without source is nonsense"
    assert words.as_of is not None, "and so is one without time"
    return CheckSaid(
        answer=cast(CheckAnswer, words.answer),
        ground=words.ground,
        condition=words.condition,
        basis=words.basis,
        source=words.source,
        as_of=words.as_of,
    )


def _without_source(words: SystemWords, now: datetime) -> str | None:
    if not _is_sentence(words.source) or words.as_of is None:
        return "没有写明来源和时间"
    return "答复的时间在将来" if words.as_of > now + CLOCKS_APART else None


def _misfit(words: SystemWords, grounds: Collection[str]) -> str | None:
    against = (words.ground, words.condition, words.basis)
    if words.answer != "barred":
        return None if against == (None, None, None) else "答复并非不符合，却写了不符合的情形"
    if words.ground not in grounds:
        return "所列情形不在所核查的已公布条件之内"
    return None if all(_is_sentence(each) for each in against) else "不符合的，须写明情形、条件和依据"


def _is_sentence(text: str | None) -> bool:
    return text is not None and bool(text.strip()) and len(text) <= LONGEST
