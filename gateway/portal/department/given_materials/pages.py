"""The materials of a case, and reading one: whoever does is kept before the first byte goes out."""

from __future__ import annotations

from starlette.responses import Response

from contracts.given_materials import ListCaseMaterials, OpenMaterial
from gateway.door import Door
from gateway.material_files import opened_material
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values

pages = Pages("cases")
PATH = "/department/cases/{case_id}/given-materials"


@pages.show(PATH, ListCaseMaterials, template="materials.html")
async def show_given_materials(door: Door, query: ListCaseMaterials) -> Values:
    """What was given with the claim and with supplements, in the order in which it came."""
    given = await door.told(query)
    return {"materials": given.items, "may_open": may(door, OpenMaterial)}


@pages.form(PATH + "/{material_id}", OpenMaterial, on=show_given_materials)
async def open_given_material(door: Door, command: OpenMaterial) -> Response:
    """The file, as an attachment (查阅材料)."""
    return await opened_material(door, command)
