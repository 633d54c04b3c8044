"""The matching process's own work: read everything, follow the tables, tell who is newly entitled, answer."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

from chassis.edge.frame import Frame
from chassis.observability.telemetry import get_logger
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.rule import ItemRules, State
from services.catalog.matching.engine.columns import Rows
from services.catalog.matching.engine.matcher import STATES
from services.catalog.matching.engine.money import cost_of
from services.catalog.matching.population import Changed, Population
from services.catalog.matching.pushing import Told, affected, everybody, push, untold
from services.catalog.matching.store import ChangeFeed, PendingChange

log = get_logger(__name__)

PREVIEW_SECONDS = 3.0
DRAFT = "draft"
"""What an item is called that is only looked at."""

Answer = dict[str, Any]


class MatchingDesk:
    """One population per tenant that has enterprises. `turn` is called by one thread, `answer` by any."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._feed = ChangeFeed()
        self._populations: dict[TenantId, Population] = {}
        self._told: dict[TenantId, Told] = {}
        self._lock = threading.RLock()
        self.ready = threading.Event()
        self.seen_at: datetime | None = None

    # -- following ----------------------------------------------------------------------------------------

    def turn(self) -> bool:
        """Take in what has changed since the last turn, and tell what follows; whether there was anything."""
        now = self._frame.clock.now()
        tenants = self._tenants()
        today = now.astimezone(CHINA).date()
        with self._frame.reader(tenants) as reader:
            changes = self._feed.look(reader)
        self._sweep(tenants)
        fresh = self._new_day(today) | self._new_tenants(tenants, today)
        touched = self._apply(changes, tenants, set(fresh))
        self.seen_at = now
        self.ready.set()
        for tenant, met in {**touched, **fresh}.items():
            self._tell(tenant, met)
        return bool(changes)

    def begin_again(self) -> None:
        """Forget everything; the next turn reads it anew."""
        with self._lock:
            self.ready.clear()
            self._feed = ChangeFeed()
            self._populations.clear()
            self._told.clear()

    def _tenants(self) -> list[TenantId]:
        with self._frame.reader(()) as reader:
            return [row.id for row in reader.execute("SELECT id FROM tenant ORDER BY id")]

    def _new_tenants(self, tenants: Sequence[TenantId], today: date) -> dict[TenantId, Mapping[str, Rows]]:
        missing = [tenant for tenant in tenants if tenant not in self._populations]
        return {tenant: self._read(tenant, today) for tenant in missing}

    def _new_day(self, today: date) -> dict[TenantId, Mapping[str, Rows]]:
        """Let the day come; with a new year everything is read anew, because relative periods mean others."""
        found: dict[TenantId, Mapping[str, Rows]] = {}
        for tenant, population in list(self._populations.items()):
            then = population.matcher.facts.today
            if then.year != today.year:
                found[tenant] = self._read(tenant, today)
            elif then != today:
                with self._lock:
                    population.matcher.advance(today)
                    found[tenant] = everybody(population)
        return found

    def _read(self, tenant: TenantId, today: date) -> Mapping[str, Rows]:
        """Everything of one tenant from the tables; meanwhile questions are answered from what there was."""
        with self._frame.reader([tenant]) as reader:
            population = Population.read(tenant, reader, today)
            told = Told(population)
            told.read(reader)
        with self._lock:
            self._populations[tenant], self._told[tenant] = population, told
        log.info("population read", tenant=tenant, enterprises=len(population.rows), items=len(population.offers))
        return everybody(population)

    def _apply(
        self, changes: Sequence[PendingChange], tenants: Sequence[TenantId], just_read: set[TenantId]
    ) -> dict[TenantId, Mapping[str, Rows]]:
        items = list(dict.fromkeys(change.subject for change in changes if change.kind == "policy_item"))
        figures = any(change.kind == "outside_figure" for change in changes)
        found: dict[TenantId, Mapping[str, Rows]] = {}
        for tenant in tenants:
            dossiers = [each.subject for each in changes if each.kind == "enterprise" and each.tenant == tenant]
            if not (dossiers or items or figures) or tenant in just_read:
                continue
            population = self._populations[tenant]
            if population.too_much(len(dossiers)):
                found[tenant] = self._read(tenant, population.matcher.facts.today)
                continue
            with self._frame.reader([tenant]) as reader, self._lock:
                changed: Changed = population.refresh(reader, dossiers, items, figures=figures)
                found[tenant] = affected(population, changed)
        return found

    def _tell(self, tenant: TenantId, met: Mapping[str, Rows]) -> None:
        population, told = self._populations[tenant], self._told[tenant]
        fresh = untold(population, told, met)

        def units(tenants: Sequence[TenantId]) -> UnitOfWork:
            return self._frame.event_unit(tenants, action="push_matches")

        def read() -> None:
            with self._frame.reader([tenant]) as reader:
                told.read(reader)

        if fresh:
            count = push(population, told, fresh, units, read)
            log.info("newly entitled", tenant=tenant, pairs=count)

    def _sweep(self, tenants: Sequence[TenantId]) -> None:
        with self._frame.event_unit(tenants, action="sweep_match_changes") as uow:
            uow.execute("DELETE FROM match_change WHERE at < now() - interval '1 hour'")

    # -- answering ----------------------------------------------------------------------------------------

    def answer(self, question: Mapping[str, Any]) -> Answer:
        """What was asked, or `{"unknown": what}`; `{"warming_up": true}` until everything has been read."""
        population = self._populations.get(question["tenant"])
        if not self.ready.is_set() or population is None:
            return {"warming_up": True}
        ask = {
            "reach": self._reach,
            "enterprises": self._enterprises,
            "entitlements": self._entitlements,
            "preview": self._preview,
        }[question["ask"]]
        return ask(population, question) | {"matched_at": str(self.seen_at)}

    def _reach(self, population: Population, question: Mapping[str, Any]) -> Answer:
        with self._lock:
            offer = population.offers.get(question["item"])
            if offer is None:
                return {"unknown": "item"}
            return population.matcher.reach(offer.item_id)._asdict() | {"version": offer.version}

    def _enterprises(self, population: Population, question: Mapping[str, Any]) -> Answer:
        """Ids after `after`, at most `limit`, ascending."""
        with self._lock:
            offer = population.offers.get(question["item"])
            if offer is None:
                return {"unknown": "item"}
            rows = population.matcher.standing(offer.item_id, State(question["state"]))
            ids, order = population.ordered()
        chosen = np.zeros(len(ids), np.bool_)
        chosen[rows] = True
        places = np.flatnonzero(chosen[order])
        start = int(np.searchsorted(places, _after(ids, question["after"])))
        page = places[start : start + question["limit"] + 1].tolist()
        return {"version": offer.version, "ids": [ids[place] for place in page]}

    def _entitlements(self, population: Population, question: Mapping[str, Any]) -> Answer:
        """How many items stand in each state for the enterprise, and ids of those in `state` after `after`."""
        with self._lock:
            row = population.rows.get(question["enterprise"])
            if row is None:
                return {"unknown": "enterprise"}
            ranks, items = population.matcher.ranks(row), list(population.matcher.items)
        counts = np.bincount(ranks, minlength=len(STATES)).tolist()
        wanted = STATES.index(State(question["state"]))
        ids = sorted(items[place] for place in np.flatnonzero(ranks == wanted).tolist())
        page = ids[_after(ids, question["after"]) :][: question["limit"] + 1]
        return {"counts": {state.value: counts[rank] for rank, state in enumerate(STATES)}, "ids": page}

    def _preview(self, population: Population, question: Mapping[str, Any]) -> Answer:
        """The reach and the cost of rules that are not published; nothing of them stays."""
        rules = ItemRules.model_validate(question["rules"])
        with self._lock:
            matcher = population.matcher
            matcher.put_item(DRAFT, rules, population.tenant)
            try:
                reach, rows = matcher.reach(DRAFT), matcher.entitled(DRAFT)
            finally:
                matcher.drop_item(DRAFT)
            cost = cost_of(rules, matcher.facts, rows, PREVIEW_SECONDS, population.tenant)
        return reach._asdict() | {name: getattr(cost, name) for name in cost.__slots__}


def _after(ids: Sequence[str], cursor: str | None) -> int:
    """The place of the first id beyond the cursor."""
    return 0 if cursor is None else bisect_right(ids, cursor)
