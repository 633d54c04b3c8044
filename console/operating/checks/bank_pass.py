"""One pass over the bank's book beside ours, in pages: which instructions are to be looked at closely.

By default the days that are not verified yet are compared, credit by credit, and the totals of everything; where those
differ, or in a full look, both books are gone through from the beginning side by side. A pass only suspects: what it
suspects is read again from both sides, since money moves while one reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection

from chassis.foundation.secrecy import Cipher, Unsealable
from console.operating.checks import attempts as ours
from console.operating.checks.attempts import Attempt
from console.operating.checks.bank_book import BankLine, BookUnreadable, Credit, DayTotals, Totals
from console.operating.checks.checkpoints import Checkpoints
from console.operating.checks.look import Look
from contracts.money import Money

PAID = {"settled": "已到账", "returned": "已退汇"}
"""The bank's words and ours for money that reached an account."""

IN_FLIGHT = frozenset({"sent", "unknown"})
CLOSED_AFTER = timedelta(days=2)
"""A day is closed when it is over everywhere; later returns change its totals, and it is looked at again."""

MOST_SUSPECTS = 1000
"""So many are read again and named; who finds more has a larger question than which."""

DAY = "bank/"


@dataclass
class BankPass:
    """What came of it. `silence`: the bank does not answer, and nothing can be said."""

    silence: str | None = None
    suspects: set[str] = field(default_factory=set)
    against_itself: list[str] = field(default_factory=list)
    presented_again: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    overflow: int = 0

    def suspect(self, instruction: str) -> None:
        if instruction in self.suspects:
            return
        if len(self.suspects) < MOST_SUSPECTS:
            self.suspects.add(instruction)
        else:
            self.overflow += 1


def bank_pass(look: Look) -> BankPass:
    """For A and B together: `look.once(bank_pass)`."""
    found = BankPass()
    try:
        with (
            BankLine(look.books.addresses.bank_url) as bank,
            look.books.snapshot("treasury", look.tenants) as treasury,
        ):
            _Comparison(look, bank, treasury, found).run()
    except BookUnreadable as error:
        found.silence = f"银行账本无法读取：{error}"
    return found


class _Comparison:
    def __init__(self, look: Look, bank: BankLine, treasury: Connection, found: BankPass) -> None:
        self._look = look
        self._bank = bank
        self._treasury = treasury
        self._found = found
        self._cipher = look.books.addresses.cipher
        self._ahead: Counter[str] = Counter()
        self._checkpoints: Checkpoints = look.checkpoints("treasury")

    def run(self) -> None:
        totals = self._bank.totals()
        credited = returned = 0
        known = self._checkpoints.under(DAY)
        for day in self._bank.days():
            credited, returned = credited + day.credited_fen, returned + day.returned_fen
            if not self._look.full and known.get(f"{DAY}{day.day}") != _stands(day):
                self._compare_day(day)
        if (credited, returned) != (totals.settled_fen + totals.returned_fen, totals.returned_fen):
            said = f"{totals.settled_fen + totals.returned_fen} 分对 {credited} 分"
            self._found.against_itself.append(f"银行合计与其每日入账不一致：{said}")
        if self._look.full or self._found.against_itself or self._totals_differ(totals):
            self._side_by_side(totals)
        self._look_at_returns(totals.returned_count)
        for ids in self._bank.pending():
            for attempt in ours.attempts_of(self._treasury, ids).values():
                if attempt.state not in IN_FLIGHT:
                    self._found.suspect(attempt.instruction_id)

    def _totals_differ(self, totals: Totals) -> bool:
        """Whether ours and the bank's differ by more than the days that were compared have shown."""
        bank_says = {
            "settled": (totals.settled_count, totals.settled_fen),
            "returned": (totals.returned_count, totals.returned_fen),
        }
        we_say = ours.sums_by_state(self._treasury)
        return any(
            (count - we_say.get(state, (0, 0))[0], fen - we_say.get(state, (0, 0))[1])
            != (self._ahead[state], self._ahead[f"{state} fen"])
            for state, (count, fen) in bank_says.items()
        )

    def _compare_day(self, day: DayTotals) -> None:
        count = fen = back = back_fen = 0
        suspected = len(self._found.suspects) + self._found.overflow
        last = ""
        for page in self._bank.credits(day.day):
            attempts = ours.attempts_for(self._treasury, page)
            for credit in page:
                count, fen = count + 1, fen + credit.amount_fen
                if credit.status == "returned":
                    back, back_fen = back + 1, back_fen + credit.amount_fen
                attempt = attempts.get(credit.instruction_id)
                self._compare(credit, attempt, twice=credit.instruction_id == last)
                self._note_lead(credit, attempt)
                last = credit.instruction_id
        sound = len(self._found.suspects) + self._found.overflow == suspected
        if (count, fen, back, back_fen) != tuple(_stands(day).values()):
            self._found.against_itself.append(f"银行 {day.day} 的合计与其入账明细不一致")
        elif sound and day.day < str((self._look.now - CLOSED_AFTER).date()):
            self._checkpoints.set(f"{DAY}{day.day}", 0, _stands(day), self._look.now)

    def _note_lead(self, credit: Credit, attempt: Attempt | None) -> None:
        self._ahead[credit.status] += 1
        self._ahead[f"{credit.status} fen"] += credit.amount_fen
        if attempt is not None and attempt.state in PAID:
            self._ahead[attempt.state] -= 1
            self._ahead[f"{attempt.state} fen"] -= attempt.amount_fen

    def _side_by_side(self, totals: Totals) -> None:
        """Both books from the beginning, by instruction; neither is ever in memory as a whole."""
        pairs = _merged((credit for page in self._bank.credits() for credit in page), ours.all_attempts(self._treasury))
        fen = 0
        for credits, attempt in pairs:
            for place, credit in enumerate(credits):
                fen += credit.amount_fen
                self._compare(credit, attempt, twice=place > 0)
            if not credits and attempt is not None and attempt.state in PAID:
                self._found.suspect(attempt.instruction_id)
        if fen != totals.settled_fen + totals.returned_fen:
            said = f"{totals.settled_fen + totals.returned_fen} 分对 {fen} 分"
            self._found.against_itself.append(f"银行合计与其入账明细不一致：{said}")

    def _compare(self, credit: Credit, attempt: Attempt | None, *, twice: bool) -> None:
        if twice or attempt is None or differences(attempt, credit, self._cipher):
            self._found.suspect(credit.instruction_id)
        if credit.attempts_seen > 1 and len(self._found.presented_again) < MOST_SUSPECTS:
            self._found.presented_again[credit.instruction_id] = ours.owner_of(credit), credit.attempts_seen

    def _look_at_returns(self, expected: int) -> None:
        """The bank's list of returns must be as long as its book says, and name what came back."""
        stands = self._checkpoints.get("bank returns")
        count, end = int(stands.stands.get("count", 0)), stands.position
        for ids, last in self._bank.returns(stands.position):
            count, end = count + len(ids), last
            for some in ours.in_portions(ids):
                back = {each.instruction_id for each in self._bank.credits_of(some) if each.status == "returned"}
                if set(some) - back:
                    self._found.against_itself.append("银行退汇清单与其入账明细不一致")
                    return
        if count != expected:
            self._found.against_itself.append("银行退汇清单与其入账明细不一致")
        else:
            self._checkpoints.set("bank returns", end, {"count": count}, self._look.now)


def _stands(day: DayTotals) -> dict[str, int]:
    return day.model_dump(exclude={"day"})


def _merged(
    credits: Iterator[Credit], attempts: Iterator[Attempt]
) -> Iterator[tuple[Sequence[Credit], Attempt | None]]:
    """Credits and the attempt of the same instruction, from two lists ascending by it."""
    by_instruction = groupby(credits, key=attrgetter("instruction_id"))
    theirs, mine = next(by_instruction, None), next(attempts, None)
    while theirs is not None or mine is not None:
        if theirs is None or (mine is not None and mine.instruction_id < theirs[0]):
            yield (), mine
            mine = next(attempts, None)
            continue
        instruction, those = theirs
        together = mine if mine is not None and mine.instruction_id == instruction else None
        yield tuple(those), together
        theirs = next(by_instruction, None)
        if together is not None:
            mine = next(attempts, None)


def differences(attempt: Attempt, credit: Credit, cipher: Cipher) -> list[str]:
    """In what our attempt is unlike the bank's credit, one sentence each."""
    name, found = attempt.name, []
    if attempt.state != credit.status:
        found.append(f"{name} 银行为{PAID.get(credit.status, credit.status)}，资金账为“{attempt.standing_now}”")
    if attempt.amount_fen != credit.amount_fen:
        our_yuan, their_yuan = Money(attempt.amount_fen).yuan_text(), Money(credit.amount_fen).yuan_text()
        found.append(f"{name} 金额不符：资金账 {our_yuan} 元，银行 {their_yuan} 元")
    if attempt.payee_name != credit.creditor_name:
        found.append(f"{name} 户名不符：资金账“{attempt.payee_name}”，银行“{credit.creditor_name}”")
    try:
        account = _account_of(attempt, cipher)
    except Unsealable:
        found.append(f"{name} 的收款账号无法解密，不能核对")
    else:
        if account != credit.creditor_account:
            found.append(f"{name} 账号不符：银行入账的不是该企业已确认的账户")
    if attempt.state in PAID and attempt.bank_reference != credit.bank_reference:
        found.append(f"{name} 银行流水号不符：资金账 {attempt.bank_reference}，银行 {credit.bank_reference}")
    return found


def _account_of(attempt: Attempt, cipher: Cipher) -> str:
    """A holder's is sealed where the enterprise is at home, or where the case is decided. Raises Unsealable."""
    try:
        return cipher.open(attempt.account_sealed, purpose="payee_account", tenant=attempt.filed_in)
    except Unsealable:
        if attempt.decided_in is None:
            raise
        return cipher.open(attempt.account_sealed, purpose="payee_account", tenant=attempt.decided_in)
