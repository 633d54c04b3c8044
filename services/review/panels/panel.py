"""A panel of a case: its seats, its score sheets, its conclusion. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from contracts.aggregate import Aggregate
from contracts.message import Id
from contracts.panels import CriterionScore, PanelCriterion, PanelState
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound
from services.review.panels.scores import mean_of, reasons_against, total_of


class PanelUnknown(NotFound):
    code = "panel_unknown"
    sentence = "没有找到该评审小组。"


class PanelStands(Conflict):
    """It was drawn; drawing anew until it pleases would be no draw."""

    code = "panel_stands"
    sentence = "本件的评审小组已经抽取，不能重抽；专家回避的，由同次抽取的下一名递补。"


class PanelOver(Conflict):
    code = "panel_over"
    sentence = "评审已经结束，不能再变更。"


class NotEnoughExperts(Conflict):
    code = "not_enough_experts"
    sentence = "专家库中{of}可以抽取的专家只有 {there} 名（须回避 {out} 名），方案要求 {needed} 名；请先补充专家库。"


class NotOnPanel(Conflict):
    code = "expert_not_on_panel"
    sentence = "该专家不在本评审小组中，或已经回避。"


class NotYourSeat(Forbidden):
    code = "not_your_seat"
    sentence = "您不是该评审专家本人，不能代为办理。"


class ScoredAlready(Conflict):
    """Who has scored is not taken off for what they have scored."""

    code = "expert_has_scored"
    sentence = "该专家已经打分，主管部门不能再要求其回避；须回避的由专家本人提出。"


class OwnScoreStands(Conflict):
    """What an expert has entered themselves no sheet replaces."""

    code = "own_score_stands"
    sentence = "该专家已经用本人账户打分，不能再由他人代录。"


class SheetNeeded(Invalid):
    code = "score_sheet_needed"
    sentence = "代录评分须上传专家签字的评分表。"


class ScoresRefused(Invalid):
    """`reasons` names everything that is wrong with them."""

    code = "scores_refused"
    sentence = "评分有误，请按提示修改。"


class PanelWithoutQuorum(Conflict):
    code = "panel_without_quorum"
    sentence = "已打分的专家 {there} 名，未达到方案要求的 {needed} 名，不能作出评审结论。"


class FigureNeeded(Invalid):
    code = "panel_figure_needed"
    sentence = "评审通过的，须同时填写方案规定由评审小组核定的数。"


class FigureNotAsked(Invalid):
    code = "panel_figure_not_asked"
    sentence = "{why}，不填写核定数。"


@dataclass(frozen=True, slots=True)
class DrawnExpert:
    """Somebody of the draw as the register said then."""

    id: str
    name: str
    employer: str
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class Recusal:
    expert_id: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """One sheet as it came in; the latest of an expert counts. `sha256`: of a signed sheet that somebody else has entered."""

    expert_id: str
    scores: tuple[CriterionScore, ...]
    by: str
    at: datetime
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Conclusion:
    passed: bool
    mean: str
    minutes: str
    minutes_sha256: str
    by: str
    at: datetime


@dataclass(kw_only=True, slots=True)
class CasePanel(Aggregate):
    """`drawn` is everybody of the draw in its order; the first `members` of those who have not recused have the seats.
    Recusals and sheets are only added to."""

    case_id: str
    receipt: str
    item_title: str
    enterprise_name: str
    step: int
    field: str
    members: int
    quorum: int
    criteria: tuple[PanelCriterion, ...]
    pass_score: str
    sets: str | None
    seed: str
    register_hash: str
    drawn: tuple[DrawnExpert, ...]
    left_out: tuple[Id, ...]
    drawn_by: str
    drawn_at: datetime
    state: PanelState = "scoring"
    recusals: tuple[Recusal, ...] = ()
    sheets: tuple[ScoreSheet, ...] = ()
    conclusion: Conclusion | None = None

    @property
    def seats(self) -> tuple[DrawnExpert, ...]:
        return self._there[: self.members]

    @property
    def reserve(self) -> int:
        return max(0, len(self._there) - self.members)

    @property
    def _there(self) -> tuple[DrawnExpert, ...]:
        gone = {each.expert_id for each in self.recusals}
        return tuple(each for each in self.drawn if each.id not in gone)

    @property
    def counted(self) -> dict[str, ScoreSheet]:
        """The sheet that counts of each expert who has a seat."""
        seated = {each.id for each in self.seats}
        return {each.expert_id: each for each in self.sheets if each.expert_id in seated}

    @property
    def can_reach_quorum(self) -> bool:
        return len(self.seats) >= self.quorum

    def seat_of(self, expert_id: Id) -> DrawnExpert:
        """Raises PanelOver or NotOnPanel."""
        if self.state != "scoring":
            raise PanelOver()
        seat = next((each for each in self.seats if each.id == expert_id), None)
        if seat is None:
            raise NotOnPanel()
        return seat

    def recuse(self, expert_id: Id, reason: str, by: Id, at: datetime) -> None:
        """Raises PanelOver, NotOnPanel or ScoredAlready."""
        seat = self.seat_of(expert_id)
        if by != seat.person_id and expert_id in self.counted:
            raise ScoredAlready()
        self.recusals = (*self.recusals, Recusal(expert_id, reason, by, at))

    def score(
        self, expert_id: Id, scores: tuple[CriterionScore, ...], by: Id, at: datetime, sha256: str | None
    ) -> None:
        """Raises PanelOver, NotOnPanel, OwnScoreStands, SheetNeeded, or ScoresRefused with every reason."""
        seat = self.seat_of(expert_id)
        if by != seat.person_id:
            before = self.counted.get(expert_id)
            if before is not None and before.sha256 is None:
                raise OwnScoreStands()
            if sha256 is None:
                raise SheetNeeded(field="sheet_sha256")
        if reasons := reasons_against(scores, self.criteria):
            raise ScoresRefused(*reasons)
        sheet = ScoreSheet(expert_id, scores, by, at, None if by == seat.person_id else sha256)
        self.sheets = (*self.sheets, sheet)

    def judged(self) -> tuple[bool, Fraction]:
        """Whether it passes, and the mean of the totals. Raises PanelOver or PanelWithoutQuorum."""
        if self.state != "scoring":
            raise PanelOver()
        if len(self.counted) < self.quorum:
            raise PanelWithoutQuorum(there=len(self.counted), needed=self.quorum)
        mean = mean_of([total_of(each.scores) for each in self.counted.values()])
        return mean >= Fraction(self.pass_score), mean

    def conclude(self, conclusion: Conclusion) -> None:
        self.conclusion, self.state = conclusion, "passed" if conclusion.passed else "failed"
