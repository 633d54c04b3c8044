"""The matching desk on a real database: follows the tables, tells once, keeps tenants apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from matching_kit import CITY, XINGGUO, ZHANGGONG, Catalogue, content_of, output

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from contracts.entitlements import (
    CheckEntitlement,
    EnterprisesMatched,
    GetItemReach,
    ListEntitlements,
    ListItemEnterprises,
    ListMatches,
    PreviewItem,
)
from contracts.envelope import EventEnvelope
from contracts.message import Actor
from contracts.rule import State, Window
from services.catalog.enterprises.domain import EnterpriseNotYours
from services.catalog.matching import desk, population, reach, views
from services.catalog.matching.desk import MatchingDesk
from services.catalog.matching.domain import MatchingWarmingUp, PreviewRefused, ReachNotYours
from services.catalog.matching.engine.matcher import Matcher
from services.catalog.matching.population import SharedMatcher
from services.catalog.policies.domain import ItemUnknown

ENTERPRISE = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id="somebody-else")


@pytest.fixture
def catalogue(service_frame: Callable[..., Frame]) -> Catalogue:
    return Catalogue(service_frame("catalog", clock=FixedClock(NOON)))


def announced(catalogue: Catalogue, tenant: str = ZHANGGONG) -> list[EnterprisesMatched]:
    bodies = catalogue.reads("SELECT body FROM outbox WHERE type LIKE '%EnterprisesMatched' ORDER BY position", tenant)
    return [EnterprisesMatched.model_validate(EventEnvelope.model_validate_json(body).data) for (body,) in bodies]


def test_what_the_tables_hold_is_matched_at_the_start(catalogue: Catalogue) -> None:
    item = catalogue.publishes(content_of("NM-002"))
    catalogue.registers(output("6"))
    catalogue.registers(output("4.99"))
    catalogue.registers()
    assert catalogue.line.ask(ask="reach", tenant=ZHANGGONG, item=item) == {"warming_up": True}
    catalogue.desk.turn()
    assert catalogue.reach(item) == (1, 1, 1)


def test_what_is_offered_to_many_near_empty_tenants_is_compiled_once(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    put_item = Matcher.put_item

    def counted(matcher: Matcher, item: str, *more: Any) -> None:
        compiled.append(item)
        put_item(matcher, item, *more)

    monkeypatch.setattr(Matcher, "put_item", counted)
    items = [catalogue.publishes(content_of("NM-002", code=f"NM-{number}"), CITY) for number in range(3)]
    catalogue.registers(output("6"), tenant=XINGGUO)
    catalogue.desk.turn()
    assert sorted(compiled) == sorted(items)
    assert catalogue.reach(items[0], XINGGUO) == (1, 0, 0)
    assert catalogue.reach(items[0], ZHANGGONG) == (0, 0, 0)


def test_a_tenant_is_answered_as_soon_as_it_has_been_read_and_who_was_asked_for_is_the_next(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The city is the largest, so it comes first; while it is read, somebody asks for Xingguo."""
    item = catalogue.publishes(content_of("NM-002"), CITY)
    for tenant in (CITY, CITY, ZHANGGONG, XINGGUO):
        catalogue.registers(output("6"), tenant=tenant)
    monkeypatch.setattr(desk, "FEW", 0)
    read, answers = SharedMatcher.read, list[tuple[Any, Any]]()

    def asked_meanwhile(tenants: Any, *more: Any) -> SharedMatcher:
        (tenant,) = tenants
        said = {each: "met" in catalogue.line.ask(ask="reach", tenant=each, item=item) for each in (CITY, XINGGUO)}
        answers.append((tenant, said))
        return read(tenants, *more)

    monkeypatch.setattr(SharedMatcher, "read", asked_meanwhile)
    catalogue.desk.turn()
    assert answers == [
        (CITY, {CITY: False, XINGGUO: False}),
        (XINGGUO, {CITY: True, XINGGUO: False}),
        (ZHANGGONG, {CITY: True, XINGGUO: True}),
    ]


def test_a_tenant_that_outgrows_its_place_among_the_near_empty_is_matched_alone(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = catalogue.publishes(content_of("NM-002"), CITY)
    catalogue.registers(output("6"))
    catalogue.registers(output("6"), tenant=XINGGUO)
    catalogue.desk.turn()
    monkeypatch.setattr(population, "MANY", 1)
    monkeypatch.setattr(desk, "FEW", 2)
    for _ in range(2):
        catalogue.registers(output("7"))
    catalogue.desk.turn()
    alone, among = (catalogue.desk._populations[tenant].shared for tenant in (ZHANGGONG, XINGGUO))
    assert (set(alone.populations), ZHANGGONG in among.populations) == ({ZHANGGONG}, False)
    assert catalogue.reach(item, ZHANGGONG) == (3, 0, 0)
    assert catalogue.reach(item, XINGGUO) == (1, 0, 0)
    assert len(announced(catalogue)) == 2
    assert len(announced(catalogue, XINGGUO)) == 1
    catalogue.registers(output("6"), tenant=XINGGUO)
    catalogue.desk.turn()
    assert catalogue.reach(item, XINGGUO) == (2, 0, 0)
    assert catalogue.reach(item, ZHANGGONG) == (3, 0, 0)


def test_a_dossier_that_is_gone_from_a_shared_matcher_counts_no_more(catalogue: Catalogue) -> None:
    item = catalogue.publishes(content_of("NM-002"), CITY)
    gone = catalogue.registers(output("6"))
    catalogue.registers(output("6"), tenant=XINGGUO)
    catalogue.desk.turn()
    catalogue.does(f"UPDATE enterprise SET merged_into = 'other', merged_at = now() WHERE id = '{gone}'")
    catalogue.desk.turn()
    assert catalogue.reach(item, ZHANGGONG) == (0, 0, 0)
    assert catalogue.reach(item, XINGGUO) == (1, 0, 0)


def test_each_near_empty_tenant_is_told_of_its_own_and_once_whatever_is_started_again(catalogue: Catalogue) -> None:
    catalogue.publishes(content_of("NM-002"), CITY)
    own = {tenant: catalogue.registers(output("6"), tenant=tenant) for tenant in (ZHANGGONG, XINGGUO)}
    catalogue.desk.turn()
    MatchingDesk(catalogue.frame).turn()
    for tenant, enterprise in own.items():
        assert [chunk.enterprise_ids for chunk in announced(catalogue, tenant)] == [(enterprise,)]


def test_a_changed_file_a_new_file_and_a_new_item_are_seen_at_the_next_look(catalogue: Catalogue) -> None:
    enterprise = catalogue.registers(output("4"))
    catalogue.desk.turn()
    item = catalogue.publishes(content_of("NM-002"))
    assert catalogue.desk.turn()
    assert catalogue.reach(item) == (0, 1, 0)
    catalogue.records(enterprise, output("5", as_of=date(2026, 3, 10)))
    catalogue.registers(output("9"))
    catalogue.registers()
    catalogue.desk.turn()
    assert catalogue.reach(item) == (2, 0, 1)
    assert not catalogue.desk.turn()


def test_a_withdrawn_fact_takes_what_depended_on_it_along(catalogue: Catalogue) -> None:
    item = catalogue.publishes(content_of("NM-002"))
    enterprise = catalogue.registers(output("6"))
    catalogue.desk.turn()
    assert catalogue.reach(item) == (1, 0, 0)
    ((version, ordinal),) = catalogue.reads("SELECT version, ordinal FROM enterprise_fact")
    catalogue.withdraws(enterprise, f"{version}-{ordinal}")
    catalogue.desk.turn()
    assert catalogue.reach(item) == (0, 0, 1)


def test_who_is_newly_entitled_is_said_once_whatever_is_started_again(catalogue: Catalogue) -> None:
    item = catalogue.publishes(content_of("NM-002"))
    enterprises = {catalogue.registers(output("6")), catalogue.registers(output("7"))}
    catalogue.desk.turn()
    (chunk,) = announced(catalogue)
    assert (chunk.item_id, set(chunk.enterprise_ids), chunk.year) == (item, enterprises, 2025)
    MatchingDesk(catalogue.frame).turn()
    later = catalogue.registers(output("8"))
    catalogue.desk.turn()
    catalogue.publishes(content_of("NM-002", title="新标题"))
    catalogue.desk.turn()
    assert [chunk.enterprise_ids for chunk in announced(catalogue)[1:]] == [(later,)]


def test_two_processes_that_see_the_same_say_it_once(catalogue: Catalogue) -> None:
    other = MatchingDesk(catalogue.frame)
    catalogue.desk.turn()
    other.turn()
    catalogue.publishes(content_of("NM-002"))
    enterprise = catalogue.registers(output("6"))
    catalogue.desk.turn()
    other.turn()
    assert [chunk.enterprise_ids for chunk in announced(catalogue)] == [(enterprise,)]


def test_a_thousand_enterprises_are_said_in_chunks_of_at_most_five_hundred(catalogue: Catalogue) -> None:
    catalogue.publishes(content_of("NM-002"))
    enterprise = catalogue.registers(output("6"))
    catalogue.does(
        "INSERT INTO enterprise (tenant, id, version, sequence, uscc, name, contact_sealed, contact_masked, recorded)"
        " SELECT tenant, 'enterprise-' || n, 1, 0, 'code-' || n, name, contact_sealed, contact_masked, '[]'"
        f" FROM enterprise, generate_series(1, 1099) n WHERE id = '{enterprise}'"
    )
    catalogue.does(
        "INSERT INTO enterprise_fact (tenant, enterprise_id, version, ordinal, name, kind, value, unit, period, source,"
        " as_of, recorded_by, recorded_at) SELECT f.tenant, 'enterprise-' || n, 1, 0, f.name, f.kind, f.value, f.unit, f.period,"
        f" f.source, f.as_of, 'test', now() FROM enterprise_fact f, generate_series(1, 1099) n WHERE enterprise_id = '{enterprise}'"
    )
    catalogue.desk.turn()
    assert sorted(len(chunk.enterprise_ids) for chunk in announced(catalogue)) == [100, 500, 500]
    with catalogue.frame.reader([ZHANGGONG]) as reader:
        first = reach.list_matches(ListMatches(limit=2), reader)
        pages = [first, reach.list_matches(ListMatches(limit=2, cursor=first.next_cursor), reader)]
    assert [len(page.items) for page in pages] == [2, 1]
    assert pages[1].next_cursor is not None, "what comes later is after it"


def test_a_tenant_sees_its_own_enterprises_and_the_items_of_the_levels_above(catalogue: Catalogue) -> None:
    above = catalogue.publishes(content_of("NM-002"), CITY)
    next_door = catalogue.publishes(content_of("NM-002"), XINGGUO)
    catalogue.registers(output("6"), tenant=ZHANGGONG)
    catalogue.registers(output("6"), tenant=XINGGUO)
    catalogue.registers(output("6"), tenant=XINGGUO)
    catalogue.desk.turn()
    assert catalogue.reach(above, ZHANGGONG) == (1, 0, 0)
    assert catalogue.reach(above, XINGGUO) == (2, 0, 0)
    assert catalogue.line.ask(ask="reach", tenant=ZHANGGONG, item=next_door)["unknown"] == "item"
    with catalogue.frame.reader([ZHANGGONG]) as reader:
        with pytest.raises(ItemUnknown):
            reach.get_item_reach(GetItemReach(item_id=next_door), reader, catalogue.line)
        page = reach.list_item_enterprises(ListItemEnterprises(item_id=above), reader, catalogue.line)
    assert len(page.items) == 1


def test_a_enterprise_reads_what_it_may_claim_with_reasons_and_the_working(catalogue: Catalogue) -> None:
    item = catalogue.publishes(content_of("NM-002"))
    catalogue.publishes(content_of("GZ-009"))
    enterprise = catalogue.registers(output("6"))
    catalogue.desk.turn()
    with catalogue.frame.reader(
        [ZHANGGONG], actor=ENTERPRISE.model_copy(update={"enterprise_id": enterprise})
    ) as reader:
        met = views.list_entitlements(ListEntitlements(enterprise_id=enterprise), reader, catalogue.line)
        open_query = ListEntitlements(enterprise_id=enterprise, state=State.UNDETERMINED)
        unclear = views.list_entitlements(open_query, reader, catalogue.line)
    assert (met.met, met.not_met, met.undetermined) == (1, 0, 1)
    (entitled,) = met.items
    assert (entitled.item_id, entitled.verdict.state) == (item, State.MET)
    assert entitled.amount.money is not None and entitled.amount.working and entitled.verdict.reasons
    assert [missing.name for missing in unclear.items[0].verdict.missing] == ["tech_sme_first_listed"]


def test_pages_of_enterprises_and_of_items_join_without_gap_or_repetition(catalogue: Catalogue) -> None:
    items = [catalogue.publishes(content_of("NM-002", code=f"NM-{number}")) for number in range(5)]
    enterprises = [catalogue.registers(output("6")) for _ in range(5)]
    catalogue.desk.turn()
    seen: list[str] = []
    cursor = None
    with catalogue.frame.reader([ZHANGGONG]) as reader:
        for _ in range(3):
            query = ListItemEnterprises(item_id=items[0], limit=2, cursor=cursor)
            page = reach.list_item_enterprises(query, reader, catalogue.line)
            seen += [each.enterprise_id for each in page.items]
            cursor = page.next_cursor
        assert (seen, cursor) == (sorted(enterprises), None)
        first = views.list_entitlements(ListEntitlements(enterprise_id=enterprises[0], limit=3), reader, catalogue.line)
        rest = ListEntitlements(enterprise_id=enterprises[0], limit=3, cursor=first.next_cursor)
        second = views.list_entitlements(rest, reader, catalogue.line)
    assert [each.item_id for each in (*first.items, *second.items)] == sorted(items)


def test_a_draft_shows_whom_it_would_reach_and_what_it_would_cost_and_leaves_nothing(catalogue: Catalogue) -> None:
    for value in ("6", "6", "12", "1"):
        catalogue.registers(output(value))
    catalogue.desk.turn()
    with catalogue.frame.reader([ZHANGGONG]) as reader:
        seen = reach.preview_item(PreviewItem(content=content_of("NM-002")), reader, catalogue.line)
        page = reach.list_matches(ListMatches(), reader)
        broken = content_of("NM-002")
        rules = broken.rules.model_copy(update={"fact_types": broken.rules.fact_types[:0]})
        with pytest.raises(PreviewRefused):
            reach.preview_item(PreviewItem(content=broken.model_copy(update={"rules": rules})), reader, catalogue.line)
    assert (seen.met, seen.not_met, seen.undetermined) == (3, 1, 0)
    assert (seen.valued, seen.unvalued, seen.uncounted) == (3, 0, 0)
    assert seen.known_fen > 0
    assert (page.items, catalogue.line.ask(ask="reach", tenant=ZHANGGONG, item="draft")["unknown"]) == ((), "item")


def test_an_item_is_announced_only_while_it_can_be_claimed(catalogue: Catalogue) -> None:
    content = content_of("NM-002")
    opens = NOON.date() + timedelta(days=3)
    plan = content.rules.plan.model_copy(update={"window": Window(opens=opens)})
    catalogue.publishes(content.model_copy(update={"rules": content.rules.model_copy(update={"plan": plan})}))
    catalogue.registers(output("6"))
    catalogue.desk.turn()
    assert announced(catalogue) == []
    catalogue.frame.clock = FixedClock(NOON + timedelta(days=3))
    catalogue.desk.turn()
    assert len(announced(catalogue)) == 1


def test_a_suspended_item_reaches_nobody_until_it_is_resumed(catalogue: Catalogue) -> None:
    item = catalogue.publishes(content_of("NM-002"))
    enterprise = catalogue.registers(output("6"))
    catalogue.desk.turn()
    catalogue.does("UPDATE policy_item SET state = 'suspended'")
    catalogue.desk.turn()
    assert catalogue.line.ask(ask="reach", tenant=ZHANGGONG, item=item)["unknown"] == "item"
    with catalogue.frame.reader([ZHANGGONG]) as reader:
        asked = views.check_entitlement(CheckEntitlement(item_id=item, enterprise_id=enterprise), reader)
    assert asked.item_state == "suspended", "whoever asks for it by its address is told what it is"
    catalogue.does("UPDATE policy_item SET state = 'published'")
    catalogue.desk.turn()
    assert catalogue.reach(item) == (1, 0, 0)
    assert len(announced(catalogue)) == 1


def test_a_enterprise_neither_sees_another_s_entitlements_nor_whom_an_item_reaches(catalogue: Catalogue) -> None:
    with catalogue.frame.reader([ZHANGGONG], actor=ENTERPRISE) as reader:
        with pytest.raises(EnterpriseNotYours):
            views.list_entitlements(ListEntitlements(enterprise_id="other"), reader, catalogue.line)
        for ask in (
            lambda: reach.get_item_reach(GetItemReach(item_id="x"), reader, catalogue.line),
            lambda: reach.list_item_enterprises(ListItemEnterprises(item_id="x"), reader, catalogue.line),
            lambda: reach.preview_item(PreviewItem(content=content_of("NM-002")), reader, catalogue.line),
            lambda: reach.list_matches(ListMatches(), reader),
        ):
            with pytest.raises(ReachNotYours):
                ask()


def test_warming_up_is_said_and_may_be_tried_again() -> None:
    assert MatchingWarmingUp().refusal().retryable
