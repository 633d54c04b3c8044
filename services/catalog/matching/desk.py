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
from services.catalog.matching.loading import read_sizes
from services.catalog.matching.population import Population, SharedMatcher
from services.catalog.matching.pushing import Told, affected, push, read_told, untold
from services.catalog.matching.store import ChangeFeed, PendingChange

log = get_logger(__name__)

PREVIEW_SECONDS = 3.0
DRAFT = "draft"
"""What an item is called that is only looked at."""

Answer = dict[str, Any]


FEW = 1_000
"""A tenant with no more enterprises is near-empty: it is read, and matched, together with others like it."""

TOGETHER = 250
"""Near-empty tenants in one matcher at most: the first of them are answered while the next are read."""


class MatchingDesk:
    """One population per tenant. `turn` is called by one thread, `answer` by any."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._feed = ChangeFeed()
        self._populations: dict[TenantId, Population] = {}
        self._told: dict[TenantId, Told] = {}
        self._asked_for: dict[TenantId, None] = {}
        self._lock = threading.RLock()
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
        if self.seen_at is None:
            # Whoever has been read is answered, though others have not been.
            self.seen_at = now
        fresh = self._new_day(today) | self._new_tenants(tenants, today)
        touched = self._apply(changes, set(fresh))
        self.seen_at = now
        for tenant, met in {**touched, **fresh}.items():
            self._tell(tenant, met)
        return bool(changes)

    def begin_again(self) -> None:
        """Forget everything; the next turn reads it anew."""
        with self._lock:
            self._feed = ChangeFeed()
            self._populations.clear()
            self._told.clear()
            self.seen_at = None

    def _tenants(self) -> list[TenantId]:
        with self._frame.reader(()) as reader:
            return [row.id for row in reader.execute("SELECT id FROM tenant ORDER BY id")]

    def _new_tenants(self, tenants: Sequence[TenantId], today: date) -> dict[TenantId, Mapping[str, Rows]]:
        return self._read([tenant for tenant in tenants if tenant not in self._populations], today)

    def _new_day(self, today: date) -> dict[TenantId, Mapping[str, Rows]]:
        """Let the day come; with a new year everything is read anew, because relative periods mean others."""
        shared = {id(each.shared): each.shared for each in self._populations.values()}
        found: dict[TenantId, Mapping[str, Rows]] = {}
        for each in shared.values():
            then = each.matcher.facts.today
            if then.year != today.year:
                found |= self._read(list(self._populations), today)
                break
            if then != today:
                with self._lock:
                    each.matcher.advance(today)
                    found |= each.everybody()
        return found

    def _read(self, tenants: Sequence[TenantId], today: date) -> dict[TenantId, Mapping[str, Rows]]:
        """Everything of these tenants from the tables, part by part: what was asked for first, then the large ones.

        Meanwhile questions are answered from what there was, and from each part as soon as it has been read.
        """
        if not tenants:
            return {}
        with self._frame.reader(tenants) as reader:
            sizes = read_sizes(reader, tenants)
        waiting = sorted(tenants, key=lambda tenant: -sizes[tenant])
        found: dict[TenantId, Mapping[str, Rows]] = {}
        while waiting:
            part = next_part(waiting, sizes, list(self._asked_for))
            found |= self._read_part(part, today)
            waiting = [tenant for tenant in waiting if tenant not in found]
        return found

    def _read_part(self, tenants: Sequence[TenantId], today: date) -> dict[TenantId, dict[str, Rows]]:
        with self._frame.reader(tenants) as reader:
            shared = SharedMatcher.read(tenants, reader, today)
            told = read_told(reader, shared.populations.values())
        with self._lock:
            for tenant in tenants:
                former = self._populations.get(tenant)
                if former is not None and len(former.shared.populations) > 1:
                    former.shared.leave(former)
                self._asked_for.pop(tenant, None)
            self._populations |= shared.populations
            self._told |= told
        log.info("populations read", tenants=len(tenants), enterprises=len(shared.ids), items=len(shared.offers))
        return shared.everybody()

    def _apply(self, changes: Sequence[PendingChange], just_read: set[TenantId]) -> dict[TenantId, Mapping[str, Rows]]:
        items = list(dict.fromkeys(change.subject for change in changes if change.kind == "policy_item"))
        figures = any(change.kind == "outside_figure" for change in changes)
        dossiers: dict[TenantId, list[str]] = {}
        for each in changes:
            if each.kind == "enterprise" and each.tenant in self._populations and each.tenant not in just_read:
                dossiers.setdefault(each.tenant, []).append(each.subject)
        much = [tenant for tenant, ids in dossiers.items() if self._populations[tenant].too_much(len(ids))]
        found = self._read(much, self._populations[much[0]].matcher.facts.today) if much else {}
        rest = {tenant: ids for tenant, ids in dossiers.items() if tenant not in found}
        if rest or items or figures:
            shared = {id(each.shared): each.shared for each in self._populations.values()}
            for among in shared.values():
                if items or figures or rest.keys() & among.populations.keys():
                    found |= self._refreshed(among, rest, items, figures, just_read | found.keys())
        return found

    def _refreshed(
        self,
        shared: SharedMatcher,
        dossiers: Mapping[TenantId, Sequence[str]],
        items: Sequence[str],
        figures: bool,
        just_read: set[TenantId],
    ) -> dict[TenantId, dict[str, Rows]]:
        """Who meets an item now that was touched, or whose dossier was; those who were just read have it already."""
        with self._frame.reader(list(shared.populations)) as reader, self._lock:
            changed = shared.refresh(reader, dossiers, items, figures=figures)
            return {
                tenant: dict(affected(shared.populations[tenant], each))
                for tenant, each in changed.items()
                if tenant not in just_read and (len(each.rows) or each.items)
            }

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
        """What was asked, or `{"unknown": what}`; `{"warming_up": true}` until the tenant has been read, which is then
        the next to be."""
        tenant = question["tenant"]
        population = self._populations.get(tenant)
        if population is None:
            if len(self._asked_for) < TOGETHER:
                self._asked_for[tenant] = None
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
            offer = population.offer(question["item"])
            if offer is None:
                return {"unknown": "item"}
            return population.reach(offer.item_id)._asdict() | {"version": offer.version}

    def _enterprises(self, population: Population, question: Mapping[str, Any]) -> Answer:
        """Ids after `after`, at most `limit`, ascending."""
        with self._lock:
            offer = population.offer(question["item"])
            if offer is None:
                return {"unknown": "item"}
            rows = population.standing(offer.item_id, State(question["state"]))
            ids, order = population.ordered()
        places = np.flatnonzero(np.isin(order, rows))
        start = int(np.searchsorted(places, _after(ids, question["after"])))
        page = places[start : start + question["limit"] + 1].tolist()
        return {"version": offer.version, "ids": [ids[place] for place in page]}

    def _entitlements(self, population: Population, question: Mapping[str, Any]) -> Answer:
        """How many items stand in each state for the enterprise, and ids of those in `state` after `after`."""
        with self._lock:
            row = population.rows.get(question["enterprise"])
            if row is None:
                return {"unknown": "enterprise"}
            ranks = population.ranks(row)
        counts = np.bincount(list(ranks.values()), minlength=len(STATES)).tolist()
        wanted = STATES.index(State(question["state"]))
        ids = sorted(item for item, rank in ranks.items() if rank == wanted)
        page = ids[_after(ids, question["after"]) :][: question["limit"] + 1]
        return {"counts": {state.value: counts[rank] for rank, state in enumerate(STATES)}, "ids": page}

    def _preview(self, population: Population, question: Mapping[str, Any]) -> Answer:
        """The reach and the cost of rules that are not published; nothing of them stays."""
        rules = ItemRules.model_validate(question["rules"])
        with self._lock:
            matcher = population.matcher
            matcher.put_item(DRAFT, rules, population.tenant)
            try:
                reach, rows = population.reach(DRAFT), population.entitled(DRAFT)
            finally:
                matcher.drop_item(DRAFT)
            cost = cost_of(rules, matcher.facts, rows, PREVIEW_SECONDS, population.tenant)
        return reach._asdict() | {name: getattr(cost, name) for name in cost.__slots__}


def next_part(
    waiting: Sequence[TenantId], sizes: Mapping[TenantId, int], asked_for: Sequence[TenantId]
) -> Sequence[TenantId]:
    """Who is read next: whoever was asked for, else the largest that waits; near-empty tenants many at a time."""
    first = next((tenant for tenant in asked_for if tenant in sizes and tenant in waiting), waiting[0])
    if sizes[first] > FEW:
        return [first]
    near_empty = [tenant for tenant in waiting if sizes[tenant] <= FEW and tenant != first]
    asked = [tenant for tenant in asked_for if tenant in near_empty]
    return list(dict.fromkeys([first, *asked, *near_empty]))[:TOGETHER]


def _after(ids: Sequence[str], cursor: str | None) -> int:
    """The place of the first id beyond the cursor."""
    return 0 if cursor is None else bisect_right(ids, cursor)
