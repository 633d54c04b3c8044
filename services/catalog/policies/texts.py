"""A text that somebody entered: read as an item, with its document cited, and with everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError
from sqlalchemy import CursorResult

from chassis.foundation.faults import faults_in
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


def unreadable(
    text: Mapping[str, Any], error: ValidationError, model: type[BaseModel] = PolicyItemContent
) -> list[TextProblem]:
    """Why the text is no item (or no other `model`), each at its place in the text itself."""
    found = faults_in(model, text, error, in_json=False)
    return [TextProblem(code=each.code, where=each.where, text=each.text) for each in found]


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
