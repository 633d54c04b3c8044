"""Budget lines (预算指标): what finance put there, what is promised, what is paid, what is left. Pure.

Every change of a line's figures comes with its ledger entry, so that the two cannot part.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.aggregate import Aggregate
from contracts.message import Id, TenantId
from contracts.money import Money
from contracts.refusal import Conflict, Invalid, NotFound
from contracts.treasury import BudgetAppropriated, BudgetLineView
from services.treasury.budget.ledger import Entry, Kind, appropriation, movement

Mode = Literal["quota", "revolving"]
LARGEST_BUDGET_FEN = 10**15
"""The largest amount that contracts carry: ten trillion yuan."""

BRACKETS = str.maketrans({"〔": "[", "〕": "]", "【": "[", "】": "]", "(": "[", ")": "]", "{": "[", "}": "]"})

MODE_NAMES: Mapping[Mode, str] = {"quota": "指标", "revolving": "周转金"}


class BudgetExhausted(Conflict):
    """The budget line cannot cover this disbursement; it waits until budget is added."""

    code = "budget_exhausted"
    sentence = "预算余额不足：需 {needed} 元，可用 {available} 元，待追加预算后按批准先后兑付。"


class BudgetLineMissing(Conflict):
    """Finance has put no money aside for this department's item in this year."""

    code = "budget_line_missing"
    sentence = "本年度尚未下达对应的预算指标，待下达后按批准先后兑付。"


class BudgetModeDiffers(Conflict):
    """A line is managed either as a quota or as a revolving fund, from its first appropriation on."""

    code = "budget_mode_differs"
    sentence = "该预算指标按“{mode}”管理，不能以另一种方式追加。"


class BudgetTooLarge(Invalid):
    """More on one line than any budget holds: a slip of the pen."""

    code = "budget_too_large"
    sentence = "追加后该预算指标合计将超过十万亿元，请核对金额。"


class DepartmentUnknown(NotFound):
    """No department with this id or name acts today, in the tenant or above it."""

    code = "department_unknown"
    rests_on = ("department",)
    sentence = "没有登记这个部门，或该部门已停止履职，请按部门登记中的现用名称或编号填写。"


class DepartmentNotSaid(Invalid):
    """A line is one department's."""

    code = "department_not_said"
    sentence = "请写明预算指标所属的部门（部门编号或名称）。"


class DocumentUsedAlready(Conflict):
    """The document has put money on this line: the same again, or a further amount of it? Finance has to say."""

    code = "document_used_already"
    sentence = (
        "文号“{document}”已在该预算指标下达过资金。如确为同一文件的另一笔资金，请注明“同一文件的另一笔”后再提交。"
    )


class NotFurtherOfDocument(Conflict):
    """A further amount of a document that has put nothing on this line."""

    code = "not_further_of_document"
    sentence = "文号“{document}”尚未在该预算指标下达过资金，不能注明“同一文件的另一笔”，请核对文号和指标。"


class BooksDisagree(Exception):
    """A line is asked to give up more than it holds: the books contradict each other. A fault, never a refusal."""


def budget_year(at: datetime) -> int:
    """The budget year of an instant: the calendar year in China (Budget Law of China, art. 18)."""
    return at.astimezone(ZoneInfo("Asia/Shanghai")).year


def number_of(document: str) -> str:
    """A document's number (文号) as it is compared: the same one is written with many brackets, digits and blanks."""
    plain = unicodedata.normalize("NFKC", document).casefold().translate(BRACKETS)
    return "".join(plain.split())


def line_id(tenant: TenantId, year: int, department: str, item_id: str | None, code: str | None = None) -> str:
    """The id of the line for one item, or (`item_id` absent) for all items of the department; one with a code is another."""
    named = ("budget", tenant, str(year), department, item_id or "")
    key = "\x1f".join(named if code is None else (*named, code))
    return str(uuid.uuid5(uuid.NAMESPACE_OID, key))


@dataclass(kw_only=True, slots=True)
class BudgetLine(Aggregate):
    """One line. All figures are fen and only grow, except what is reserved at the moment.

    `department` is the name that it was opened under, `department_id` the department by the register, if it is there.
    `code` is what plans call it, if they do.
    """

    year: int
    department: str
    department_id: Id | None = None
    item_id: str | None
    code: str | None = None
    mode: Mode
    appropriated_fen: int = 0
    reserved_fen: int = 0
    settled_fen: int = 0
    returned_fen: int = 0
    swept_fen: int = 0

    @classmethod
    def open(
        cls,
        tenant: TenantId,
        *,
        year: int,
        department: str,
        item_id: str | None,
        mode: Mode,
        department_id: Id | None = None,
        code: str | None = None,
    ) -> BudgetLine:
        """A line without money."""
        return cls(
            id=line_id(tenant, year, department, item_id, code),
            tenant=tenant,
            year=year,
            department=department,
            department_id=department_id,
            item_id=item_id,
            code=code,
            mode=mode,
        )

    @property
    def available_fen(self) -> int:
        """What may still be promised: never below zero."""
        return self.appropriated_fen - self.reserved_fen - (self.settled_fen - self.returned_fen) - self.swept_fen

    def appropriate(
        self,
        amount_fen: int,
        *,
        mode: Mode,
        document: str,
        at: datetime,
        used: Collection[str] = (),
        further: bool = False,
    ) -> Entry:
        """Finance puts money on the line; `used` are the documents that have done so, `further` that this is more of one.
        Raises DocumentUsedAlready, NotFurtherOfDocument, BudgetModeDiffers, BudgetTooLarge."""
        _refuse_document_twice(document, used, further)
        if mode != self.mode:
            raise BudgetModeDiffers(mode=MODE_NAMES[self.mode], field="mode")
        if self.appropriated_fen + amount_fen > LARGEST_BUDGET_FEN:
            raise BudgetTooLarge(field="amount_fen")
        self.appropriated_fen += amount_fen
        self.record(
            BudgetAppropriated(
                line_id=self.id,
                year=self.year,
                department=self.department,
                department_id=self.department_id,
                item_id=self.item_id,
                code=self.code,
                amount_fen=amount_fen,
                document_number=document,
                further_of_document=further,
            )
        )
        return appropriation(
            amount_fen,
            tenant=self.tenant,
            line_id=self.id,
            number=self.version + 1,
            document=document,
            further=further,
            at=at,
        )

    def reserve(self, amount_fen: int, disbursement_id: str, at: datetime) -> Entry:
        """Promise the whole amount. Raises BudgetExhausted if it does not fit; nothing is promised in part."""
        if amount_fen > self.available_fen:
            raise BudgetExhausted(needed=Money(amount_fen).yuan_text(), available=Money(self.available_fen).yuan_text())
        self.reserved_fen += amount_fen
        return self._moved("reserve", amount_fen, disbursement_id, at)

    def release(self, amount_fen: int, disbursement_id: str, at: datetime) -> Entry:
        """The promise ends unpaid: cancelled, or failed at the bank. Raises BooksDisagree."""
        self._must_hold(amount_fen, self.reserved_fen)
        self.reserved_fen -= amount_fen
        return self._moved("release", amount_fen, disbursement_id, at)

    def settle(self, amount_fen: int, disbursement_id: str, at: datetime) -> Entry:
        """The promise is paid. Raises BooksDisagree."""
        self._must_hold(amount_fen, self.reserved_fen)
        self.reserved_fen -= amount_fen
        self.settled_fen += amount_fen
        return self._moved("settle", amount_fen, disbursement_id, at)

    def take_back(self, amount_fen: int, disbursement_id: str, *, year: int, at: datetime) -> list[Entry]:
        """What was paid came back (退汇) in budget year `year`.

        Within the line's own year it may be promised again. A line of an earlier year is closed: the money is
        swept aside until finance says where it goes. Raises BooksDisagree.
        """
        self._must_hold(amount_fen, self.settled_fen - self.returned_fen)
        self.returned_fen += amount_fen
        entries = [self._moved("return", amount_fen, disbursement_id, at)]
        if year > self.year:
            self.swept_fen += amount_fen
            entries.append(self._moved("sweep", amount_fen, disbursement_id, at))
        return entries

    def view(self) -> BudgetLineView:
        """The line as finance sees it."""
        return BudgetLineView(
            line_id=self.id,
            year=self.year,
            department=self.department,
            department_id=self.department_id,
            item_id=self.item_id,
            code=self.code,
            mode=self.mode,
            appropriated_fen=self.appropriated_fen,
            reserved_fen=self.reserved_fen,
            settled_fen=self.settled_fen,
            returned_fen=self.returned_fen,
            swept_fen=self.swept_fen,
            available_fen=self.available_fen,
            version=self.version,
        )

    def _must_hold(self, amount_fen: int, held_fen: int) -> None:
        if amount_fen > held_fen:
            raise BooksDisagree(f"line {self.id} holds {held_fen} fen, not {amount_fen}")

    def _moved(self, kind: Kind, amount_fen: int, disbursement_id: str, at: datetime) -> Entry:
        return movement(kind, amount_fen, tenant=self.tenant, line_id=self.id, disbursement_id=disbursement_id, at=at)


def _refuse_document_twice(document: str, used: Collection[str], further: bool) -> None:
    known = number_of(document) in {number_of(each) for each in used}
    if known and not further:
        raise DocumentUsedAlready(document=document, field="further_of_document")
    if further and not known:
        raise NotFurtherOfDocument(document=document, field="further_of_document")


def reserve_on_first_that_fits(
    lines: Iterable[BudgetLine], amount_fen: int, disbursement_id: str, at: datetime
) -> tuple[BudgetLine, Entry]:
    """Reserve the whole amount on the first of `lines` that covers it; an amount is never split between lines.

    Raises BudgetLineMissing if there is no line, else what the last of them said (BudgetExhausted).
    """
    refusal: BudgetLineMissing | BudgetExhausted = BudgetLineMissing()
    for line in lines:
        try:
            return line, line.reserve(amount_fen, disbursement_id, at)
        except BudgetExhausted as exhausted:
            refusal = exhausted
    raise refusal
