"""A text that somebody entered: read as an item, with its document cited, and with everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from pydantic import ValidationError
from sqlalchemy import CursorResult

from chassis.foundation.reasons import reasons_for
from contracts.authoring import TextProblem
from contracts.documents import IssuedDocument
from contracts.identity import TenantSettings
from contracts.item import PolicyItemContent
from contracts.message import TenantId
from contracts.rule import Problem
from services.catalog.policies.ceilings import beyond_ceilings
from services.catalog.policies.guides import followed, readable_guide, written_anew
from services.catalog.policies.publication import problems_of
from services.catalog.policies.views import LINEAGE

CITED = f"""{LINEAGE}
SELECT text, state, repealed_on FROM policy_document WHERE id = :id AND tenant IN (SELECT id FROM lineage)
"""


SETTINGS = "SELECT settings FROM tenant WHERE id = :tenant"


class TextReading(Protocol):
    """A unit of work or a reader."""

    def execute(self, sql: str, parameters: Any = None) -> CursorResult[Any]: ...


def examine(
    text: Mapping[str, Any], database: TextReading, tenant: TenantId, today: date
) -> tuple[list[TextProblem], PolicyItemContent | None]:
    """Everything that stands against publishing `text` today, and the item that it is, as soon as it can be read.

    What its guide leaves out follows the rules.
    """
    try:
        content = PolicyItemContent.model_validate(readable_guide(text))
    except ValidationError as error:
        return unreadable(text, error), None
    content = written_anew(content, followed(text))
    content, against = cite(content, database, tenant)
    found = [*problems_of(content, today), *against, *_beyond_ceilings(content, database, tenant)]
    return [TextProblem(code=each.code, where=each.where, text=each.text_zh) for each in found], content


def _beyond_ceilings(content: PolicyItemContent, database: TextReading, tenant: TenantId) -> list[Problem]:
    row = database.execute(SETTINGS, {"tenant": tenant}).first()
    return [] if row is None else beyond_ceilings(content, TenantSettings.model_validate(row.settings))


def unreadable(text: Mapping[str, Any], error: ValidationError) -> list[TextProblem]:
    """Why the text is no item, each at its place in the text itself."""
    errors = error.errors(include_url=False, include_input=False)
    places = {each["loc"] for each in errors}
    problems = []
    for each in errors:
        inside = any(place[: len(each["loc"])] == each["loc"] and place != each["loc"] for place in places)
        if each["type"] == "too_short" and inside:
            continue  # what is wrong inside a list is not counted as one of it
        (reason,) = reasons_for([{**each, "loc": ()}])
        where = _pointer(text, each["loc"], missing=each["type"] == "missing")
        problems.append(TextProblem(code=reason.code, where=where, text=reason.message))
    return problems


def _pointer(text: Any, place: Sequence[int | str], *, missing: bool) -> str:
    """A JSON pointer (RFC 6901). Among the names of a place are those of the alternatives that were tried; they are
    in no text."""
    here, pointer = text, ""
    for number, part in enumerate(place):
        named = isinstance(here, Mapping) and part in here
        listed = isinstance(here, list | tuple) and isinstance(part, int) and part < len(here)
        if named or listed:
            here = here[part]
        elif not (missing and number == len(place) - 1):
            continue
        pointer += "/" + str(part).replace("~", "~0").replace("/", "~1")
    return pointer


def cite(
    content: PolicyItemContent, database: TextReading, tenant: TenantId
) -> tuple[PolicyItemContent, list[Problem]]:
    """The item with its document as it is registered, and what stands against resting on it.

    An item rests on documents of its own tenant and of the levels above it.
    """
    document_id = content.document.document_id
    if document_id is None:
        return content, []
    row = database.execute(CITED, {"id": document_id, "tenant": tenant}).first()
    where = "/document/document_id"
    if row is None:
        text = "没有找到所依据的文件，或该文件不是本地区及上级登记的文件"
        return content, [Problem(code="document_unknown", where=where, text_zh=text)]
    against = []
    if row.state == "repealed":
        text = f"所依据的文件已于 {row.repealed_on} 废止"
        against.append(Problem(code="document_repealed", where=where, text_zh=text))
    cited = IssuedDocument.model_validate(row.text).cited(document_id)
    return content.model_copy(update={"document": cited}), against
