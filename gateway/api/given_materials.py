"""Materials that were given for cases: listed and read by whoever the owner of the case lets."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from contracts.given_materials import ListCaseMaterials, OpenKeptMaterial, OpenMaterial
from contracts.message import Id
from gateway.access import Permitted
from gateway.door import Door
from gateway.handed_files import ANYTHING
from gateway.material_files import opened_material
from gateway.routes import Routes

routes = Routes("材料 materials")
Reader = Annotated[Door, Depends(Permitted(OpenMaterial))]
Keeper = Annotated[Door, Depends(Permitted(OpenKeptMaterial))]


@routes.ask("/cases/{case_id}/given-materials", ListCaseMaterials)
async def list_case_materials(door: Door, query: ListCaseMaterials) -> Response:
    """What was given for a case, for those who see it and for a department with a task in it (办件材料)."""
    return await door.ask(query)


@routes.special("POST", "/cases/{case_id}/given-materials/{material_id}/open", OpenMaterial, media_type=ANYTHING)
async def open_material(door: Reader, case_id: Id, material_id: Id) -> Response:
    """Read a material in a case: who does is kept first; the answer is the file, as an attachment (查阅材料)."""
    return await opened_material(door, OpenMaterial(case_id=case_id, material_id=material_id), as_bytes=True)


@routes.special("POST", "/materials/{material_id}/open", OpenKeptMaterial, media_type=ANYTHING)
async def open_kept_material(door: Keeper, material_id: Id) -> Response:
    """Read a material in the enterprise's own file, as an attachment (查阅档案材料)."""
    return await opened_material(door, OpenKeptMaterial(material_id=material_id), as_bytes=True)
