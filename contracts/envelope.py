"""What is written on the outside of commands, queries and events."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from contracts.message import SYSTEM, Actor, Id, Model, ServiceName, TenantId


class Written(Model):
    """How far the events of one aggregate go, as the transaction left them that wrote the last of them.

    Whoever hears the aggregate has them all once its copy is at `sequence`. `origin` owns the aggregate.
    """

    producer: ServiceName
    origin: TenantId
    aggregate: str
    id: Id
    sequence: int = Field(ge=1)


class CommandEnvelope(Model):
    """One command on its way to its owner.

    `idempotency_key` is UUIDv5(tenant, client, route, key): the same command given again has the same key.
    `body_hash` is the SHA-256 of the canonical body, so that the same key with another body is noticed.
    `after`: what whoever gives it has just written elsewhere, which has to be here first.
    """

    idempotency_key: Id
    tenant: TenantId
    actor: Actor
    name: str
    version: int = 1
    body_hash: str
    body: dict[str, Any]
    after: tuple[Written, ...] = ()


class QueryEnvelope(Model):
    """One question. `tenant` is absent only for questions about public data; `after` is as a command's."""

    tenant: TenantId | None = None
    actor: Actor = SYSTEM
    name: str
    version: int = 1
    body: dict[str, Any]
    after: tuple[Written, ...] = ()


class EventEnvelope(Model):
    """An event on the bus: CloudEvents 1.0 in structured JSON, with our extension attributes.

    `tenant` is whom the event is addressed to; `origin` is the tenant that owns the aggregate, which
    differs where a city's item is paid by a county. `sequence` counts the aggregate's events from 1
    without a gap. `traceparent` is W3C Trace Context. `replayed` says that it was told to others long before: nobody is
    sent a message about it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: Id
    source: str
    type: str
    subject: Id
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataversion: int = 1
    tenant: TenantId
    origin: TenantId
    aggregatetype: str
    sequence: int = Field(ge=1)
    traceparent: str | None = None
    replayed: bool = False
    data: dict[str, Any]
