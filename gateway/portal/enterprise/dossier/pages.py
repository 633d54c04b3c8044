"""What is kept of the enterprise (企业档案): facts with source, date and validity; labels; materials."""

from __future__ import annotations

import asyncio

from contracts.enterprises import GetDossierSheet
from contracts.materials import ListMaterials
from gateway.door import Door
from gateway.portal.enterprise.frame import framed, unless_away
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")

MANY = 15
"""Facts from which on one looks for one by its name."""


@pages.show("/my/dossier", GetDossierSheet, template="dossier.html", own_enterprise=True)
async def show_dossier(door: Door, query: GetDossierSheet) -> Values:
    """The dossier in words, and how what is wrong in it is corrected. What is looked for in it stands in the address."""
    sheet, materials = await asyncio.gather(
        door.told(query), unless_away(door.told(ListMaterials(enterprise_id=query.enterprise_id)))
    )
    sought = door.request.query_params.get("q", "").strip()[:60]
    return framed(
        door,
        own=sheet.enterprise,
        facts=[fact for fact in sheet.facts if sought in f"{fact.label} {fact.source}"],
        count=len(sheet.facts),
        many=MANY,
        sought=sought,
        materials=materials.items if materials is not None else None,
    )
