"""The three kinds of message, and the parts that several of them share."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

TenantId = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_-]+$")]
"""Opaque id of a city, county or zone. Division codes change; this does not."""

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Fen = Annotated[int, Field(ge=0, le=10**15)]
"""An amount of money in fen (1 yuan = 100 fen), never negative, at most ten trillion yuan."""

ServiceName = Literal["gateway", "catalog", "intake", "review", "treasury", "notify", "oversight"]


class Model(BaseModel):
    """A frozen value that tolerates optional newcomers, so that old and new run side by side in an upgrade."""

    # What did not fit may be personal, and errors are logged. A process knows every message and uses few: each is
    # built at its first use, which makes an import four times as quick.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)


def snake_case(name: str) -> str:
    """`ApproveCase` → `approve_case`: how a message's class names the entrypoint that takes it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Command(Model):
    """An order to the service that owns the fact. It is executed once per operation id."""

    owner: ClassVar[ServiceName]
    version: ClassVar[int] = 1


class Query(Model):
    """A question to the service that holds the answer. It changes nothing."""

    owner: ClassVar[ServiceName]
    version: ClassVar[int] = 1


class Event(Model):
    """A fact that has happened to one aggregate. Its name is past tense; it is never taken back."""

    aggregate: ClassVar[str]
    version: ClassVar[int] = 1


class Actor(Model):
    """Who gives a command: taken from the credentials at the gateway, never from the body."""

    id: Id
    roles: frozenset[str] = frozenset()
    name: str = ""
    enterprise_id: Id | None = None
    department: str | None = None


SYSTEM = Actor(id="system", roles=frozenset({"system"}), name="系统")


class Page(Model):
    """One page of a list. `next_cursor` is opaque and absent on the last page."""

    next_cursor: str | None = None


class PageRequest(Query):
    """Fields that every paged query has; `limit` is a number of rows."""

    owner: ClassVar[ServiceName] = "gateway"
    cursor: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=50, ge=1, le=200)
