"""Who is behind a session cookie. Asked at every page: what is known is kept for a few seconds, so that a session that
was ended, or a duty, is gone everywhere within them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.edge.frame import Frame
from contracts.message import Id
from gateway.identity.digests import digest_of
from gateway.identity.remembered import Remembered
from gateway.identity.security.events import DOOR
from gateway.identity.sessions.domain import OpenedSession, SessionLimits, usable_with
from gateway.identity.sessions.people_port import Capacity, PeoplePort
from gateway.identity.sessions.store import SELECT, SessionStore, session_of
from gateway.identity.views import Principal

CACHE_SECONDS = 5.0
CACHE_LIMIT = 20_000
CSRF = "csrf"


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedInSession:
    """Somebody who is signed in, as a page knows them."""

    id_digest: str
    principal: Principal
    person_id: Id
    person_name: str
    acting_for: str
    csrf: str
    opened: OpenedSession
    limits: SessionLimits
    unread: int = 0

    @property
    def stepped_up_at(self) -> datetime | None:
        return self.opened.stepped_up_at

    def fresh(self, now: datetime) -> bool:
        """Whether the second factor was given within the last minutes."""
        return self.opened.fresh(now, self.limits)


class SessionDirectory:
    """Looks up sessions; answers are kept for CACHE_SECONDS."""

    def __init__(
        self,
        frame: Frame,
        people: PeoplePort,
        limits: SessionLimits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.people = people
        self.limits = limits or SessionLimits()
        self._frame = frame
        self._known: Remembered[SignedInSession] = Remembered(CACHE_SECONDS, CACHE_LIMIT, monotonic)

    def remembered(self, cookie: str) -> tuple[bool, SignedInSession | None]:
        """(whether the answer is known without asking, the answer)."""
        known, session = self._known.answer(digest_of(cookie))
        if session is not None and not session.opened.alive(self._frame.clock.now(), self.limits):
            session = None
        return known, session

    def was_found(self, cookie: str) -> bool:
        """Whether somebody came with it before, and was somebody."""
        return self._known.was_found(digest_of(cookie))

    def find(self, cookie: str) -> SignedInSession | None:
        """Whoever has this cookie and may act; None for nobody. Blocks: call it in a thread."""
        opened = self.opened(cookie)
        found = None if opened is None or opened.stage != "open" else self._session(opened)
        self._known.keep(digest_of(cookie), found)
        if found is not None and found.opened.to_be_noticed(self._frame.clock.now(), self.limits):
            self._notice(found.opened)
        return found

    def opened(self, cookie: str) -> OpenedSession | None:
        """The session as it is kept, whatever it still waits for; None when it is over. Blocks."""
        return self.opened_under(digest_of(cookie))

    def opened_under(self, id_digest: str) -> OpenedSession | None:
        """The same by its digest. Blocks."""
        with self._frame.reader(()) as reader:
            row = reader.execute(SELECT, {"digest": id_digest}).mappings().first()
        if row is None:
            return None
        opened = session_of(row)
        return opened if opened.alive(self._frame.clock.now(), self.limits) else None

    def usable(self, opened: OpenedSession) -> list[Capacity]:
        """What the person may act as in this session. Blocks."""
        return [
            each
            for each in self.people.capacities(opened.person_id)
            if usable_with(each.duties, second_factor=opened.second_factor)
        ]

    def csrf(self, id_digest: str) -> str:
        """What a form of this session says, and no other's does."""
        return self._frame.cipher.hmac(id_digest, purpose=CSRF, tenant=DOOR)

    def csrf_fits(self, cookie: str, said: str) -> bool:
        return self._frame.cipher.verify(digest_of(cookie), said, purpose=CSRF, tenant=DOOR)

    def forget(self, *id_digests: str) -> None:
        """What this process has just changed is not answered from memory."""
        for each in id_digests:
            self._known.forget(each)

    def forget_person(self, person_id: Id) -> None:
        for digest, session in self._known.found():
            if session.person_id == person_id:
                self.forget(digest)

    def _session(self, opened: OpenedSession) -> SignedInSession | None:
        capacity = next((each for each in self.usable(opened) if each.key == opened.capacity_key), None)
        if capacity is None:
            return None
        return SignedInSession(
            id_digest=opened.id_digest,
            principal=capacity.principal,
            person_id=opened.person_id,
            person_name=self.people.name_of(opened.person_id),
            acting_for=capacity.label,
            csrf=self.csrf(opened.id_digest),
            opened=opened,
            limits=self.limits,
        )

    def _notice(self, opened: OpenedSession) -> None:
        with self._frame.unit((DOOR,), action="notice_session") as uow:
            uow.of(SessionStore).notice(opened.id_digest, uow.now)
