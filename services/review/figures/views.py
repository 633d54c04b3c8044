"""Figures of a case as the department reads them."""

from __future__ import annotations

from sqlalchemy import select

from chassis.read.reader import Reader
from contracts.case_figures import CaseFigures, ListFigures
from contracts.review import GetCase
from services.review.cases.pinned import version_of
from services.review.cases.views import get_case
from services.review.figure_settings import CASE_FIGURE, figure_of
from services.review.figures.figure import figures_asked
from services.review.item_copies.store import ItemVersions


def list_figures(query: ListFigures, reader: Reader) -> CaseFigures:
    """What the rule asks for, and what was set. Raises CaseNotFound, or NotYourDepartment of another's."""
    case = get_case(GetCase(case_id=query.case_id), reader)
    version = version_of(case.claim)
    rules = ItemVersions(reader).get_many([version]).get(version)
    c = CASE_FIGURE.c
    statement = select(CASE_FIGURE).where(c.tenant == reader.tenant, c.case_id == query.case_id)
    rows = reader.execute(statement.order_by(c.set_at.desc(), c.id.desc())).mappings()
    return CaseFigures(
        asked=figures_asked(rules, case.decisions) if rules else (),
        history=tuple(figure_of(row).view() for row in rows),
    )
