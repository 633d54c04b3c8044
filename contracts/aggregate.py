"""What every aggregate carries so that the frame can save it: identity, version, what has happened to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from contracts.message import Event, TenantId


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event waiting to be saved, and the tenant it is addressed to."""

    event: Event
    to: TenantId


@dataclass(kw_only=True, slots=True)
class Aggregate:
    """A thing that changes as a whole, under one version.

    `version` counts saves (optimistic lock, audit), `sequence` counts emitted events; both are the
    frame's to advance. `traceparent` is the trace of the submission that it belongs to, if any.
    """

    id: str
    tenant: TenantId
    version: int = 0
    sequence: int = 0
    traceparent: str | None = None
    pending: list[Recorded] = field(default_factory=list, repr=False, compare=False)

    @property
    def receipt_numbers(self) -> tuple[str, ...]:
        """By what people know the claims that it is about: logs and traces name them. What is about one carries it as
        `claim`."""
        claim = getattr(self, "claim", None)
        return (claim.receipt,) if claim is not None else ()

    def record(self, event: Event, *, to: TenantId | None = None) -> None:
        """Say that `event` has happened; the frame publishes it when the aggregate is saved."""
        self.pending.append(Recorded(event, to or self.tenant))
