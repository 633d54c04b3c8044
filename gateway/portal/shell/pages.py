"""Pages as declarations: what a page asks or orders and to whom it is open, beside its path.

    pages = Pages("department")

    @pages.show("/department/cases/{case_id}", GetCase, template="case.html")
    async def show_case(door: Door, query: GetCase) -> Values:
        \"\"\"One case, with all that its officer decides by.\"\"\"
        return {"case": await door.told(query)}

    @pages.form("/department/cases/{case_id}/approve", ApproveCase, on=show_case, versioned=True)
    async def approve_case(door: Door, command: ApproveCase) -> str:
        \"\"\"Grant it (审核通过).\"\"\"
        await door.done(command)
        return f"/department/cases/{command.case_id}?done=case_approved"

Who may see it says `gateway.permissions`, by the contract; `who` says it for a page that asks by no contract.
Every `pages` of a module below `gateway/portal` is found by `gateway.portal.shell.portal`. docs/pages.md is the recipe.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.responses import Response

from contracts.message import Contract, Model
from gateway.access import Guard, Permitted
from gateway.door import Door
from gateway.forms import Form
from gateway.portal.shell.filled import AskedForm, FilledForm
from gateway.portal.shell.headers import ASK_AGAIN, NOBODY_KEEPS
from gateway.portal.shell.sent_files import FilesTaken

PORTAL_PACKAGE = "gateway.portal."

Values = Mapping[str, Any]
"""What a template is given, by name."""


@dataclass(frozen=True)
class Shown:
    """What a page shows when there is more to say than values: another status, or another template beside it."""

    values: Values
    status: int = 200
    template: str | None = None


class Nothing(Model):
    """What a page asks that asks nothing of its address."""


T = TypeVar("T", bound=Model)
Show = Callable[[Door, T], Awaitable[Values | Shown | Response]]
"""What a page does with what its address says: mostly one question to the owner."""

Send = Callable[[Door, T], Awaitable[str | Response]]
"""What a form does with what a person filled in: one order, and then the local address where it leads."""


@dataclass(frozen=True, kw_only=True)
class NavigationEntry:
    """A line of the head's navigation. `text` is the key of its text; lower numbers stand first."""

    text: str
    order: int
    path: str
    guard: Guard


@dataclass(frozen=True, kw_only=True)
class PageDeclaration:
    """All that a page, or a form on one, says of itself.

    `on` is the page that a form stands on: there a person sees what was refused. `forms` are those that stand on a page.
    """

    method: str
    path: str
    audience: str
    guard: Guard
    handle: Callable[[Door, Any], Awaitable[Any]]
    reads: Form[Any]
    template: str
    cache: str
    files: FilesTaken | None = None
    on: PageDeclaration | None = None
    forms: list[PageDeclaration] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.handle.__name__

    @property
    def page(self) -> PageDeclaration:
        """The page itself, of a form the one that it stands on."""
        return self.on or self

    @property
    def precedence(self) -> list[bool]:
        """Sorts a path that says a word before one that takes any in its place."""
        return [part.startswith("{") for part in self.path.split("/")]


class PageNotDeclared(Exception):
    """A form says that it stands on what is no page of its module, or on one whose address it does not know."""


class Pages:
    """The pages of one module, for one audience: whose texts they use, and in whose languages they are written."""

    def __init__(self, audience: str) -> None:
        self.audience = audience
        self.declared: list[PageDeclaration] = []
        self.navigation: list[NavigationEntry] = []
        self._by_handle: dict[Callable[..., Any], PageDeclaration] = {}

    def show(
        self,
        path: str,
        asks: type[T],
        who: Guard | None = None,
        *,
        template: str,
        called: Mapping[str, str] | None = None,
        without: tuple[str, ...] = (),
        own_enterprise: bool = False,
        nav: tuple[str, int] | None = None,
        secret: bool = False,
    ) -> Callable[[Show[T]], Show[T]]:
        """A page that asks. `asks` is filled from path and address, and from the session (`own_enterprise`).

        `who`: needed where `asks` is no contract. `called`: field → name in the address. `without`: fields that the address cannot say. `nav`: (text key, order) of
        its line in the navigation. `secret`: nobody on the way keeps it, even where nobody is signed in.
        """
        guard = who or guard_of(asks, own_enterprise=own_enterprise)
        reads: Form[Any] = AskedForm(
            asks,
            path,
            in_body=False,
            called=called,
            without=frozenset(without),
            own_enterprise=own_enterprise,
        )

        def declare(handle: Show[T]) -> Show[T]:
            declared = PageDeclaration(
                method="GET",
                path=path,
                audience=self.audience,
                guard=guard,
                handle=handle,
                reads=reads,
                template=beside(handle, template),
                cache=NOBODY_KEEPS if secret else ASK_AGAIN,
            )
            self.declared.append(declared)
            self._by_handle[handle] = declared
            if nav is not None:
                self.navigation.append(NavigationEntry(text=nav[0], order=nav[1], path=path, guard=guard))
            return handle

        return declare

    def form(
        self,
        path: str,
        takes: type[T],
        who: Guard | None = None,
        *,
        on: Callable[..., Any],
        versioned: bool = False,
        own_enterprise: bool = False,
        without: tuple[str, ...] = (),
        files: FilesTaken | None = None,
    ) -> Callable[[Send[T]], Send[T]]:
        """A form that orders; in templates it is `forms.<name of the function>`.

        `takes` is the command, or a model of what a person fills in where that is less. `on`: the page it stands on, by
        its function; its address is filled from the form's own path and query. `versioned`: the form's hidden version is
        the command's `expected_version`. `without`: fields that the function sets itself. `files`: what it takes of files.
        """
        page = self._by_handle.get(on)
        if page is None:
            raise PageNotDeclared(f"{path} stands on {on.__name__}, which is no page of its module")
        guard = who or guard_of(takes, own_enterprise=own_enterprise)
        reads: Form[Any] = FilledForm(
            takes,
            path,
            in_body=True,
            versioned=versioned,
            own_enterprise=own_enterprise,
            without=frozenset(without),
        )
        unknown = page.reads.in_path - set(parameters_of(path))
        if unknown:
            raise PageNotDeclared(f"{path} does not know {', '.join(sorted(unknown))} of {page.path}")

        def declare(handle: Send[T]) -> Send[T]:
            declared = PageDeclaration(
                method="POST",
                path=path,
                audience=self.audience,
                guard=guard,
                handle=handle,
                reads=reads,
                template=page.template,
                cache=NOBODY_KEEPS,
                files=files,
                on=page,
            )
            self.declared.append(declared)
            page.forms.append(declared)
            return handle

        return declare


def guard_of(asks: type[Model], *, own_enterprise: bool) -> Guard:
    """Those whom the table of permissions names for a contract. Raises PageNotDeclared for what is none."""
    if not issubclass(asks, Contract):
        raise PageNotDeclared(f"{asks.__name__} is no contract: the page says itself who may see it")
    return Permitted(asks, own_enterprise=own_enterprise)


def beside(handle: Callable[..., Any], template: str) -> str:
    """The template's path below `gateway/portal`: it lies beside the module that names it, or is said from `/` on."""
    if template.startswith("/"):
        return template[1:]
    package = handle.__module__.removeprefix(PORTAL_PACKAGE).rpartition(".")[0]
    return f"{package.replace('.', '/')}/{template}" if package else template


def parameters_of(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
