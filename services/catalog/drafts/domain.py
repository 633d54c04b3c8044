"""Drafts: items on their way to publication. Pure: time, ids and actor are given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from contracts.aggregate import Aggregate
from contracts.authoring import GuideAgreement, TextProblem
from contracts.drafting import (
    ConsultationOpened,
    ConsultationRound,
    ConsultedParty,
    DraftView,
    OpinionResponse,
    PartyAnswer,
    Stage,
)
from contracts.message import Actor, Id, TenantId
from contracts.policies import DirectGround, PublicationGround
from contracts.refusal import Conflict, Invalid, NotFound, Reason
from services.catalog.drafts import consultation
from services.catalog.policies.domain import ConsultationMissing, refuse_other_department

STAGES: Mapping[tuple[Stage | None, Stage], str] = {
    (None, "draft"): "drafted",
    ("draft", "draft"): "edited",
    ("draft", "consultation"): "consultation_opened",
    ("consultation", "consultation"): "answered",
    ("consultation", "consulted"): "consultation_closed",
    ("consultation", "draft"): "consultation_recalled",
    ("consulted", "consulted"): "edited",
    ("consulted", "draft"): "edited",
    ("draft", "published"): "draft_published",
    ("consulted", "published"): "draft_published",
    ("draft", "discarded"): "draft_discarded",
    ("consulted", "discarded"): "draft_discarded",
}
"""Every edge and what the history says of it. A draft is not public: nothing of its text goes on the bus, only that
others are asked about it."""

STAGE_NAMES: Mapping[Stage, str] = {
    "draft": "草稿",
    "consultation": "征求意见中",
    "consulted": "征求意见已结束",
    "published": "已发布",
    "discarded": "已作废",
}
CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")

MAY_BE_OPEN = frozenset({"fair_competition_missing", "fair_competition_doubtful", "document_not_in_force"})
"""Problems that a text under consultation may still have: they are settled until it is published."""


class DraftUnknown(NotFound):
    """No draft that this person may read has this id."""

    code = "draft_unknown"
    sentence = "没有找到该草稿。"


class DraftExists(Conflict):
    """One draft of an item at a time: two would overwrite each other."""

    code = "draft_exists"
    sentence = "该编码的事项已有一份未完成的草稿，请在原草稿上修改。"


class DraftNotInThatStage(Conflict):
    """What is asked for does not follow from the stage that the draft is in."""

    code = "draft_not_in_that_stage"
    sentence = "该草稿{stage}，不能{action}。"


class DraftNotReady(Invalid):
    """The text cannot be read as an item, or its rules cannot be evaluated; `reasons` says all that must change."""

    code = "draft_not_ready"
    sentence = "草稿内容尚不完整，请按提示修改。"


class DraftOutdated(Conflict):
    """The item has been revised since the draft of its next version was begun."""

    code = "draft_outdated"
    sentence = "该事项已更新至第 {version} 版，草稿基于第 {base} 版，请重新起草。"


@dataclass(kw_only=True, slots=True)
class Draft(Aggregate):
    """A text on its way to publication. `content` is what was entered, finished or not.

    `item_id` and `base_version` name the item and version that it is to follow; of a new item the item is named
    once it is published, and its `base_version` is then 0.
    """

    code: str
    title: str
    department: str
    department_id: Id | None = None
    content: dict[str, Any]
    item_id: str | None = None
    base_version: int | None = None
    stage: Stage = "draft"
    rounds: tuple[ConsultationRound, ...] = ()
    created_by: str
    created_at: datetime
    edited_at: datetime
    problems: tuple[TextProblem, ...] = field(default=(), compare=False)

    @classmethod
    def begin(
        cls,
        content: dict[str, Any],
        *,
        id: str,
        tenant: TenantId,
        by: Actor,
        at: datetime,
        revises: tuple[str, int] | None,
    ) -> Draft:
        """Raises ItemOfOtherDepartment for somebody who acts for no department."""
        department = by.department or ""
        refuse_other_department(by, department or "政策主管部门")
        code, title = _named(content)
        item_id, base = revises or (None, None)
        return cls(
            id=id,
            tenant=tenant,
            code=code,
            title=title,
            department=department,
            department_id=by.department_id,
            content=content,
            item_id=item_id,
            base_version=base,
            created_by=by.id,
            created_at=at,
            edited_at=at,
        )

    @property
    def round(self) -> ConsultationRound:
        """The newest round; there is one in the stages that follow from it."""
        return self.rounds[-1]

    def edit(self, content: dict[str, Any], *, at: datetime) -> str:
        """Another text. → what the history says of it. Raises DraftNotInThatStage."""
        if self.stage not in ("draft", "consulted"):
            raise DraftNotInThatStage(stage=STAGE_NAMES[self.stage], action="修改")
        as_asked = self.stage == "consulted" and bool(self._answers("changes")) and not self._answers("object")
        action = self._move("consulted" if as_asked else "draft", "修改")
        self.code, self.title = _named(content)
        self.content, self.edited_at = content, at
        return action

    def open_consultation(
        self,
        parties: Sequence[ConsultedParty],
        until: date,
        problems: Sequence[TextProblem],
        *,
        at: datetime,
        today: date,
    ) -> str:
        """Ask about the text as it stands. Raises DraftNotInThatStage, DraftNotReady or ConsultationInvalid."""
        self._must_be("draft", "征求意见")
        open_ones = [each for each in problems if each.code not in MAY_BE_OPEN]
        if open_ones:
            raise DraftNotReady(*(_reason(each) for each in open_ones))
        asked = consultation.begin(len(self.rounds) + 1, parties, until, at=at, today=today)
        self.rounds = (*self.rounds, asked)
        action = self._move("consultation", "征求意见")
        self.record(
            ConsultationOpened(
                draft_id=self.id, title=self.title, department=self.department, until=until, parties=tuple(parties)
            )
        )
        return action

    def answer(self, answer: consultation.Answer, opinion: str, *, by: Actor, at: datetime) -> str:
        """One party's answer; the last one ends the round.

        Raises NotAsked, DraftNotInThatStage, AnsweredAlready or OpinionMissing.
        """
        if not self.rounds or consultation.asked_of(by, self.round) is None:
            raise consultation.NotAsked()
        self._must_be("consultation", "反馈意见")
        self._replace(consultation.answered(self.round, answer, opinion, by=by, at=at))
        if self.round.closed_at is not None:
            return self._move("consulted", "结束征求意见")
        return self._move("consultation", "反馈意见")

    def close_consultation(self, *, at: datetime, today: date) -> bool:
        """The last day has passed: who has not answered is recorded as silent. False where that is not so."""
        if self.stage != "consultation" or today <= self.round.until:
            return False
        self._replace(consultation.silenced(self.round, at))
        self._move("consulted", "结束征求意见")
        return True

    def recall(self, *, at: datetime) -> str:
        """Ask no longer. Raises DraftNotInThatStage."""
        self._must_be("consultation", "撤回征求意见")
        self._replace(self.round.model_copy(update={"closed_at": at}))
        return self._move("draft", "撤回征求意见")

    def discard(self) -> str:
        """Raises DraftNotInThatStage."""
        return self._move("discarded", "作废")

    def ground(self, claimed: DirectGround | None, responses: Sequence[OpinionResponse]) -> PublicationGround:
        """Why it may be published. Raises DraftNotInThatStage, ConsultationMissing or ConsultationOpposes."""
        if self.stage not in ("draft", "consulted"):
            raise DraftNotInThatStage(stage=STAGE_NAMES[self.stage], action="发布")
        reasons = consultation.reasons_against(self.round, responses) if self.rounds else []
        if reasons:
            raise consultation.ConsultationOpposes(*reasons)
        if self.stage == "consulted":
            return PublicationGround(kind="consultation", text=consultation.outcome(self.round, responses))
        if claimed is None:
            raise ConsultationMissing()
        return PublicationGround(kind=claimed.kind, text=claimed.text)

    def published_as(self, item_id: str) -> str:
        """It has become a version of this item. → what the history says of it."""
        if self.item_id is None:
            self.item_id, self.base_version = item_id, 0
        return self._move("published", "发布")

    def view(self, sentences: Mapping[str, str], guide: Sequence[GuideAgreement] = ()) -> DraftView:
        return DraftView(
            draft_id=self.id,
            tenant=self.tenant,
            version=self.version,
            code=self.code,
            title=self.title,
            department=self.department,
            stage=self.stage,
            item_id=self.item_id,
            base_version=self.base_version,
            content=self.content,
            problems=self.problems,
            sentences=dict(sentences),
            guide=tuple(guide),
            rounds=self.rounds,
            created_at=self.created_at,
            edited_at=self.edited_at,
        )

    def _answers(self, answer: str) -> list[PartyAnswer]:
        return [each for each in self.round.answers if each.answer == answer]

    def _replace(self, now: ConsultationRound) -> None:
        self.rounds = (*self.rounds[:-1], now)

    def _must_be(self, stage: Stage, action: str) -> None:
        if self.stage != stage:
            raise DraftNotInThatStage(stage=STAGE_NAMES[self.stage], action=action)

    def _move(self, after: Stage, action: str) -> str:
        named = STAGES.get((self.stage, after))
        if named is None:
            raise DraftNotInThatStage(stage=STAGE_NAMES[self.stage], action=action)
        self.stage = after
        return named


def _named(content: Mapping[str, Any]) -> tuple[str, str]:
    """Code and title of a text, as far as it has them: a draft is known by them. Raises DraftNotReady."""
    code, title = content.get("code"), content.get("title")
    if not isinstance(code, str) or CODE.fullmatch(code) is None:
        raise DraftNotReady(
            Reason(code="code_missing", message="草稿须有事项编码（字母、数字、-、_）", field="content.code")
        )
    return code, title[:200] if isinstance(title, str) and title.strip() else "（未命名）"


def _reason(problem: TextProblem) -> Reason:
    return Reason(code=problem.code, message=problem.text, field=f"content{problem.where.replace('/', '.')}")
