"""A and B: our payments against the bank's book, one by one and both ways."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from chassis.foundation.secrecy import Cipher, Unsealable
from console.operating.checks.bank_book import BankBook, Credit
from console.operating.checks.report import Finding, Notice
from contracts.money import Money

ATTEMPTS = text(
    "SELECT tenant, id, case_id, instalment, state, amount_fen, instruction_id, bank_reference,"
    " claim ->> 'receipt' AS receipt, claim ->> 'filed_in' AS filed_in,"
    " payee ->> 'account_name' AS payee_name, payee ->> 'account_sealed' AS account_sealed FROM disbursement"
    " WHERE instruction_id IS NOT NULL"
    " ORDER BY tenant, id"
)

PAID = {"settled": "已到账", "returned": "已退汇"}
"""The bank's words and ours for money that reached an account."""

IN_FLIGHT = frozenset({"sent", "unknown"})
POOL = "POOL-"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One instruction that treasury gave, as treasury remembers it."""

    tenant: str
    id: str
    case_id: str
    instalment: int
    state: str
    amount_fen: int
    instruction_id: str
    bank_reference: str | None
    receipt: str
    filed_in: str
    payee_name: str
    account_sealed: str


def attempts_in(treasury: Connection) -> list[Attempt]:
    """Every attempt that has an instruction, of the tenants that the connection shows."""
    return [Attempt(**row) for row in treasury.execute(ATTEMPTS).mappings()]


def paid_twice(attempts: Sequence[Attempt], book: BankBook) -> tuple[list[Finding], list[Notice]]:
    """A: no instruction has two credits, and no approved share has two that stayed."""
    owner = _owners(attempts, book)
    findings = [
        Finding("A", owner[instruction], f"指令 {instruction} 在银行有 {times} 笔入账")
        for instruction, times in Counter(credit.instruction_id for credit in book.credits).items()
        if times > 1
    ]
    kept = {credit.instruction_id for credit in book.credits if credit.status == "settled"}
    shares: dict[tuple[str, str, int], list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        if attempt.instruction_id in kept:
            shares[attempt.tenant, attempt.case_id, attempt.instalment].append(attempt)
    findings += [
        Finding("A", tenant, f"收件编号 {paid[0].receipt} 同一期有 {len(paid)} 笔未退回的入账")
        for (tenant, _case, _instalment), paid in shares.items()
        if len(paid) > 1
    ]
    notices = [
        Notice(
            owner[credit.instruction_id],
            f"指令 {credit.instruction_id} 向银行提交过 {credit.attempts_seen} 次，只入账一次",
        )
        for credit in book.credits
        if credit.attempts_seen > 1
    ]
    return findings, notices


def unlike_the_bank(attempts: Sequence[Attempt], book: BankBook, cipher: Cipher) -> list[Finding]:
    """B: what we call settled or returned is so at the bank, in every particular, and the other way round."""
    by_instruction = {attempt.instruction_id: attempt for attempt in attempts}
    owner = _owners(attempts, book)
    findings = list(_book_against_itself(book))
    for credit in book.credits:
        attempt = by_instruction.get(credit.instruction_id)
        who = owner[credit.instruction_id]
        if attempt is None:
            amount = Money(credit.amount_fen).yuan_text()
            text = f"银行有入账 {credit.instruction_id}（{amount} 元，{credit.creditor_name}），资金账中没有"
            findings.append(Finding("B", who, text))
            continue
        findings += [Finding("B", who, text) for text in _differences(attempt, credit, cipher)]
    credited = {credit.instruction_id for credit in book.credits}
    findings += [
        Finding("B", each.tenant, f"{_name(each)} 记为{PAID[each.state]}，银行没有这笔入账")
        for each in attempts
        if each.state in PAID and each.instruction_id not in credited
    ]
    findings += [
        Finding("B", each.tenant, f"{_name(each)} 在银行处理中，资金账却记为 {each.state}")
        for each in attempts
        if each.instruction_id in book.pending and each.state not in IN_FLIGHT
    ]
    return findings


def _differences(attempt: Attempt, credit: Credit, cipher: Cipher) -> Iterable[str]:
    name = _name(attempt)
    if attempt.state != credit.status:
        yield f"{name} 银行为{PAID.get(credit.status, credit.status)}，资金账为 {attempt.state}"
    if attempt.amount_fen != credit.amount_fen:
        ours, theirs = Money(attempt.amount_fen).yuan_text(), Money(credit.amount_fen).yuan_text()
        yield f"{name} 金额不符：资金账 {ours} 元，银行 {theirs} 元"
    if attempt.payee_name != credit.creditor_name:
        yield f"{name} 户名不符：资金账“{attempt.payee_name}”，银行“{credit.creditor_name}”"
    try:
        account = cipher.open(attempt.account_sealed, purpose="payee_account", tenant=attempt.filed_in)
    except Unsealable:
        yield f"{name} 的收款账号无法解密，不能核对"
    else:
        if account != credit.creditor_account:
            yield f"{name} 账号不符：银行入账的不是该企业已确认的账户"
    if attempt.state in PAID and attempt.bank_reference != credit.bank_reference:
        yield f"{name} 银行流水号不符：资金账 {attempt.bank_reference}，银行 {credit.bank_reference}"


def _book_against_itself(book: BankBook) -> Iterable[Finding]:
    """The bank's totals and list of returns must say what its credits say."""
    sums: dict[str, int] = {"settled": 0, "returned": 0}
    for credit in book.credits:
        sums[credit.status] += credit.amount_fen
    if (sums["settled"], sums["returned"]) != (book.totals.settled_fen, book.totals.returned_fen):
        yield Finding("B", None, f"银行合计与其入账明细不一致：{book.totals.settled_fen} 分对 {sums['settled']} 分")
    if book.returned != {credit.instruction_id for credit in book.credits if credit.status == "returned"}:
        yield Finding("B", None, "银行退汇清单与其入账明细不一致")


def _name(attempt: Attempt) -> str:
    return f"支付 {attempt.instruction_id}（收件编号 {attempt.receipt}）"


def _owners(attempts: Sequence[Attempt], book: BankBook) -> Mapping[str, str | None]:
    """Instruction id → the tenant that paid, by our books or, for what they do not know, by the account
    debited."""
    owners: dict[str, str | None] = {
        credit.instruction_id: credit.debtor_account.removeprefix(POOL)
        if credit.debtor_account.startswith(POOL)
        else None
        for credit in book.credits
    }
    owners.update({attempt.instruction_id: attempt.tenant for attempt in attempts})
    return owners
