"""A picture or paper of the object store as a browser shows it, to whoever the page has found may see it."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from contracts.message import TenantId
from contracts.refusal import NotFound
from contracts.uploads import Sha256
from gateway import uploads
from gateway.door import Door
from gateway.pictures import is_picture
from gateway.portal.shell.headers import NOBODY_KEEPS


class PictureUnknown(NotFound):
    """Nothing here has this picture, or what has been kept under its name is none."""

    code = "picture_unknown"
    sentence = "没有这张图片，可能已经更换；请打开最新的页面再看。"


async def kept_file(door: Door, sha256: Sha256) -> Response:
    """The file as what its own bytes say that it is. Raises ObjectUnknown, ObjectAltered."""
    tenant = door.principal.tenant
    return await _shown(door, tenant, sha256, await door.objects.head(tenant, sha256), NOBODY_KEEPS)


async def kept_picture(door: Door, tenant: TenantId, sha256: Sha256, cache: str) -> Response:
    """A picture that `tenant` keeps; nothing else is ever shown in its place. Raises PictureUnknown, ObjectUnknown, ObjectAltered."""
    head = await door.objects.head(tenant, sha256)
    if not is_picture(head):
        raise PictureUnknown()
    return await _shown(door, tenant, sha256, head, cache)


async def _shown(door: Door, tenant: TenantId, sha256: Sha256, head: bytes, cache: str) -> Response:
    path = await run_in_threadpool(door.objects.local_file, tenant, sha256)
    return FileResponse(path, media_type=uploads.media_type(head, ""), headers={"Cache-Control": cache})
