"""Words that mean the same in search (同义词): what counts in one place, and the form that changes its own list."""

from __future__ import annotations

from contracts.synonyms import GetSynonyms, ListSynonymVersions, ReplaceSynonyms
from gateway.access import Permitted
from gateway.door import Door, RefusedThere
from gateway.portal.platform.places import place_values
from gateway.portal.platform.synonyms.lines import SynonymLines, beside_the_lines, lines_of
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address

pages = Pages("platform")
KEEPER = Permitted(ReplaceSynonyms)


@pages.show("/platform/synonyms", GetSynonyms, KEEPER, template="synonyms.html", nav=("platform.nav.synonyms", 65))
async def show_synonyms(door: Door, query: GetSynonyms) -> Values:
    """The place's own list, to be changed, and what counts beside it."""
    found = await door.told(query)
    place = await place_values(door, query.tenant)
    names = dict(place["places"])
    return {
        "found": found,
        "lines": lines_of(found.own.groups),
        "above": [(names.get(each.tenant, each.tenant), lines_of(each.groups)) for each in found.above],
        "national": lines_of(found.national),
        **place,
    }


@pages.form("/platform/synonyms", SynonymLines, KEEPER, on=show_synonyms, versioned=True)
async def replace_synonyms(door: Door, said: SynonymLines) -> str:
    """Searches use it from now on (修改同义词表)."""
    try:
        changed = await door.done(said.command())
    except RefusedThere as refused:
        refusal = refused.refusal()
        raise RefusedThere(refusal.model_copy(update={"reasons": beside_the_lines(refusal.reasons)})) from refused
    return address("/platform/synonyms", tenant=changed.tenant, done="synonyms_replaced")


@pages.show("/platform/synonyms/versions", ListSynonymVersions, KEEPER, template="versions.html")
async def show_synonym_versions(door: Door, query: ListSynonymVersions) -> Values:
    """Who has changed the list, when and why (历次修改)."""
    page = await door.told(query)
    written = [lines_of(each.groups) for each in page.items]
    return {"page": page, "query": query, "written": written, **await place_values(door, query.tenant)}
