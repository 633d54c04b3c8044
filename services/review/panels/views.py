"""Experts and panels as the department, and panels as their experts, read them."""

from __future__ import annotations

from sqlalchemy import select, tuple_

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.experts import ExpertPage, ListExperts
from contracts.panels import CasePanels, GetMyPanel, ListMyPanels, ListPanels, PanelClaim, PanelView
from contracts.review import GetCase
from contracts.rule import ItemRules
from rules import sentences
from services.review.cases.sheet import FACTS, RULES, shown_facts
from services.review.cases.tables import REVIEW_CASE
from services.review.cases.views import get_case
from services.review.panels.panel import CasePanel, PanelUnknown
from services.review.panels.panel_view import view_for, view_of
from services.review.panels.store import CASE_PANEL, EXPERT, expert_of, panel_of

C, E, P = REVIEW_CASE.c, EXPERT.c, CASE_PANEL.c
MOST = 100


def list_experts(query: ListExperts, reader: Reader) -> ExpertPage:
    """The register by name. Raises CursorInvalid."""
    statement = select(EXPERT).where(E.tenant == reader.tenant)
    if query.field is not None:
        statement = statement.where(E.fields.contains([query.field]))
    if not query.retired:
        statement = statement.where(E.retired_at.is_(None))
    if (after := decode_cursor(query.cursor, str, str)) is not None:
        statement = statement.where(tuple_(E.name, E.id) > tuple_(*after))
    found = reader.execute(statement.order_by(E.name, E.id).limit(query.limit + 1)).mappings().all()
    rows, more = cut_page(found, query.limit)
    cursor = encode_cursor(rows[-1]["name"], rows[-1]["id"]) if more else None
    return ExpertPage(items=tuple(expert_of(row).view() for row in rows), next_cursor=cursor)


def list_panels(query: ListPanels, reader: Reader) -> CasePanels:
    """All of a case, the latest first. Raises CaseNotFound, or NotYourDepartment of another's."""
    get_case(GetCase(case_id=query.case_id), reader)
    statement = select(CASE_PANEL).where(P.tenant == reader.tenant, P.case_id == query.case_id)
    rows = reader.execute(statement.order_by(P.drawn_at.desc(), P.id.desc())).mappings()
    return CasePanels(items=tuple(view_of(panel_of(row)) for row in rows))


def list_my_panels(query: ListMyPanels, reader: Reader) -> CasePanels:
    """Those on which the actor has a seat; who was drawn as a reserve sees nothing of it."""
    statement = _drawn_with(reader).order_by(P.state != "scoring", P.drawn_at.desc(), P.id).limit(MOST)
    found = [panel_of(row) for row in reader.execute(statement).mappings()]
    return CasePanels(items=tuple(view_for(each, reader.actor.id) for each in found if _has_seat(each, reader)))


def get_my_panel(query: GetMyPanel, reader: Reader) -> PanelView:
    """Raises PanelUnknown, of a panel without the actor too."""
    row = reader.execute(_drawn_with(reader).where(P.id == query.panel_id)).mappings().first()
    if row is None or not _has_seat(panel := panel_of(row), reader):
        raise PanelUnknown()
    return view_for(panel, reader.actor.id).model_copy(update={"claim": _claim_of(panel.case_id, reader)})


def _claim_of(case_id: str, reader: Reader) -> PanelClaim:
    """What its expert judges it by, and nothing else of the case."""
    statement = select(C.facts, C.claim).where(C.tenant == reader.tenant, C.id == case_id)
    case = reader.execute(statement).one()
    asked = {"item": case.claim["item_id"], "version": case.claim["item_version"]}
    rules = ItemRules.model_validate(reader.execute(RULES, asked).one().rules)
    said = sentences(rules)
    return PanelClaim(
        eligibility=said.eligibility,
        amount=said.amount,
        facts=shown_facts(FACTS.validate_python(case.facts), rules),
        materials=tuple(each.name for each in rules.plan.materials),
    )


def _drawn_with(reader: Reader):  # type: ignore[no-untyped-def]
    return select(CASE_PANEL).where(
        P.tenant == reader.tenant, P.state != "void", P.drawn.contains([{"person_id": reader.actor.id}])
    )


def _has_seat(panel: CasePanel, reader: Reader) -> bool:
    return any(each.person_id == reader.actor.id for each in panel.seats)
