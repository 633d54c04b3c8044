"""How places stand in one transaction: what was attempted, what review has said last, what has to come back.

Made after budget lines are locked (`Funds`); nothing of it is kept before `close`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from chassis.write.uow import UnitOfWork
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.moves import OVER
from services.treasury.disbursements.store import Disbursements
from services.treasury.places import Place
from services.treasury.revisions.domain import WHOLE_CASE, Had, LatestApproval, Recovery, SettlingUp, settle_up
from services.treasury.revisions.store import LatestApprovals, Recoveries


class Standings:
    """All of these cases, under lock."""

    def __init__(self, uow: UnitOfWork, case_ids: Collection[str]) -> None:
        self._uow = uow
        self.attempts: defaultdict[Place, list[Disbursement]] = defaultdict(list)
        for each in uow.of(Disbursements).of_cases(case_ids) if case_ids else ():
            self.attempts[each.place].append(each)
        self._latest = uow.of(LatestApprovals).of_cases(case_ids)
        self._recoveries: defaultdict[Place, list[Recovery]] = defaultdict(list)
        for recovery in uow.of(Recoveries).of_cases(case_ids):
            self._recoveries[recovery.place].append(recovery)
        self._heard: dict[Place, LatestApproval] = {}
        self._changed: dict[str, Recovery] = {}

    def latest(self, place: Place) -> LatestApproval | None:
        """The newest approval of it, or the refusal of the whole case; what was heard before 0.6 its attempts say."""
        said = [self._latest.get(place), self._latest.get(place._replace(part=WHOLE_CASE))]
        known = [each for each in said if each is not None]
        if known:
            return max(known, key=lambda each: each.revision)
        return _by_attempts(place, self.attempts.get(place, ()))

    def said_of(self, place: Place) -> int:
        """The newest revision that was heard of the place itself, and taken account of."""
        known = self._latest.get(place) or _by_attempts(place, self.attempts.get(place, ()))
        return known.revision if known else 0

    def hear(self, said: LatestApproval) -> None:
        """Review has said something newer; what was paid beyond it has to come back."""
        self._latest[said.place] = self._heard[said.place] = said

    def settled_up(self, place: Place) -> SettlingUp:
        """What of the newest approval is neither paid nor on its way, and what was paid beyond it."""
        newest = self.latest(place)
        had = [Had(each.holder_id, each.gross_fen) for each in self.attempts[place] if each.state not in OVER]
        return settle_up(newest.amount_fen, newest.holder_id, had) if newest else SettlingUp(0, 0)

    def recover(self, place: Place) -> None:
        """See that what has to come back of the place is what is due by now: one recovery, under the newest revision."""
        paid = [each for each in self.attempts[place] if each.state == "settled"]
        newest, due = self.latest(place), self.settled_up(place).recover_fen if paid else 0
        revision = newest.revision if newest else 0
        known = {each.revision: each for each in self._recoveries[place]}
        for each in known.values():
            if each.state == "open" and (each.revision != revision or due == 0):
                each.come_to(0)
                self._changed[each.id] = each
        if newest is None or due == 0:
            return
        recovery = known.get(revision)
        if recovery is None:
            last = max(paid, key=lambda each: (each.revision, each.attempt))
            recovery = Recovery.due(
                place,
                revision,
                due,
                claim=last.claim,
                payee_name=last.payee.account_name,
                approved_fen=newest.amount_fen,
                at=self._uow.now,
            )
            self._recoveries[place].append(recovery)
        elif (recovery.amount_fen, recovery.state) == (due, "open"):
            return
        recovery.come_to(due)
        self._changed[recovery.id] = recovery

    @property
    def heard(self) -> Collection[Place]:
        """The places of which review has said something newer."""
        return self._heard.keys()

    def close(self) -> None:
        """Keep what was heard and what has to come back; what is void leaves its place before another takes it."""
        self._uow.of(LatestApprovals).keep(self._heard.values())
        store = self._uow.of(Recoveries)
        changed = self._changed.values()
        store.save_many([each for each in changed if each.state == "void"])
        store.save_many([each for each in changed if each.state == "open"])


def _by_attempts(place: Place, attempts: Sequence[Disbursement]) -> LatestApproval | None:
    if not attempts:
        return None
    last = max(attempts, key=lambda each: (each.revision, -each.attempt))
    return LatestApproval(place, last.revision, last.approved_fen or last.gross_fen)
