"""The three kinds of message, and the parts that several of them share."""

from __future__ import annotations

import re
from types import GenericAlias
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeVar

TenantId = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_-]+$")]
"""Opaque id of a city, county or zone. Division codes change; this does not."""

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Fen = Annotated[int, Field(ge=0, le=10**15)]
"""An amount of money in fen (1 yuan = 100 fen), never negative, at most ten trillion yuan."""

Why = Annotated[str, Field(min_length=2, max_length=200)]
"""A reason in the words of the person who gives it."""

WorkerName = Literal["catalog", "intake", "review", "treasury", "notify", "oversight"]
"""A service behind the gateway, in the order in which events flow."""

ServiceName = Literal["gateway", WorkerName]

Cursor = Annotated[str, Field(max_length=400)]
"""Where the next page begins, as the page before it says; what stands in it is nobody else's business."""


class Model(BaseModel):
    """A frozen value that tolerates optional newcomers, so that old and new run side by side in an upgrade."""

    # What did not fit may be personal, and errors are logged. A process knows every message and uses few: each is
    # built at its first use, which makes an import four times as quick.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)


def snake_case(name: str) -> str:
    """`ApproveCase` → `approve_case`: how a message's class names the entrypoint that takes it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


M = TypeVar("M", bound=Model)
Answer = TypeVar("Answer", bound=Model, covariant=True, default=Model)
"""What a contract is answered with, when it is not refused."""

if TYPE_CHECKING:

    class Answered(Generic[Answer]):
        """`Command[FilingReceipt]`: the command that is answered with a receipt."""

else:

    class Answered:
        """The same as a plain note: pydantic would build a class of its own for every answer."""

        def __class_getitem__(cls, answer: type[Model]) -> GenericAlias:
            return GenericAlias(cls, (answer,))


class Contract(Answered[Answer], Model):
    """What one asks of a service and what it answers. Its class names the answer; one that does not is a TypeError."""

    owner: ClassVar[ServiceName]
    version: ClassVar[int] = 1
    __answer__: ClassVar[type[Model]]

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        named = [each for base in vars(cls).get("__orig_bases__", ()) for each in get_args(base)]
        for each in named:
            if isinstance(each, type):
                cls.__answer__ = each
        if not named and not hasattr(cls, "__answer__"):
            raise TypeError(f"{cls.__name__} does not say what it is answered with: Command[…] or Query[…]")


def answer_of(contract: type[Contract[M]]) -> type[M]:
    """What a command or query is answered with, when it is not refused."""
    return cast("type[M]", contract.__answer__)


class Command(Contract[Answer]):
    """What the service that owns the fact is told to do. It is executed once per idempotency key."""


class Query(Contract[Answer]):
    """A question to the service that holds the answer. It changes nothing."""


class Event(Model):
    """A fact that has happened to one aggregate. Its name is past tense; it is never taken back."""

    aggregate: ClassVar[str]
    version: ClassVar[int] = 1


class Actor(Model):
    """Who gives a command: taken from the credentials at the gateway, never from the body.

    `id` is the person's, however many accounts and credentials the person has; a machine's is its own. `duties` are
    the kinds of duty that the person holds in `department_id` today (`contracts.duties`), and for an enterprise the
    scopes of the mandate. `department` is the name of a policy department, whose items its people handle. `speaks_for`
    are the sources (`contracts.fact_sources.SpokenFor`) that the actor may record facts of.
    """

    id: Id
    roles: frozenset[str] = frozenset()
    name: str = ""
    enterprise_id: Id | None = None
    department: str | None = None
    department_id: Id | None = None
    duties: frozenset[str] = frozenset()
    speaks_for: frozenset[str] = frozenset()


SYSTEM = Actor(id="system", roles=frozenset({"system"}), name="系统")


class Page(Model):
    """One page of a list. `next_cursor` is opaque and absent on the last page."""

    next_cursor: str | None = None


class PagedQuery(Query[Answer]):
    """A question that is answered in pages; `limit` is a number of rows."""

    owner: ClassVar[ServiceName] = "gateway"
    cursor: Cursor | None = None
    limit: int = Field(default=50, ge=1, le=200)
