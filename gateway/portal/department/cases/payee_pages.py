"""Who receives the parts of a case that are not the applicant's (指定收款人): looked for among those who are registered, put
together in the page's address, and named all at once; or pasted as a list.
"""

from __future__ import annotations

from asyncio import gather
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from contracts.case_payees import CasePayee, NamedPayee
from contracts.case_sheet import GetCaseSheet
from contracts.enterprise_lookup import TypedCreditCode
from contracts.message import Fen, Id, Model
from contracts.names import OrganisationName
from contracts.naming_payees import NamePayees
from contracts.payee_holder_accounts import (
    GetPayeeHolder,
    ListPayeeHolders,
    PayeeHolderView,
    RegisterPayeeHolder,
)
from contracts.payee_holders import HolderKind
from contracts.people import ResidentId
from contracts.refusal import Invalid, Refusal
from contracts.review import CaseView
from gateway.access import Permitted
from gateway.door import Door, RefusedThere
from gateway.portal.department.cases.payee_lines import lines_of, payees_in
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.row_numbers import is_index

pages = Pages("cases")
HERE = "/department/cases/{case_id}/payees"
MOST_ROWS = 60
"""More are pasted: an address holds no more."""

LOOKED_THROUGH = 5
PAGE = 200
SHOWN = 20
Row = Annotated[str, Field(pattern=r"^[0-9]{1,2}:[A-Za-z0-9_-]{1,64}$")]
"""A receiver that has been put on the list, and nobody has sent yet: the part, and who."""


class PayeesAsked(Model):
    """`rows` is the list that is being put together; without any, it begins with what has been named."""

    case_id: Id
    part: int | None = Field(default=None, ge=1, le=10)
    about: str = Field(default="", max_length=60)
    rows: tuple[Row, ...] = Field(default=(), max_length=MOST_ROWS)


class NamedRow(Model):
    part: int = Field(ge=1, le=10)
    holder_id: Id
    amount_fen: Fen | None = None
    kept: bool = True


class NamedRows(Model):
    """Who gets what, as it was put together."""

    case_id: Id
    expected_version: int
    payees: tuple[NamedRow, ...] = Field(default=(), max_length=MOST_ROWS)


class PastedPayees(Model):
    """The same as lines of a table."""

    case_id: Id
    expected_version: int
    lines: str = Field(max_length=60_000)


class NewReceiver(Model):
    """A receiver whom nobody has registered yet."""

    case_id: Id
    kind: HolderKind
    name: OrganisationName
    uscc: TypedCreditCode | None = None
    resident_id: ResidentId | None = None


class NobodyChosen(Invalid):
    code = "no_payee_chosen"
    sentence = "请至少为一个部分选择收款人。"


@dataclass(frozen=True)
class ShownRow:
    """One line of the list. `holder` is None where nobody knows the receiver any more."""

    part: int
    holder_id: Id
    holder: PayeeHolderView | None
    amount_fen: int | None


@pages.show(HERE, PayeesAsked, Permitted(NamePayees), template="payees.html")
async def show_payees(door: Door, asked: PayeesAsked) -> Values:
    """The parts, who is on the list for each, and whom one may put there."""
    case = (await door.told(GetCaseSheet(case_id=asked.case_id))).case
    parts = {each.part: each for each in case.payees if each.who != "applicant"}
    part = asked.part if asked.part in parts else next(iter(parts), None)
    rows, found = await gather(_rows(door, case, asked), _found(door, case, asked.about))
    return {
        "case": case,
        "parts": list(parts.values()),
        "part": part,
        "asked_for": asked,
        "rows": rows,
        "row_texts": [f"{each.part}:{each.holder_id}" for each in rows],
        "found": found,
        "kinds": ("person", "enterprise", "organisation"),
        "payee_lines": lines_of(case.payees),
        "may": {"name": may(door, NamePayees, case.state), "register": may(door, RegisterPayeeHolder)},
    }


@pages.form(HERE, NamedRows, Permitted(NamePayees), on=show_payees, versioned=True)
async def name_payees(door: Door, said: NamedRows) -> str:
    """Name who receives the parts that are not the applicant's (指定收款人). Raises NobodyChosen, RefusedThere."""
    kept = [(place, each) for place, each in enumerate(said.payees) if each.kept]
    if not kept:
        raise NobodyChosen()
    named = tuple(NamedPayee(**each.model_dump(exclude={"kept"})) for _place, each in kept)
    try:
        await door.done(NamePayees(case_id=said.case_id, payees=named, expected_version=said.expected_version))
    except RefusedThere as refused:
        raise RefusedThere(_beside_rows(refused.refusal(), [place for place, _each in kept])) from None
    return f"/department/cases/{said.case_id}?state=all&done=named"


@pages.form(HERE + "/pasted", PastedPayees, Permitted(NamePayees), on=show_payees, versioned=True)
async def paste_payees(door: Door, said: PastedPayees) -> str:
    """The same, of a list that was pasted."""
    named = payees_in(said.lines)
    await door.done(NamePayees(case_id=said.case_id, payees=named, expected_version=said.expected_version))
    return f"/department/cases/{said.case_id}?state=all&done=named"


@pages.form(HERE + "/new", NewReceiver, Permitted(NamePayees), on=show_payees)
async def register_receiver(door: Door, said: NewReceiver) -> str:
    """Register a receiver by its code (登记收款人), and put it on the list: whoever is registered already is found so."""
    case = (await door.told(GetCaseSheet(case_id=said.case_id))).case
    known = RegisterPayeeHolder(enterprise_id=case.claim.enterprise_id, **said.model_dump(exclude={"case_id"}))
    holder = await door.done(known)
    query = door.request.query_params
    rows = [*query.getlist("rows"), f"{query.get('part', '1')}:{holder.holder_id}"]
    return address(HERE.format(case_id=said.case_id), {"part": query.get("part"), "rows": rows}, done="receiver_listed")


async def _rows(door: Door, case: CaseView, asked: PayeesAsked) -> list[ShownRow]:
    """The list with who each is; what has been named keeps its amount."""
    named = {(each.part, each.holder_id): each for each in case.payees if each.holder_id and each.who != "applicant"}
    texts = (
        dict.fromkeys(asked.rows) if asked.rows else [f"{part}:{holder}" for part, holder in list(named)[:MOST_ROWS]]
    )
    keys = [(int(part), holder) for part, _, holder in (text.partition(":") for text in texts)]
    holders = await gather(*(_holder(door, holder_id) for _part, holder_id in keys))
    shared = [part for part, _holder_id in keys]
    return [
        ShownRow(part, holder_id, holder, _amount(named.get((part, holder_id)), shared=shared.count(part) > 1))
        for (part, holder_id), holder in zip(keys, holders, strict=True)
    ]


def _amount(payee: CasePayee | None, *, shared: bool) -> int | None:
    """One receiver gets the whole part, and has no amount of its own."""
    return payee.amount_fen if payee is not None and shared else None


async def _holder(door: Door, holder_id: Id) -> PayeeHolderView | None:
    try:
        return (await door.told(GetPayeeHolder(holder_id=holder_id))).holder
    except RefusedThere as refused:
        if refused.refusal().kind != "not_found":
            raise
        return None


async def _found(door: Door, case: CaseView, about: str) -> Sequence[PayeeHolderView]:
    """Those whom the enterprise has named stand first; who is looked for is looked for among the others of the place too."""
    about = about.strip()
    own = await door.told(ListPayeeHolders(enterprise_id=case.claim.enterprise_id, limit=PAGE))
    found = {each.holder_id: each for each in own.items if _is_meant(each, about)}
    cursor, looked = None, 0
    while about and len(found) < SHOWN and looked < LOOKED_THROUGH:
        page = await door.told(ListPayeeHolders(cursor=cursor, limit=PAGE))
        found |= {each.holder_id: each for each in page.items if _is_meant(each, about)}
        cursor, looked = page.next_cursor, looked + 1
        if cursor is None:
            break
    return list(found.values())[:SHOWN]


def _is_meant(holder: PayeeHolderView, about: str) -> bool:
    return about in holder.name or (len(about) >= 4 and holder.code_masked.endswith(about.upper()))


def _beside_rows(refusal: Refusal, places: list[int]) -> Refusal:
    """What review refused, under the rows of the page: some were left out."""

    def place(field: str | None) -> str | None:
        name, _, rest = (field or "").partition(".")
        number, _, _part = rest.partition(".")
        if name != "payees" or not is_index(number) or int(number) >= len(places):
            return None
        return f"payees.{places[int(number)]}.amount_fen"

    reasons: list[Any] = [each.model_copy(update={"field": place(each.field)}) for each in refusal.reasons]
    return refusal.model_copy(update={"reasons": tuple(reasons)})
