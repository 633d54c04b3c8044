"""In which tenant a claim is decided: an enterprise of a county may claim under an item of the city above.

Its commands and questions about the case go to the case's tenant. That is read from its own application, which lies where it
was filed and is shown to nobody else; the owner of the case looks again whose it is. Shared by the JSON routes and the pages.
"""

from __future__ import annotations

from contracts.intake import GetApplication
from contracts.message import Id, TenantId
from gateway.door import Door


async def place_of_claim(door: Door, application_id: Id) -> TenantId:
    """The case's tenant. A window acts for enterprises in the cases of its own place."""
    if door.principal.actor.enterprise_id is None:
        return door.principal.tenant
    application = await door.told(GetApplication(application_id=application_id))
    return application.claim.tenant
