"""Broken links make zombies: looked at outside any transaction, kept, looked at again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from authoring_kit import ITEM, OWNER, catalog_with_tenants, done
from front_office import Replica

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import claim
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.authoring import ListAuthoredItems
from contracts.item import Interpretation, PolicyDocument
from contracts.policies import PublishPolicyItem, WithdrawPolicyItem
from services.catalog.links.probe import LinkState
from services.catalog.links.use_cases import look_at_links
from services.catalog.policies.use_cases import ITEM_LINKS

GOOD, GONE = "https://www.example.cn/a.html", "https://www.example.cn/gone.html"


class Looker:
    """Answers from a list, and sees whether a transaction is open meanwhile."""

    def __init__(self, catalog: Replica) -> None:
        self.catalog = catalog
        self.looked: list[str] = []
        self.gone = {GONE}
        self.open = 0

    def look(self, address: str) -> LinkState:
        assert self.open == 0, "the outside world was asked inside a transaction"
        self.looked.append(address)
        return LinkState("broken", "HTTP 404") if address in self.gone else LinkState("ok", "HTTP 200")

    def unit(self, tenants: Sequence[str]) -> UnitOfWork:
        looker = self

        class Counted(UnitOfWork):
            def __enter__(self) -> Counted:
                looker.open += 1
                return super().__enter__()

            def __exit__(self, *how: object) -> None:
                looker.open -= 1
                super().__exit__(*how)  # type: ignore[arg-type]

        frame = self.catalog.frame
        return Counted(frame.engine, tenants, clock=frame.clock, action=ITEM_LINKS)

    def run(self) -> int:
        """What the scheduler does. → how many jobs there were."""
        jobs = claim(self.catalog.frame.frame_engine, ITEM_LINKS, self.catalog.frame.clock.now(), 5)
        look_at_links(jobs, self.unit, self)
        return len(jobs)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def catalog(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Replica:
    return catalog_with_tenants(service_frame, service_database, clock)


def linked(*addresses: str) -> PublishPolicyItem:
    videos = tuple(Interpretation(kind="video", title="解读", url=each) for each in addresses[1:])
    document = PolicyDocument(name="若干措施", url=addresses[0])
    return PublishPolicyItem(content=ITEM.model_copy(update={"document": document, "interpretations": videos}))


def zombies(catalog: Replica) -> list[list[str]]:
    items = catalog.asked(ListAuthoredItems(zombies=True), actor=OWNER)["ok"]["items"]
    return [[notice["text"] for notice in item["notices"]] for item in items]


def test_an_item_with_a_dead_link_is_a_zombie_until_the_link_answers_again(catalog: Replica, clock: FixedClock) -> None:
    done(catalog, linked(GOOD, GONE))
    looker = Looker(catalog)
    assert zombies(catalog) == []
    assert looker.run() == 1
    assert sorted(looker.looked) == [GOOD, GONE]
    assert zombies(catalog) == [[f"链接已失效：{GONE}"]]
    looker.looked.clear()
    assert looker.run() == 0, "nothing is due again so soon"
    clock.advance(timedelta(days=1, minutes=1))
    looker.gone.clear()
    assert looker.run() == 1
    assert looker.looked == [GONE], "what was well is left alone for a month"
    assert zombies(catalog) == []


def test_many_addresses_are_looked_at_a_few_at_a_time(catalog: Replica) -> None:
    addresses = [f"https://www.example.cn/{number}" for number in range(10)]
    done(catalog, linked(*addresses))
    looker = Looker(catalog)
    counts = []
    while looker.run():
        counts.append(len(looker.looked))
    assert counts == [4, 8, 10]
    assert looker.looked == addresses


def test_an_item_that_is_withdrawn_is_looked_at_no_more(catalog: Replica) -> None:
    item_id = done(catalog, linked(GOOD))["item_id"]
    done(catalog, WithdrawPolicyItem(item_id=item_id, expected_version=1, reason="废止"))
    looker = Looker(catalog)
    assert looker.run() == 1
    assert (looker.looked, catalog.rows("SELECT count(*) FROM job")) == ([], [(0,)])
