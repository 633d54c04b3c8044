"""Orders to pay, accounts and a bank for treasury's tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from chassis.testing.fakes import NOON
from contracts.enterprises import Payee, PayeeAccountChanged
from contracts.intake import Claim
from contracts.message import Actor
from contracts.review import CaseApproved, Share
from services.treasury.bank_book.domain import FoundCredit
from services.treasury.bank_book.store import BankComparison, FoundCredits
from services.treasury.disbursements.domain import Disbursement
from services.treasury.rails.bank import BankAnswer, BankUnreachable, BookedPayment, Payment, Standing
from services.treasury.revisions.store import LatestApprovals, Recoveries

DEPARTMENT = "工业和信息化局"
ITEM = "item-1"
LAKH = 20_000_000
"""Two hundred thousand yuan, in fen."""

MAKER = "officer-1"
CHECKER = Actor(id="checker-1", roles=frozenset({"bureau"}), name="复核岗")
FINANCE = Actor(id="finance-1", roles=frozenset({"finance"}), name="财政局")


def claim(case: str = "case-1", **changes: Any) -> Claim:
    words = {
        "application_id": f"app-{case}",
        "receipt": f"ZG{case}",
        "tenant": "zhanggong",
        "filed_in": "zhanggong",
        "enterprise_id": "enterprise-1",
        "enterprise_name": "章贡区样本电子有限公司",
        "uscc": "91360702MA35XXXX0A",
        "item_id": ITEM,
        "item_version": 1,
        "item_title": "首次入规奖励",
        "mode": "instant",
        "department": DEPARTMENT,
    }
    return Claim(**words | changes)


def payee(version: int = 1, *, sealed: str = "sealed:62220001") -> Payee:
    return Payee(
        account_id=f"account-{version}",
        account_version=version,
        account_name="章贡区样本电子有限公司",
        account_sealed=sealed,
        account_masked=f"**** {version:04d}",
        bank_name="样本银行章贡支行",
    )


def approved(
    case: str = "case-1",
    *,
    amount_fen: int = LAKH,
    payer: str = "zhanggong",
    at: datetime = NOON,
    about: Claim | None = None,
    **changes: Any,
) -> CaseApproved:
    words = {
        "case_id": case,
        "claim": about or claim(case),
        "payer": payer,
        "amount_fen": amount_fen,
        "total_fen": amount_fen,
        "shares": (Share(payer=payer, amount_fen=amount_fen),),
        "payee": payee(),
        "approved_by": MAKER,
        "approved_at": at,
    }
    return CaseApproved(**words | changes)


def account_changed(
    version: int, *, sealed: str = "sealed:62220002", enterprise: str = "enterprise-1"
) -> PayeeAccountChanged:
    return PayeeAccountChanged(enterprise_id=enterprise, payee=payee(version, sealed=sealed))


def received_disbursement(**changes: Any) -> Disbursement:
    return Disbursement.receive(approved(**changes), at=NOON, year=2026, payout_days=1, traceparent=None)


def ready(**changes: Any) -> Disbursement:
    disbursement = received_disbursement(**changes)
    disbursement.make_ready("line-1")
    return disbursement


def sent(**changes: Any) -> Disbursement:
    disbursement = ready(**changes)
    disbursement.authorise(by=CHECKER.id, at=NOON)
    disbursement.send(NOON)
    return disbursement


class NeverRestored:
    """Books that were never restored from a backup: nothing is compared, and nothing was found."""

    def under_way(self) -> bool:
        return False

    def open(self, tenants: object, cipher: object) -> list[FoundCredit]:
        return []


class NothingNewer:
    """Review has said nothing but what the disbursements say, and nothing has to come back."""

    def __init__(self) -> None:
        self.rows: dict[Any, Any] = {}

    def of_cases(self, case_ids: object) -> Any:
        return self.rows

    def keep(self, heard: object) -> None:
        assert not list(heard)  # type: ignore[call-overload]

    def save_many(self, aggregates: object) -> None:
        assert not list(aggregates)  # type: ignore[call-overload]


NEVER_REVISED = {LatestApprovals: NothingNewer(), Recoveries: NothingNewer()}

NEVER_RESTORED = {BankComparison: NeverRestored(), FoundCredits: NeverRestored()}


class OpenCipher:
    """Stands in for the cipher: `sealed:622…` opens to `622…`."""

    def open(self, sealed: str, *, purpose: str, tenant: str) -> str:
        assert purpose == "payee_account"
        return sealed.removeprefix("sealed:")

    def seal(self, plaintext: str, *, purpose: str, tenant: str) -> str:
        assert purpose == "payee_account"
        return f"sealed:{plaintext}"


class FakeBank:
    """A bank with a book in memory. It executes an instruction once, and misbehaves as it is told.

    `presented` counts how often each instruction id arrived; `questions` counts how often it was asked.
    """

    def __init__(self) -> None:
        self.book: dict[str, tuple[Payment, BankAnswer]] = {}
        self.presented: Counter[str] = Counter()
        self.questions = 0
        self.calls: list[str] = []
        self.sent_back: list[str] = []
        self.is_away = False
        self.page = 200
        self.answers_with: Standing = "settled"
        self.reason: str | None = None
        self.lost: dict[str, Payment] = {}
        """What never arrived: it may still lie in a queue on the way."""
        self.loses = frozenset[str]()
        """"order": the request never arrives; "answer": it is executed, and the answer is lost."""

    def pay(self, payments: Sequence[Payment]) -> dict[str, BankAnswer]:
        self.calls.append("pay")
        if self.is_away:
            raise BankUnreachable("away")
        self.presented.update(payment.instruction_id for payment in payments)
        silent = {
            each.instruction_id: BankAnswer(instruction_id=each.instruction_id, status="silent") for each in payments
        }
        if "order" in self.loses:
            self.lost |= {payment.instruction_id: payment for payment in payments}
            return silent
        for payment in payments:
            known = self.book.get(payment.instruction_id)
            assert known is None or known[0] == payment, "the same instruction comes with the same content"
            if known is None:
                self.book[payment.instruction_id] = (payment, self._word(payment.instruction_id, self.answers_with))
        if "answer" in self.loses:
            return silent
        return {payment.instruction_id: self.book[payment.instruction_id][1] for payment in payments}

    def ask(self, instruction_ids: Sequence[str]) -> dict[str, BankAnswer]:
        self.calls.append("ask")
        self.questions += 1
        if self.is_away:
            raise BankUnreachable("away")
        return {
            each: self.book[each][1] if each in self.book else BankAnswer(instruction_id=each, status="not_found")
            for each in instruction_ids
        }

    def returns(self, after: int) -> tuple[tuple[str, ...], int]:
        if self.is_away:
            raise BankUnreachable("away")
        return tuple(self.sent_back[after:]), len(self.sent_back)

    def booked(self, after: int) -> tuple[tuple[BookedPayment, ...], int]:
        if self.is_away:
            raise BankUnreachable("away")
        page = list(self.book.values())[after : after + self.page]
        lines = [
            BookedPayment(**{**asdict(payment), "status": word.status, "settled_at": word.settled_at})
            for payment, word in page
        ]
        return tuple(lines), after + len(page)

    def comes_to(self, instruction_id: str, status: Standing, reason: str | None = None) -> None:
        """What was pending ends; what was settled is sent back."""
        payment, _ = self.book[instruction_id]
        self.book[instruction_id] = (payment, self._word(instruction_id, status, reason))
        if status == "returned":
            self.sent_back.append(instruction_id)

    def credits(self) -> list[Payment]:
        """What reached an account and is still there."""
        return [payment for payment, word in self.book.values() if word.status == "settled"]

    def _word(self, instruction_id: str, status: Standing, reason: str | None = None) -> BankAnswer:
        moved = status in ("settled", "returned")
        return BankAnswer(
            instruction_id=instruction_id,
            status=status,
            bank_reference=f"SBK{instruction_id}" if moved else None,
            reason=reason or self.reason,
            settled_at=NOON if moved else None,
        )
