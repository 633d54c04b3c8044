"""What somebody had filled in when they were asked to prove themselves: kept sealed for minutes, for them alone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

import orjson

from chassis.edge.frame import Frame
from contracts.message import Id
from gateway.identity.digests import digest_of
from gateway.identity.security.events import DOOR

KEPT_FOR = timedelta(minutes=30)
SIZE_LIMIT = 200_000
PURPOSE = "kept_form"


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Which form of the page it was, for which of several things, and what was said in it."""

    name: str
    parameters: Mapping[str, str]
    said: Sequence[tuple[str, str]]


def keep_form(frame: Frame, person_id: Id, path: str, form: KeptForm) -> str | None:
    """The key under which the person gets it back at this path; None for more than may be kept. Blocks."""
    written = orjson.dumps(asdict(form)).decode()
    if len(written) > SIZE_LIMIT:
        return None
    key = secrets.token_urlsafe(24)
    with frame.unit((DOOR,), action="keep_form") as uow:
        uow.execute(
            "DELETE FROM kept_form WHERE tenant = :tenant AND id IN ("
            "SELECT id FROM kept_form WHERE tenant = :tenant AND expires_at < :now LIMIT 50)",
            {"tenant": DOOR, "now": uow.now},
        )
        uow.execute(
            "INSERT INTO kept_form (tenant, id, person_id, path, sealed, expires_at)"
            " VALUES (:tenant, :id, :person, :path, :sealed, :expires)",
            {
                "tenant": DOOR,
                "id": digest_of(key),
                "person": person_id,
                "path": path,
                "sealed": frame.cipher.seal(written, purpose=PURPOSE, tenant=DOOR),
                "expires": uow.now + KEPT_FOR,
            },
        )
    return key


def kept_form(frame: Frame, key: str, person_id: Id, path: str) -> KeptForm | None:
    """What was kept under the key, for this person at this path; None for anything else. Blocks.

    It may be asked for more than once: a page may be loaded again. It goes away by itself.
    """
    with frame.reader((DOOR,)) as reader:
        sealed = reader.execute(
            "SELECT sealed FROM kept_form"
            " WHERE tenant = :tenant AND id = :id AND person_id = :person AND path = :path AND expires_at > :now",
            {"tenant": DOOR, "id": digest_of(key), "person": person_id, "path": path, "now": reader.now},
        ).scalar()
    if sealed is None:
        return None
    kept = orjson.loads(frame.cipher.open(sealed, purpose=PURPOSE, tenant=DOOR))
    return KeptForm(kept["name"], kept["parameters"], [(name, value) for name, value in kept["said"]])
