"""A picture or paper of the object store as a browser shows it, to whoever the page has found may see it."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from contracts.uploads import Sha256
from gateway import uploads
from gateway.door import Door
from gateway.portal.shell.headers import NOBODY_KEEPS


async def kept_file(door: Door, sha256: Sha256) -> Response:
    """The file as what its own bytes say that it is. Raises ObjectUnknown, ObjectAltered."""
    tenant = door.principal.tenant
    kind = uploads.media_type(await door.objects.head(tenant, sha256), "")
    path = await run_in_threadpool(door.objects.local_file, tenant, sha256)
    return FileResponse(path, media_type=kind, headers={"Cache-Control": NOBODY_KEEPS})
