"""The page between a form and what it does: what is about to happen, as it will be, before it cannot be taken back."""

from __future__ import annotations

from starlette.responses import Response

from gateway.door import Door
from gateway.portal.shell.headers import NOBODY_KEEPS
from gateway.portal.shell.pages import PageDeclaration, Shown, beside
from gateway.portal.shell.portal import portal_of


async def asked_once_more(door: Door, shown: Shown) -> Response:
    """What a form's function answers with instead of an address: a page of its own, made of `shown.template`.

    It knows the forms of the page that this form stands on, each fresh: what the person has said goes on in hidden
    fields that the template writes.
    """
    assert shown.template is not None, "a page between a form and what it does has a template of its own"
    declared: PageDeclaration = door.request.scope["route"].declared
    portal = portal_of(door.request)
    values = {
        "page_path": declared.page.path.format(**door.request.path_params),
        "forms": portal.forms(door.request, declared.page),
        **shown.values,
    }
    template = beside(declared.handle, shown.template)
    return await portal.render(
        door.request, template, values, audience=declared.audience, status=shown.status, cache=NOBODY_KEEPS
    )
