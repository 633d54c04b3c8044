"""The award register: who was granted what, whoever pays and wherever it was filed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import orjson

from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.rule import AwardHistory
from services.review.quotas.store import QuotaPlaces
from services.review.register.awards import AWARDS_MOVED, AwardAsked, GrantedAward
from services.review.register.domain import AlreadyAwarded, RegisteredAward
from services.review.register.parts import AwardParts, Person
from services.review.register.past import ByKey, Past
from services.review.register.persons import Filer, LegalPerson, Persons

COLUMNS = ("tenant", "item_id", "uscc", "period", "case_id", "amount_fen", "told")

TAKE = """
INSERT INTO award (tenant, item_id, uscc, period, case_id, amount_fen, told, reserved_at)
SELECT a.*, :now FROM unnest(CAST(:tenant AS text[]), CAST(:item_id AS text[]), CAST(:uscc AS text[]),
    CAST(:period AS text[]), CAST(:case_id AS text[]), CAST(:amount_fen AS bigint[]), CAST(:told AS boolean[])) AS a
ON CONFLICT ON CONSTRAINT award_once DO NOTHING RETURNING case_id
"""

OWN_PLACES = """
SELECT a.case_id FROM award a JOIN unnest(CAST(:tenants AS text[]), CAST(:cases AS text[])) AS k(tenant, case_id)
    ON (a.tenant, a.case_id) = (k.tenant, k.case_id)
"""

# A place of another case of the same person, or what was imported for the same item and period.
TAKEN = """
SELECT DISTINCT k.case_id
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS k(case_id text, tenant text, item_id text, family text, period text, codes text[])
CROSS JOIN LATERAL unnest(k.codes) AS code
WHERE EXISTS (SELECT FROM award a WHERE (a.item_id, a.uscc, a.period) = (k.item_id, code, k.period) AND a.case_id <> k.case_id)
   OR EXISTS (SELECT FROM (SELECT * FROM award_part p WHERE p.uscc = code OFFSET 0) AS a
      WHERE a.tenant = k.tenant AND a.source = 'imported' AND a.state = 'reserved' AND a.family = k.family AND (k.period = 'once' OR a.period = k.period))
"""

FAMILIES = """
INSERT INTO award_family (item_id, family) SELECT DISTINCT ON (i) i, f
FROM unnest(CAST(:items AS text[]), CAST(:families AS text[])) AS r(i, f) ORDER BY i ON CONFLICT DO NOTHING
"""


GrantedPlace = tuple[TenantId, str, str, str]
"""Tenant, case, item and period."""


class AwardRegister:
    """What persons in law were granted, by item, period and part. Whoever decides holds the persons first."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._placed: set[GrantedPlace] = set()

    def hold(self, asked: Collection[AwardAsked]) -> None:
        """Until the end of the transaction nobody else grants anything to these persons in law, nor for what of theirs
        serves once (a certificate, a graduate)."""
        if not asked:
            return
        self._uow.of(ByKey).say()
        self._uow.execute(
            FAMILIES, {"items": [each.claim.item_id for each in asked], "families": [each.family for each in asked]}
        )
        keys = {key for each in asked for key in each.locks}
        self._uow.of(Persons).hold([_filer(each) for each in asked], keys)

    def histories(self, asked: Collection[AwardAsked]) -> dict[str, AwardHistory]:
        """By case: what its person in law was granted by other claims, in whatever tenant, and the instalments of this
        one that are over. Of two cases of one person neither knows of the other before it is recorded (`rounds`)."""
        wanted = list(asked)
        return self._uow.of(Past).of(wanted, self._persons(wanted)) if wanted else {}

    def rounds(self, asked: Collection[AwardAsked]) -> list[list[AwardAsked]]:
        """The same cases in turns: in none of them two of one person in law, or two for the same that serves once (a
        certificate, a graduate), so that each turn knows what the turns before it have recorded."""
        persons, turns = self._persons(list(asked)), list[list[AwardAsked]]()
        met: dict[str, int] = {}
        for each in asked:
            names = {persons[each.case_id].name, *each.locks}
            turn = 1 + max(met.get(name, -1) for name in names)
            met |= dict.fromkeys(names, turn)
            if turn == len(turns):
                turns.append([])
            turns[turn].append(each)
        return turns

    def without_place(self, granted: Collection[GrantedAward]) -> frozenset[str]:
        """Take their places; → the ids of the cases whose person has the item in that period already, or gets it earlier in
        `granted`. They get none.

        Later instalments need no place of their own. A place of another tenant's case is not seen, but stands in the way.
        """
        first = [each for each in granted if each.instalment == 1]
        if not first:
            return frozenset()
        self._uow.of(ByKey).say()
        persons = self._uow.of(Persons).everybody([_filer(each) for each in first])
        places: dict[tuple[str, str, str], str] = {}
        for each in first:
            places.setdefault((persons[each.case_id].name, each.claim.item_id, each.period), each.case_id)
        rows = [
            {
                "case_id": each.case_id,
                "tenant": each.tenant,
                "item_id": each.claim.item_id,
                "family": each.family,
                "period": each.period,
                "codes": list(persons[each.case_id].codes),
            }
            for each in first
        ]
        taken = frozenset(self._uow.execute(TAKEN, {"rows": orjson.dumps(rows).decode()}).scalars())
        without = taken | ({each.case_id for each in first} - set(places.values()))
        without |= self._lost([each for each in first if each.parts and each.case_id not in without])
        self._placed |= {_granted_place(each) for each in first if each.case_id not in without}
        return without

    def record(self, granted: Collection[GrantedAward]) -> None:
        """Keep what is granted, with its place. The same again changes nothing. Raises AlreadyAwarded; nothing is kept."""
        if not granted:
            return
        # What has taken its place in this transaction need not look for it again.
        if self.without_place([each for each in granted if _granted_place(each) not in self._placed]):
            raise AlreadyAwarded()
        self._moved(self._uow.of(AwardParts).add(granted))

    def free(
        self,
        case_ids: Collection[str],
        ground: Literal["never_sent", "recovered"],
        *,
        by: str,
        evidence: str,
        up_to_revision: int | None = None,
        instalment: int | None = None,
    ) -> None:
        """What was granted counts no more, because it was never sent or has been recovered, and its place is free, with those that
        it has in the item's quotas.

        `up_to_revision`: only what was granted until then; what stands in a later, lower decision counts instead.
        `instalment`: this one alone.
        """
        self._placed = {place for place in self._placed if place[1] not in set(case_ids)}
        which = {"revision": up_to_revision, "instalment": instalment}
        why = {"ground": ground, "by": by, "evidence": evidence}
        self._moved(self._uow.of(AwardParts).free(case_ids, which, why))
        self._uow.of(QuotaPlaces).free(case_ids)

    def undo(self, asked: AwardAsked, revision: int, *, by: str, evidence: str) -> None:
        """A decision of which nobody outside has heard is undone: the register, and the item's quotas, are as they were before it."""
        self._placed = {place for place in self._placed if place[1] != asked.case_id}
        self._moved(self._uow.of(AwardParts).undo(asked, revision, {"by": by, "evidence": evidence}))
        self._uow.of(QuotaPlaces).undo(asked.tenant, asked.case_id, revision)

    def reserve(self, awards: Collection[RegisteredAward]) -> frozenset[str]:
        """Take these places, in one statement and in key order; returns the ids of the cases that got theirs.

        A place that another transaction is about to take is waited for. If this transaction is rolled back, nothing was
        taken. A person in law that is known by several codes has the places of all of them. What is granted is told of
        at the commit, as one part without a name.
        """
        ordered = sorted(awards, key=lambda award: (award.item_id, award.uscc, award.period, award.case_id))
        had = self._uow.of(Persons).granted_already(ordered)
        return self._take([award for award in ordered if award.case_id not in had], told=False)

    def moved(self, persons: Collection[Person]) -> None:
        """Other open cases of these are looked at again."""
        self._moved(persons)

    def _lost(self, granted: Sequence[GrantedAward]) -> frozenset[str]:
        """Take these places; → the cases that did not get theirs. One that has its place keeps it."""
        taken = self._take([_place_of(each) for each in sorted(granted, key=_order)], told=True)
        missing = [each for each in granted if each.case_id not in taken]
        keys = {"tenants": [each.tenant for each in missing], "cases": [each.case_id for each in missing]}
        own = frozenset(self._uow.execute(OWN_PLACES, keys).scalars()) if missing else frozenset()
        return frozenset({each.case_id for each in missing} - own)

    def _take(self, ordered: Sequence[RegisteredAward], *, told: bool) -> frozenset[str]:
        if not ordered:
            return frozenset()
        columns = {name: [getattr(award, name) for award in ordered] for name in COLUMNS[:-1]}
        asked = {**columns, "told": [told] * len(ordered), "now": self._uow.now}
        return frozenset(self._uow.execute(TAKE, asked).scalars())

    def _persons(self, asked: Sequence[AwardAsked]) -> Mapping[str, LegalPerson]:
        return self._uow.of(Persons).everybody([_filer(each) for each in asked])

    def _moved(self, persons: Collection[Person]) -> None:
        if persons:
            now = self._uow.now
            self._uow.schedule_many(AWARDS_MOVED, [(tenant, uscc, now) for tenant, uscc in sorted(persons)])


def _filer(each: AwardAsked | GrantedAward) -> Filer:
    return Filer(each.case_id, each.claim.filed_in, each.claim.enterprise_id, each.claim.uscc)


def _place_of(each: GrantedAward) -> RegisteredAward:
    return RegisteredAward.claimed_by(
        each.claim, tenant=each.tenant, period=each.period, case_id=each.case_id, amount_fen=each.fen
    )


def _granted_place(each: GrantedAward) -> GrantedPlace:
    return each.tenant, each.case_id, each.claim.item_id, each.period


def _order(each: GrantedAward) -> tuple[str, str, str, str]:
    return each.claim.item_id, each.claim.uscc, each.period, each.case_id
