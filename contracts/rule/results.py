"""What the rule language answers: verdict, amount with its working, shares; and what is wrong with a rule."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from contracts.message import Model
from contracts.money import Money
from contracts.rule.awards import InstalmentRecord
from contracts.rule.facts import ParameterValue
from contracts.rule.payees import PayeeKind
from contracts.rule.plan import Window
from contracts.rule.shares import Level


class State(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"


MissingWhy = Literal["absent", "expired", "wrong_kind", "wrong_unit", "uneven", "contradicts"]


class MissingFact(Model):
    """A fact that the answer needs: not there, out of date, or written so that it cannot be compared; `uneven`
    is a list that has more or fewer entries than the one beside it, `contradicts` a fact that another cannot stand
    beside (`ItemRules.bounds`).

    `kind` tells a fact about the enterprise from an outside figure (`parameter`) that nobody has passed in
    yet, from a figure that somebody has still to set (`decision`), from what the register of earlier awards does not
    say of one of them (`award`), and from a figure that the source does not give (`unstated`). None of these is the
    enterprise's to give.
    """

    name: str
    period: str | None
    label: str
    why: MissingWhy
    kind: Literal["fact", "parameter", "decision", "award", "unstated"] = "fact"


class ConditionResult(Model):
    """One condition with its answer, as a sentence and in parts.

    `fact` is what it is about; for a comparison of computed values, the first fact that it uses.
    Under a `not` the sentence and the state are those of the negated condition: *met* is always what the
    enterprise wants. `decisive` says that the verdict rests on this one.
    """

    text_zh: str
    state: State
    fact: str
    period: str | None
    actual: str | None
    required: str
    decisive: bool

    def is_spare(self, verdict: State) -> bool:
        """Whether it belongs to a way that was not taken, since another was: it hinders nothing.

        What is met is told as such, whichever way it belongs to; so is what is open, where the verdict is not *met*.
        """
        return not self.decisive and (
            self.state is State.NOT_MET or (verdict, self.state) == (State.MET, State.UNDETERMINED)
        )


class Verdict(Model):
    """`missing` names, in the order of the rule, the facts that would settle an undetermined verdict."""

    state: State
    reasons: tuple[ConditionResult, ...]
    missing: tuple[MissingFact, ...] = ()


class Line(Model):
    """One line of the working. `value` is what this line adds to the amount; an explanation adds zero."""

    text_zh: str
    value: Money


class Benefit(Model):
    """What is given that is not money."""

    kind: Literal["tax_relief", "qualification", "service", "interest", "other"]
    text_zh: str


class PartAmount(Model):
    """What one part of an item comes to. `part` is the name that the document gives it; absent: the rest."""

    part: str | None
    money: Money


class Reduction(Model):
    """Why an amount is not more: by how much it came down, and by what. `part`: of this named part alone."""

    kind: Literal["cap", "top_up", "exclusive", "once_only", "recheck", "payee_cap"]
    text_zh: str
    money: Money
    part: str | None = None


class Amount(Model):
    """`money` is there exactly when the amount is known; then the lines' values add up to it.

    `before_caps` says that the rule caps with earlier awards, or tops them up, and that none were passed in:
    an estimate from above. `lowest` and `highest` enclose an undetermined amount that waits for nothing but
    decisions or the limits of caps. `whole` is what all instalments come to, where this is one of them. `parts` add up
    to the money; there are some where the rule names parts. `reductions` say why it is not more.
    """

    state: Literal["known", "undetermined"]
    money: Money | None
    working: tuple[Line, ...] = ()
    missing: tuple[MissingFact, ...] = ()
    before_caps: bool = False
    lowest: Money | None = None
    highest: Money | None = None
    whole: Money | None = None
    benefits: tuple[Benefit, ...] = ()
    parts: tuple[PartAmount, ...] = ()
    reductions: tuple[Reduction, ...] = ()


class BorneShare(Model):
    level: Level
    money: Money


class ShareLine(Model):
    """One payment: `payer` pays `money`. `borne_by` says at whose cost, and adds up to `money`.

    The lines of an amount add up to it. Where the county advances there is one line, and `borne_by` is what
    the later settlement between the levels rests on.
    """

    payer: Level
    money: Money
    borne_by: tuple[BorneShare, ...]


class PayeeLine(Model):
    """What one receiver gets of an amount; the lines add up to it."""

    who: PayeeKind
    label: str
    money: Money
    fund: str | None = None


class Objection(Model):
    """Why a claim gives way or is not served: a stable `code` and a sentence. `part`: only this named part does."""

    code: str
    text_zh: str
    part: str | None = None


class InstalmentAnswer(Model):
    """What becomes of one instalment: `due` pays, `skipped` and `stopped` pay nothing now or any more; `not_yet` is
    claimed too early, and stays due from `due_from` on; `reduced` pays a part of it, the rest is lost.

    `numbers` are all that are paid at once, `schedule` which of several schedules the claim follows (as in
    `AwardHistory`). `records` are what the register keeps of it once it is paid or settled: one for each instalment
    that is over now, none where nothing is (not yet, waiting, undetermined).
    """

    number: int
    of: int
    label: str
    outcome: Literal["due", "reduced", "skipped", "stopped", "waiting", "not_yet", "undetermined"]
    amount: Amount
    reason: str
    numbers: tuple[int, ...] = ()
    schedule: int | None = None
    due_from: date | None = None
    records: tuple[InstalmentRecord, ...] = ()


class HeadlineState(StrEnum):
    """What an assessment comes to, in one word: what is due now, or why nothing is."""

    DUE = "due"  # 符合，本次应付
    IN_KIND = "in_kind"  # 符合，给予的不是资金
    TO_BE_DECIDED = "to_be_decided"  # 符合，金额待核定
    AMOUNT_OPEN = "amount_open"  # 符合，金额尚不能判定
    UNDETERMINED = "undetermined"  # 尚不能判定
    NOT_MET = "not_met"  # 不符合
    NOTHING_DUE = "nothing_due"  # 符合，按规则计算的金额为零
    USED_UP = "used_up"  # 已经享受过
    GIVES_WAY = "gives_way"  # 与已获奖补不重复享受
    BARRED = "barred"  # 与以前的选择不一致，或无法核对
    CAP_REACHED = "cap_reached"  # 已达封顶
    TOPPED_UP = "topped_up"  # 已获的已经足额
    NOT_YET = "not_yet"  # 本期未到
    WAITING = "waiting"  # 待达到条件
    SKIPPED = "skipped"  # 本期不予兑付
    STOPPED = "stopped"  # 不再兑付
    COMPLETED = "completed"  # 各期已办结
    NOT_OPEN = "not_open"  # 尚未开始受理
    CLOSED = "closed"  # 受理已经截止


class Headline(Model):
    """What an assessment says, before its reasons: the same on the command line, on pages, in messages and by API.

    `due` is what is due now; absent unless the state is `due`. `text_zh` is the sentence, `why` the sentences that say
    why it is nothing or not more, the first of them the reason of the state.
    """

    state: HeadlineState
    text_zh: str
    due: Money | None = None
    why: tuple[str, ...] = ()


SubjectTo = Literal["ranking", "places", "pot", "first_come"]
"""On what a payment still depends though the conditions are met: 择优, 名额, 资金池, 先到先得."""


class Assessment(Model):
    """An item's answer for one set of facts; `shares` are given once the amount is certain to be due.

    Where the item pays in instalments, `amount` is the one that is due now, `amount.whole` all of them, and
    `instalment` says which it is. `payees` divide the amount where it is not all the applicant's.
    `objections` are what earlier awards stand against it, where they were passed in. `figures` are the outside
    figures that were used: on these and the same facts the same day the answer is the same. `claimable` says whether
    the item took claims on the day of the claim, `window` when it does. `subject_to` is what a quota makes it depend
    on, `subject_to_zh` the same in words with its figures, one for each quota. `headline` says what it all comes to;
    answers from before it existed have none.
    """

    verdict: Verdict
    amount: Amount
    shares: tuple[ShareLine, ...] = ()
    payees: tuple[PayeeLine, ...] = ()
    instalment: InstalmentAnswer | None = None
    objections: tuple[Objection, ...] = ()
    figures: tuple[ParameterValue, ...] = ()
    claimable: Literal["open", "not_yet_open", "closed"] = "open"
    window: Window | None = None
    subject_to: tuple[SubjectTo, ...] = ()
    subject_to_zh: tuple[str, ...] = ()
    headline: Headline | None = None


class RuleSentences(Model):
    """An item's rules in the words of a person."""

    eligibility: str
    amount: str
    shares: str
    plan: str
    payees: str = ""
    instalments: str = ""
    stacking: str = ""
    quotas: str = ""
    bounds: str = ""


class Problem(Model):
    """Why a rule cannot be published. `where` is a JSON pointer into the rules; `code` is stable."""

    code: str
    where: str
    text_zh: str
