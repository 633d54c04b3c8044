"""The award register's rows: the primary key says that an enterprise is granted an item once per period."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from chassis.write.uow import UnitOfWork
from services.review.register.domain import RegisteredAward
from services.review.register.persons import Persons

COLUMNS = ("tenant", "item_id", "uscc", "period", "case_id", "amount_fen")


class AwardRegister:
    """One award per enterprise, item and period: the primary key says so, whoever asks and in whatever tenant."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def free(self, case_ids: Collection[str], ground: Literal["never_sent"], *, by: str, evidence: str) -> None:
        """The places of these cases are not used. They stay with them, for no other claim: whoever decides such a case again
        finds its own place (`reserve`)."""

    def reserve(self, awards: Collection[RegisteredAward]) -> frozenset[str]:
        """Take these places, in one statement and in key order; returns the ids of the cases that got theirs.

        A place that another transaction is about to take is waited for. A place once taken stays taken; if
        this transaction is rolled back, nothing was. A person in law that is known by several codes has the places of all of them.
        """
        ordered = sorted(awards, key=lambda award: (award.item_id, award.uscc, award.period, award.case_id))
        had = self._uow.of(Persons).granted_already(ordered)
        ordered = [award for award in ordered if award.case_id not in had]
        if not ordered:
            return frozenset()
        columns = {name: [getattr(award, name) for award in ordered] for name in COLUMNS}
        mine = "SELECT case_id FROM award WHERE tenant = ANY (:tenant) AND case_id = ANY (:case_id)"
        own = frozenset(self._uow.execute(mine, {name: columns[name] for name in ("tenant", "case_id")}).scalars())
        taken = self._uow.execute(
            "INSERT INTO award (tenant, item_id, uscc, period, case_id, amount_fen, reserved_at)"
            " SELECT a.*, :now FROM unnest(CAST(:tenant AS text[]), CAST(:item_id AS text[]),"
            " CAST(:uscc AS text[]), CAST(:period AS text[]), CAST(:case_id AS text[]),"
            " CAST(:amount_fen AS bigint[])) AS a ON CONFLICT ON CONSTRAINT award_once DO NOTHING RETURNING case_id",
            {**columns, "now": self._uow.now},
        ).scalars()
        return own | frozenset(taken)
