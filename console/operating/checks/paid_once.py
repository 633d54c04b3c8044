"""A: no instruction has two credits, and no approved share has two that stayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from console.operating.checks import attempts as ours
from console.operating.checks.bank_book import ASKED_AT_ONCE, BankLine, BookUnreadable
from console.operating.checks.bank_pass import BankPass, bank_pass
from console.operating.checks.findings import Finding, Notice
from console.operating.checks.look import Invariant, Look
from contracts.money import Money


def paid_twice(look: Look) -> Iterator[Finding | Notice]:
    """What was paid twice; and, as notices, what was presented more than once and paid once."""
    found = look.once(bank_pass)
    if found.silence is not None:
        yield Finding("A", None, found.silence)
        return
    try:
        with BankLine(look.books.addresses.bank_url) as bank:
            yield from _credited_twice(look, bank, found)
            yield from _shares_paid_twice(look, bank)
        yield from _paid_beyond_the_newest(look)
    except BookUnreadable as error:
        yield Finding("A", None, f"银行账本无法读取：{error}")
    for instruction, (tenant, times) in found.presented_again.items():
        yield Notice(tenant, f"指令 {instruction} 向银行提交过 {times} 次，只入账一次")


def _credited_twice(look: Look, bank: BankLine, found: BankPass) -> Iterator[Finding]:
    with look.books.snapshot("treasury", look.tenants) as treasury:
        for some in ours.in_portions(sorted(found.suspects)):
            credits = bank.credits_of(some)
            attempts = ours.attempts_for(treasury, credits)
            for instruction, times in Counter(credit.instruction_id for credit in credits).items():
                if times > 1:
                    known = attempts.get(instruction)
                    owner = known.tenant if known else ours.owner_of(credits[0])
                    yield Finding("A", owner, f"指令 {instruction} 在银行有 {times} 笔入账")


def _shares_paid_twice(look: Look, bank: BankLine) -> Iterator[Finding]:
    waiting: list[ours.RenewedShare] = []
    with look.books.snapshot("treasury", look.tenants) as treasury:
        for share in ours.renewed_shares(treasury):
            waiting.append(share)
            if sum(len(each.instruction_ids) for each in waiting) > ASKED_AT_ONCE // 2:
                yield from _kept_twice(waiting, bank)
                waiting.clear()
        yield from _kept_twice(waiting, bank)


def _paid_beyond_the_newest(look: Look) -> Iterator[Finding]:
    """By the books alone: more than the newest revision grants, and nobody is to bring it back."""
    with look.books.snapshot("treasury", look.tenants) as treasury:
        for row in treasury.execute(ours.OVERPAID):
            beyond = Money(row.beyond_fen).yuan_text()
            yield Finding("A", row.tenant, f"收件编号 {row.receipt} 多付 {beyond} 元，没有列入待追回")


def _kept_twice(shares: list[ours.RenewedShare], bank: BankLine) -> Iterator[Finding]:
    ids = [id for share in shares for id in share.instruction_ids]
    kept: set[str] = set()
    for some in ours.in_portions(ids):
        kept |= {credit.instruction_id for credit in bank.credits_of(some) if credit.status == "settled"}
    for share in shares:
        paid = len(kept & set(share.instruction_ids))
        if paid > 1:
            yield Finding("A", share.tenant, f"收件编号 {share.receipt} 同一期有 {paid} 笔未退回的入账")


INVARIANT = Invariant("A", "不重付：一个指令号至多一笔入账", "nothing is paid twice", paid_twice)
