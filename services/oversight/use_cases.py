"""What oversight does: it hears what has happened to claims, and adds it to where they are seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from chassis.events.received import Received
from chassis.foundation.secrecy import Cipher
from chassis.write.uow import UnitOfWork
from contracts.intake import ApplicationSubmitted, Claim, EnterprisesNominated
from contracts.message import TenantId
from services.oversight.query_codes import keyed
from services.oversight.steps import replaced_claim, replaced_step, step_of
from services.oversight.store import CaseTrail, Tracking


class Heard(NamedTuple):
    """A claim that an event is about, and the query code's digest if the event brings it."""

    claim: Claim
    query_code_digest: str | None = None


def tenants_of(event: Received[Any]) -> set[TenantId]:
    """Whose rows an event adds to: those of the tenants that its claims belong to."""
    return {heard.claim.tenant for heard in _claims(event)}


def follow(events: Sequence[Received[Any]], uow: UnitOfWork, cipher: Cipher) -> None:
    """Add a step to every claim that an event is about. What is about none (a notice to all) adds nothing."""
    trails: dict[str, CaseTrail] = {}
    for event in events:
        data = event.data
        for claim, digest in _claims(event):
            trail = trails.setdefault(claim.receipt, CaseTrail(claim))
            trail.steps[event.id] = step_of(data, claim, event.envelope.time, event.envelope.origin)
            if isinstance(data, ApplicationSubmitted) and claim.replaces is not None:
                before = replaced_claim(claim)
                earlier = trails.setdefault(before.receipt, CaseTrail(before))
                earlier.steps[event.id] = replaced_step(claim, event.envelope.time)
            if digest is not None:
                trail.query_code_digest = keyed(digest, cipher)
                trail.submitted_at = data.submitted_at if isinstance(data, ApplicationSubmitted) else data.nominated_at
    uow.of(Tracking).add(trails.values())


def _claims(event: Received[Any]) -> Iterator[Heard]:
    data = event.data
    if isinstance(data, EnterprisesNominated):
        for line in data.lines:
            yield Heard(line.claim, line.query_code_digest)
    elif isinstance(data, ApplicationSubmitted):
        yield Heard(data.claim, data.query_code_digest)
    elif data.claim is not None:
        yield Heard(data.claim)
