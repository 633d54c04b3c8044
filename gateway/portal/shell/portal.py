"""The pages of the gateway, all together: found, served, and given what every page shows around its own."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from contracts.refusal import Reason
from contracts.status_labels import Language
from gateway import portal as portal_package
from gateway.door import Door
from gateway.own_writes import was_behind
from gateway.portal.shell.addresses import here
from gateway.portal.shell.assets import Assets
from gateway.portal.shell.entries import SentForm, flat, nested
from gateway.portal.shell.headers import NOBODY_KEEPS, with_cache
from gateway.portal.shell.language import in_both, language_of, remember
from gateway.portal.shell.page_form import PageForm
from gateway.portal.shell.pages import NavigationEntry, PageDeclaration, Pages
from gateway.portal.shell.rendering import address, environments
from gateway.portal.shell.session import Session, csrf_of, for_everybody, may_see, session_of
from gateway.portal.shell.site import SiteLookup
from gateway.portal.shell.unread import UnreadCounts

PLACE = "portal"
"""The name under which the application's state holds its portal."""


SIGN_IN, SIGN_OUT, INBOX, OWN_MESSAGES = "/sign-in", "/sign-out", "/inbox", "/my/messages"


def declared_pages() -> list[Pages]:
    """Every `pages` of a module below `gateway/portal`."""
    found: dict[int, Pages] = {}
    for module in pkgutil.walk_packages(portal_package.__path__, f"{portal_package.__name__}."):
        pages = getattr(import_module(module.name), "pages", None)
        if isinstance(pages, Pages):
            found[id(pages)] = pages
    return list(found.values())


class Portal:
    """What all pages share: assets, templates in both languages, the sites, the navigation."""

    def __init__(
        self,
        sites: SiteLookup,
        declared: Iterable[Pages],
        assets: Assets | None = None,
        unread: UnreadCounts | None = None,
    ) -> None:
        self.sites = sites
        self.unread = unread
        self.assets = assets or Assets()
        self.environments = environments(self.assets)
        modules = list(declared)
        self.pages = sorted(
            (each for pages in modules for each in pages.declared), key=lambda declared: declared.precedence
        )
        self._paths = {each.path for each in self.pages}
        self._guards = {each.path: each.guard for each in reversed(self.pages)}
        self._navigation = sorted(
            (entry for pages in modules for entry in pages.navigation), key=lambda entry: (entry.order, entry.text)
        )

    async def render(
        self, request: Request, template: str, values: Mapping[str, Any], *, audience: str, status: int, cache: str
    ) -> HTMLResponse:
        """One page. Where somebody is signed in nobody on the way keeps it."""
        language: Language = language_of(request) if in_both(audience) else "zh"
        session = session_of(request)
        site = await self.sites.of(session.principal.tenant if session else None)
        common = {
            "site": site,
            # What the place itself calls the ways of handling, in its own language.
            "own_mode_names": site.mode_names if language == "zh" else {},
            "session": session,
            "unread": await self.unread_of(request, session),
            "audience": audience,
            **self._doors(session),
            "bilingual": in_both(audience),
            "navigation": self.navigation(session),
            "path": request.url.path,
            "here": here(request),
            # What must not be kept is not handed on in an address either (a receipt's query code).
            "back_here": request.url.path if cache == NOBODY_KEEPS and session is None else here(request),
            "asked": {name: request.query_params.getlist(name) for name in request.query_params},
            "other_language": address(
                str(values.get("page_path", request.url.path)),
                {name: request.query_params.getlist(name) for name in request.query_params},
                lang="en" if language == "zh" else "zh",
                done=None,
            ),
            "done": request.query_params.get("done", ""),
            "behind": was_behind(request),
            "enhanced": request.headers.get("hx-request") == "true",
        }
        text = self.environments[language].get_template(template).render({**common, **values})
        page = HTMLResponse(text, status, headers={"Cache-Control": NOBODY_KEEPS if session else cache})
        page.headers["Vary"] = "Cookie"
        remember(request, page)
        return with_cache(page)

    def paths_with_files(self) -> list[re.Pattern[str]]:
        """The addresses of forms that take files."""
        paths = (each.path for each in self.pages if each.files is not None)
        return [
            re.compile("/".join("[^/]+" if part.startswith("{") else part for part in path.split("/")))
            for path in paths
        ]

    def has_page(self, path: str) -> bool:
        """Whether there is a page that is declared so."""
        return path in self._paths

    async def unread_of(self, request: Request, session: Session | None) -> int:
        """What is new in the inbox of whoever is signed in, where there is one."""
        if session is None:
            return 0
        return session.unread if self.unread is None else await self.unread.of(request, session)

    def _doors(self, session: Session | None) -> dict[str, str | None]:
        """Where one signs in and out and reads one's messages: None for what has no page yet."""
        inbox = OWN_MESSAGES if session and session.principal.actor.enterprise_id else INBOX
        ways = {"sign_in": SIGN_IN, "sign_out": SIGN_OUT, "inbox": inbox}
        return {name: path if self._leads_to(path, session) else None for name, path in ways.items()}

    def _leads_to(self, path: str, session: Session | None) -> bool:
        """Whether there is such a page, and whoever is signed in may open it."""
        return path in self._guards and may_see(self._guards[path], session)

    def navigation(self, session: Session | None) -> list[NavigationEntry]:
        """What the person may go to. Who works here sees the work, and everybody else what is for everybody."""
        public = [entry for entry in self._navigation if for_everybody(entry.guard)]
        if session is None:
            return public
        own = [entry for entry in self._navigation if entry not in public and may_see(entry.guard, session)]
        works_here = own and session.principal.actor.enterprise_id is None
        return own if works_here else [*own, *public]

    def forms(self, request: Request, page: PageDeclaration, filled: PageForm | None = None) -> dict[str, PageForm]:
        """The forms on a page that the person may send, by name; one of them as it has been filled in."""
        session = session_of(request)
        made = {each.name: self.blank(request, each) for each in page.forms if may_see(each.guard, session)}
        return made if filled is None else {**made, filled.name: filled}

    def blank(self, request: Request, declared: PageDeclaration) -> PageForm:
        language: Language = language_of(request) if in_both(declared.audience) else "zh"
        return PageForm(
            name=declared.name,
            path=declared.path,
            audience=declared.audience,
            texts=self.environments[language].globals["t"],  # type: ignore[arg-type]
            csrf=csrf_of(request),
            parameters={name: str(value) for name, value in request.path_params.items()},
            query=request.url.query,
        )

    def filled(
        self, request: Request, declared: PageDeclaration, sent: SentForm, trouble: str, reasons: Iterable[Reason] = ()
    ) -> PageForm:
        """The form with what was sent in it, and what is wrong. It has a key of its own: it is another order."""
        values: dict[str, list[str]] = {}
        for name, value in flat(nested(sent.shown_again, declared.reads.lists)):
            values.setdefault(name, []).append(value)
        blank = self.blank(request, declared)
        return replace(blank, values=values, sent=True, trouble=trouble, reasons=tuple(reasons))


def forget_unread(door: Door) -> None:
    """Whoever asks has read something: the next page counts anew."""
    portal = portal_of(door.request)
    if portal.unread is not None:
        portal.unread.forget(door.principal)


def portal_of(request: Request) -> Portal:
    portal: Portal = getattr(request.app.state, PLACE)
    return portal
