"""How a page comes by its contract: from the address and the form, as a person fills them in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError

from chassis.foundation.reasons import sentence_for, told_once
from contracts.money import Money
from contracts.refusal import Reason
from gateway.door import VERSION_NUMBER
from gateway.forms import Form, T
from gateway.portal.shell.entries import FEN, in_fen, meant, nested, sent_form_of
from gateway.strict import Wrong

BOUNDS = ("ge", "gt", "le", "lt")
CLOSED_LISTS = frozenset({"literal_error", "enum"})
CHOOSE = "请从列出的选项中选择"
"""A person chooses by what is shown, not by the codes that programs send."""

FALSE_NUMBERS = ("int_parsing", "int_type", "int_from_float")


class AskedForm(Form[T]):
    """A question that stands in a page's address. What a filter leaves blank is not asked for."""

    strict = False

    async def said(self, request: Request) -> dict[str, Any]:
        return in_fen(nested(meant(request.query_params.multi_items()), self.lists)) if self.named else {}

    def placed(self, error: Mapping[str, Any]) -> Wrong:
        return _in_yuan(super().placed(error))


class FilledForm(AskedForm[T]):
    """A form that a person sent: its body says the fields, its hidden fields version and key."""

    async def said(self, request: Request) -> dict[str, Any]:
        return in_fen(nested((await sent_form_of(request)).said, self.lists))

    async def version(self, request: Request) -> int:
        said = (await sent_form_of(request)).version
        if not VERSION_NUMBER.fullmatch(said):
            raise HTTPException(428)
        return int(said)


def _in_yuan(error: Wrong) -> Wrong:
    """What is said of an amount is said in yuan, as it was written."""
    if not str(error["loc"][-1]).endswith(FEN):
        return error
    if error["type"] in FALSE_NUMBERS:
        return {**error, "type": "money_invalid"}
    limits = error.get("ctx") or {}
    return {
        **error,
        "ctx": {name: f"{_yuan(value)} 元" if name in BOUNDS else value for name, value in limits.items()},
    }


def _yuan(fen: object) -> str:
    return Money(int(str(fen))).yuan_text().removesuffix(".00")


def reasons_beside_fields(error: RequestValidationError) -> tuple[Reason, ...]:
    """Every field that does not fit, with a sentence that does not name it: it is shown beside it."""
    return tuple(
        Reason(
            code=f"field_{each['type']}",
            message=CHOOSE if each["type"] in CLOSED_LISTS else sentence_for(each),
            field=".".join(str(part) for part in each["loc"] if part not in ("body", "query", "path")) or None,
        )
        for each in told_once(error.errors())
    )
