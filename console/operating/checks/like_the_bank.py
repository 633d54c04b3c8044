"""B: what we call settled or returned is so at the bank, in every particular, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.operating.checks import attempts as ours
from console.operating.checks.bank_book import BankLine, BookUnreadable, Credit
from console.operating.checks.bank_pass import IN_FLIGHT, PAID, BankPass, bank_pass, differences
from console.operating.checks.findings import Finding, Notice
from console.operating.checks.look import Invariant, Look
from console.operating.checks.restored import not_compared
from contracts.money import Money


def unlike_the_bank(look: Look) -> Iterator[Finding | Notice]:
    """Every suspect of the pass, read again from both sides; and what the bank's book says against itself."""
    with look.books.snapshot("treasury", look.tenants) as treasury:
        yield from not_compared(treasury)
    found = look.once(bank_pass)
    if found.silence is not None:
        yield Finding("B", None, found.silence)
        return
    for said in found.against_itself:
        yield Finding("B", None, said)
    try:
        with BankLine(look.books.addresses.bank_url) as bank:
            yield from _judged(look, bank, found)
    except BookUnreadable as error:
        yield Finding("B", None, f"银行账本无法读取：{error}")


def _judged(look: Look, bank: BankLine, found: BankPass) -> Iterator[Finding]:
    pending = {id for ids in bank.pending() for id in ids if id in found.suspects}
    for some in ours.in_portions(sorted(found.suspects)):
        yield from _portion(look, some, bank.credits_of(some), pending)
    if found.overflow:
        yield Finding("B", None, f"另有 {found.overflow} 笔与银行不一致，未逐一列出")


def _portion(look: Look, ids: Sequence[str], said: Sequence[Credit], pending: set[str]) -> Iterator[Finding]:
    cipher = look.books.addresses.cipher
    credits = {credit.instruction_id: credit for credit in said}
    # Read after the bank's: money that has moved since is ahead of the judge, and the next look will show it.
    with look.books.snapshot("treasury", look.tenants) as treasury:
        attempts = ours.attempts_of(treasury, ids)
    for id in ids:
        credit, attempt = credits.get(id), attempts.get(id)
        if credit is not None and attempt is None:
            amount = Money(credit.amount_fen).yuan_text()
            text = f"银行有入账 {id}（{amount} 元，{credit.creditor_name}），资金账中没有"
            yield Finding("B", ours.owner_of(credit), text)
        elif credit is not None and attempt is not None:
            for text in differences(attempt, credit, cipher):
                yield Finding("B", attempt.tenant, text)
        elif attempt is not None and attempt.state in PAID:
            yield Finding("B", attempt.tenant, f"{attempt.name} 记为{PAID[attempt.state]}，银行没有这笔入账")
        if attempt is not None and id in pending and attempt.state not in IN_FLIGHT:
            yield Finding("B", attempt.tenant, f"{attempt.name} 在银行处理中，资金账却记为“{attempt.standing_now}”")


INVARIANT = Invariant("B", "账实相符：已付、已退与银行账本逐笔一致", "our payments are the bank's", unlike_the_bank)
