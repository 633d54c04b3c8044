"""What plans' words mean here (计划用语): what is mapped, what cases wait for, and the form that maps one."""

from __future__ import annotations

from typing import get_args

from contracts.departments import (
    ListPlanTerms,
    MapPlanTerm,
    PlanTerm,
    PlanTermMeaning,
    PlanTermUse,
    PlanTermView,
    ToDepartment,
    ToDuty,
    ToSource,
)
from contracts.duties import BRANCH_OF, DUTY_NAMES
from contracts.fact_sources import SOURCE_NAMES
from contracts.identity import InTenant
from contracts.message import TenantId
from contracts.plan_terms import ListUnmappedTerms, UnmappedTermPage
from gateway.access import Permitted
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.identity.departments import use_cases, views
from gateway.portal.platform.places import place_values
from gateway.portal.platform.registered import departments_of
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address

pages = Pages("platform")
KEEPER = Permitted(MapPlanTerm)

APPROVING = [(kind, name) for kind, name in DUTY_NAMES.items() if kind not in BRANCH_OF]
SOURCES = [(kind.value, name) for kind, name in SOURCE_NAMES.items()]
FITTING = {"approver": ("duty",), "check": ("source", "department", "duty"), "department": ("department",)}
"""What words of each use may mean (`gateway.identity.departments.domain`)."""


class TermAsked(InTenant):
    """The words that are to be mapped, as they stand in an address."""

    use: PlanTermUse
    term: PlanTerm


@pages.show(
    "/platform/plan-terms", ListPlanTerms, KEEPER, template="plan_terms.html", nav=("platform.nav.plan_terms", 60)
)
async def show_plan_terms(door: Door, query: ListPlanTerms) -> Values:
    """What is mapped in one place, and before it what is not."""
    page = await door.found(query, views.list_plan_terms)
    place = await place_values(door, query.tenant)
    departments = dict(await departments_of(door, query.tenant))
    return {
        "page": page,
        "query": query,
        "unmapped": await _unmapped(door, query.tenant),
        "means": [meaning_of(each, departments) for each in page.items],
        "uses": list(get_args(PlanTermUse)),
        **place,
    }


@pages.show("/platform/plan-terms/map", TermAsked, KEEPER, template="map.html")
async def show_mapping(door: Door, asked: TermAsked) -> Values:
    """One term, and what it may mean."""
    known = await _known(door, asked)
    return {
        "asked_for": asked,
        "known": known,
        "kept": {} if known is None or known.meaning is None else known.meaning.model_dump(),
        "meanings": FITTING[asked.use],
        "duties": APPROVING,
        "sources": SOURCES,
        "departments": await departments_of(door, asked.tenant),
        **await place_values(door, asked.tenant),
    }


@pages.form("/platform/plan-terms/map", MapPlanTerm, on=show_mapping)
async def map_term(door: Door, command: MapPlanTerm) -> str:
    """From now on they mean that here (计划用语对应)."""
    await door.decided(command, use_cases.map_plan_term)
    return address("/platform/plan-terms", tenant=command.tenant, done="term_mapped")


def meaning_of(term: PlanTermView, departments: dict[str, str]) -> tuple[str, str]:
    """(what kind of meaning, in words); ("", "") for none yet."""
    meaning: PlanTermMeaning | None = term.meaning
    if meaning is None:
        return "", ""
    named = "" if meaning.department_id is None else departments.get(meaning.department_id, meaning.department_id)
    match meaning:
        case ToDuty(kind=kind):
            said = DUTY_NAMES[kind]
        case ToSource(source=source):
            said = dict(SOURCES).get(source, source)
        case ToDepartment():
            return meaning.to, named
    return meaning.to, f"{named} · {said}" if named else said


async def _unmapped(door: Door, tenant: TenantId | None) -> UnmappedTermPage | None:
    """None while the catalogue does not answer."""
    try:
        return await door.told(ListUnmappedTerms(tenant=tenant, limit=200))
    except (BusError, Faulted):
        return None


async def _known(door: Door, asked: TermAsked) -> PlanTermView | None:
    query = ListPlanTerms(tenant=asked.tenant, use=asked.use, limit=200)
    while True:
        page = await door.found(query, views.list_plan_terms)
        found = next((each for each in page.items if each.term == asked.term), None)
        if found is not None or page.next_cursor is None:
            return found
        query = query.model_copy(update={"cursor": page.next_cursor})
