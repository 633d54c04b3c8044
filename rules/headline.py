"""What an assessment comes to, in one state and one sentence: what is due now, or why nothing is.

Pure, and over the assessment alone, so that an answer that was kept before headlines existed is told in the same words.

The first of these that holds is the state. Each is about something without which the later ones do not matter:

1.  not_open, closed: on the day of the claim nobody could claim it.
2.  completed: there is no instalment any more that could be due.
3.  not_met: the conditions are not met (of a later instalment, its outcome says what that means: 5).
4.  stopped; then used_up, gives_way, barred: nothing is paid whatever else is still missing, so nobody is asked for it.
5.  skipped, waiting, not_yet: what became of this instalment.
6.  undetermined: whether the conditions are met cannot be told; barred: whether it was had before cannot be told.
7.  to_be_decided, amount_open: met, and the figure is not there yet: a person sets it, or something is missing.
8.  in_kind: met, and what is given is not money.
9.  cap_reached, topped_up, used_up, gives_way, skipped: met, and brought down to nothing by what came last.
10. nothing_due: met, and the rule comes to nothing.
11. due.

A headline speaks of an amount as due in no other state, and never of zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from contracts.money import Money
from contracts.rule import (
    Assessment,
    Headline,
    HeadlineState,
    InstalmentAnswer,
    MissingFact,
    Objection,
    PayeeKind,
    State,
)

S = HeadlineState

CLAIMABLE: Mapping[str, HeadlineState] = {"closed": S.CLOSED, "not_yet_open": S.NOT_OPEN}
OUTCOMES: Mapping[str, HeadlineState] = {"skipped": S.SKIPPED, "waiting": S.WAITING, "not_yet": S.NOT_YET}
OBJECTIONS: Mapping[str, HeadlineState] = {"used_up": S.USED_UP, "excluded": S.GIVES_WAY, "group_full": S.GIVES_WAY}
"""What an objection of this code means; of any other the claim is barred."""

UNKNOWN_KEY = "key_unknown"
"""The objection that says only that it cannot be told whether there is one."""

REDUCED: Mapping[str, HeadlineState] = {
    "cap": S.CAP_REACHED,
    "payee_cap": S.CAP_REACHED,
    "top_up": S.TOPPED_UP,
    "exclusive": S.GIVES_WAY,
    "once_only": S.USED_UP,
    "recheck": S.SKIPPED,
}


def headline_of(found: Assessment) -> Headline:
    """The one headline: every command, page, message and route says this sentence and no other."""
    state = _state(found)
    due = found.amount.money if state is S.DUE else None
    why = tuple(dict.fromkeys(text for text in _WHY.get(state, _unpaid)(found) if text))
    return Headline(state=state, text_zh=_SAID[state](found), due=due, why=why)


def objections_to_all(found: Assessment) -> tuple[Objection, ...]:
    """Those that stand against the whole claim, not against a part of it."""
    return tuple(each for each in found.objections if each.part is None)


# -- the state -----------------------------------------------------------------------------------------------


def _state(found: Assessment) -> HeadlineState:
    answer, verdict = found.instalment, found.verdict.state
    if found.claimable in CLAIMABLE:
        return CLAIMABLE[found.claimable]
    if answer is None and found.amount.whole is not None:
        return S.COMPLETED
    later = answer is not None and answer.number > 1
    if verdict is State.NOT_MET and not (later and answer is not None and answer.outcome in (*OUTCOMES, "stopped")):
        return S.NOT_MET
    if answer is not None and answer.outcome == "stopped":
        return S.STOPPED
    against = objections_to_all(found)
    if any(each.code != UNKNOWN_KEY for each in against):
        return _barred(against)
    if answer is not None and answer.outcome in OUTCOMES and (later or verdict is State.MET):
        return OUTCOMES[answer.outcome]
    if verdict is State.UNDETERMINED:
        return S.UNDETERMINED
    return S.BARRED if against else _of_amount(found)


def _barred(against: tuple[Objection, ...]) -> HeadlineState:
    """What had been had says more than what had been chosen; what cannot be told says least."""
    states = {OBJECTIONS.get(each.code, S.BARRED) for each in against}
    return next(state for state in (S.USED_UP, S.GIVES_WAY, S.BARRED) if state in states)


def _of_amount(found: Assessment) -> HeadlineState:
    """What the amount says of a claim whose conditions are met."""
    amount = found.amount
    if amount.money is None:
        decided = amount.missing and all(_is_to_decide(each) for each in amount.missing)
        return S.TO_BE_DECIDED if decided else S.AMOUNT_OPEN
    if amount.money.fen > 0:
        return S.DUE
    if amount.benefits:
        return S.IN_KIND
    if amount.reductions:
        return REDUCED[amount.reductions[-1].kind]
    return _barred(found.objections) if found.objections else S.NOTHING_DUE


def _is_to_decide(missing: MissingFact) -> bool:
    """Whether a person sets it; a figure that the source does not give was once told as one of these."""
    return missing.kind == "decision" and missing.name != "unstated"


# -- the sentence --------------------------------------------------------------------------------------------


def _due(found: Assessment) -> str:
    money = (found.amount.money or Money(0)).yuan_text()
    open_caps = "（未计入历次奖补的封顶或扣减）" if found.amount.before_caps else ""
    said = f"符合，{_which(found.instalment)}{money} 元{_receivers(found)}{open_caps}"
    return "，".join((said, *found.subject_to_zh))


def _receivers(found: Assessment) -> str:
    """Who gets how much of it, where it is not all the applicant's: nobody takes another's money for the firm's."""
    if all(each.who is PayeeKind.APPLICANT for each in found.payees):
        return ""
    return f"（{'，'.join(f'{each.label} {each.money.yuan_text()} 元' for each in found.payees)}）"


def _to_be_decided(found: Assessment) -> str:
    return "，".join((f"符合，金额待核定{_between(found)}", *found.subject_to_zh))


def _amount_open(found: Assessment) -> str:
    return f"符合，金额尚不能判定{_between(found)}"


def _in_kind(found: Assessment) -> str:
    given = "；".join(each.text_zh for each in found.amount.benefits)
    return "，".join((f"符合，给予的不是资金：{given}", *found.subject_to_zh))


def _barred_text(found: Assessment) -> str:
    known = any(each.code != UNKNOWN_KEY for each in found.objections)
    return "与以前的选择不一致，本次不予兑付" if known else "无法核对是否已经享受，本次暂不能兑付"


def _not_yet(found: Assessment) -> str:
    since = found.instalment.due_from if found.instalment is not None else None
    return f"{_which(found.instalment) or '本期'}未到兑付时间" + (f"，自 {since} 起可以申领" if since else "")


def _not_open(found: Assessment) -> str:
    opens = found.window.opens if found.window is not None else None
    return "尚未开始受理" + (f"，自 {opens} 起受理" if opens else "")


def _closed(found: Assessment) -> str:
    closes = found.window.closes if found.window is not None else None
    return f"已于 {closes} 截止受理" if closes else "受理已经截止"


def _of_instalment(words: str) -> Callable[[Assessment], str]:
    return lambda found: f"{_which(found.instalment) or '本期'}{words}"


def _always(words: str) -> Callable[[Assessment], str]:
    return lambda _found: words


_SAID: Mapping[HeadlineState, Callable[[Assessment], str]] = {
    S.DUE: _due,
    S.IN_KIND: _in_kind,
    S.TO_BE_DECIDED: _to_be_decided,
    S.AMOUNT_OPEN: _amount_open,
    S.UNDETERMINED: _always("尚不能判定是否符合"),
    S.NOT_MET: _always("不符合"),
    S.NOTHING_DUE: _always("符合条件，但按规则计算没有可兑付的金额"),
    S.USED_UP: _always("已经享受过，本次没有应付金额"),
    S.GIVES_WAY: _always("与已获奖补不重复享受，本次没有应付金额"),
    S.BARRED: _barred_text,
    S.CAP_REACHED: _always("已达封顶，本次没有应付金额"),
    S.TOPPED_UP: _always("已获奖补已经足额，本次没有应付金额"),
    S.NOT_YET: _not_yet,
    S.WAITING: _of_instalment("待达到条件后兑付"),
    S.SKIPPED: _of_instalment("不予兑付，不影响以后各期"),
    S.STOPPED: _always("已停止兑付，以后各期不再兑付"),
    S.COMPLETED: _always("各期已全部办结，没有应付金额"),
    S.NOT_OPEN: _not_open,
    S.CLOSED: _closed,
}


def _which(answer: InstalmentAnswer | None) -> str:
    """Which instalments it is about; where there is but one, it need not be said."""
    if answer is None or answer.of <= 1:
        return ""
    return f"第 {'、'.join(map(str, answer.numbers or (answer.number,)))} 期 "


def _between(found: Assessment) -> str:
    low, high = found.amount.lowest, found.amount.highest
    return f"（{low.yuan_text()} 元至 {high.yuan_text()} 元）" if low is not None and high is not None else ""


# -- why -----------------------------------------------------------------------------------------------------


def _failed(found: Assessment) -> Iterator[str]:
    for each in found.verdict.reasons:
        if each.decisive and each.state is State.NOT_MET:
            yield each.text_zh + (f"；实际：{each.actual}" if each.actual else "")


def _lacking(found: Assessment) -> Iterator[str]:
    if any(each.why == "contradicts" for each in found.verdict.missing):
        yield from (each.text_zh for each in found.verdict.reasons)  # they are there, and say what does not fit
        return
    yield from _named(found.verdict.missing)
    yield from _named(found.amount.missing)


def _named(missing: tuple[MissingFact, ...]) -> Iterator[str]:
    for each in missing:
        period = f"（{each.period}）" if each.period else ""
        yield f"待核定：{each.label}" if _is_to_decide(each) else f"缺少“{each.label}”{period}"


def _not_claimable(found: Assessment) -> Iterator[str]:
    """When it can be claimed, and what would hold then: a verdict on conditions, not on money."""
    window = found.window
    if window is not None:
        since = f"自 {window.opens} 起" if window.opens is not None else ""
        yield f"受理时间：{since}{f'至 {window.closes} 止' if window.closes is not None else ''}"
    if (meant := _CONDITIONS.get(found.verdict.state)) is not None:
        yield meant
    yield from _failed(found)


_CONDITIONS = {
    State.MET: "条件方面：符合",
    State.NOT_MET: "条件方面：不符合",
    State.UNDETERMINED: "条件方面：尚不能判定",
}


def _objected(found: Assessment) -> Iterator[str]:
    yield from (each.text_zh for each in found.objections)
    yield from _reduced(found)


def _reduced(found: Assessment) -> Iterator[str]:
    yield from (each.text_zh for each in reversed(found.amount.reductions))


def _last_line(found: Assessment) -> Iterator[str]:
    """What the working ends with: why the rule comes to nothing, or cannot be worked out."""
    yield from _lacking(found)
    if found.amount.working and not found.amount.missing:
        yield found.amount.working[-1].text_zh


def _of_part(found: Assessment) -> Iterator[str]:
    answer = found.instalment
    if answer is not None and answer.outcome != "due":
        yield answer.reason
    yield from _failed(found)
    yield from _lacking(found)


def _why_not_more(found: Assessment) -> Iterator[str]:
    yield from found.subject_to_zh
    yield from (each.text_zh for each in found.objections)
    yield from _reduced(found)
    answer, whole = found.instalment, found.amount.whole
    if answer is not None and answer.outcome == "reduced":
        yield answer.reason
    if answer is not None and answer.of > 1 and whole is not None:
        yield f"分 {answer.of} 期兑付，各期合计 {whole.yuan_text()} 元"
    if found.amount.before_caps:
        yield "历次奖补未计入：封顶或扣减后可能减少"


def _unpaid(found: Assessment) -> Iterator[str]:
    yield from _objected(found)
    yield from _of_part(found)


_WHY: Mapping[HeadlineState, Callable[[Assessment], Iterator[str]]] = {
    S.DUE: _why_not_more,
    S.IN_KIND: _why_not_more,
    S.TO_BE_DECIDED: _last_line,
    S.AMOUNT_OPEN: _last_line,
    S.UNDETERMINED: _lacking,
    S.NOT_MET: _failed,
    S.NOTHING_DUE: _last_line,
    S.COMPLETED: _last_line,
    S.NOT_OPEN: _not_claimable,
    S.CLOSED: _not_claimable,
    S.STOPPED: _of_part,
    S.SKIPPED: _unpaid,
    S.WAITING: _of_part,
    S.NOT_YET: _of_part,
    S.USED_UP: _objected,
    S.GIVES_WAY: _objected,
    S.BARRED: _objected,
    S.CAP_REACHED: _reduced,
    S.TOPPED_UP: _reduced,
}
