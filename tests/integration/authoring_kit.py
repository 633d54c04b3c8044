"""A department with the catalogue before it, and the authorities that it has to ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from front_office import (
    CITY,
    XINGGUO,
    ZHANGGONG,
    Replica,
    catalog_replica,
    officer_of,
    onboarded,
    sample_content,
)

from chassis.edge.frame import Frame
from chassis.time.clock import FixedClock
from chassis.time.jobs import Job
from chassis.time.jobs import claim as claim_jobs
from console.servers.provision import Dsns
from contracts.authoring import GetItemHistory
from contracts.drafting import AnswerConsultation, AskedParty, DraftPolicyItem, OpenConsultation
from contracts.item import PolicyItemContent
from contracts.message import Actor, Command
from contracts.policies import DirectGround
from contracts.rule import Level

ITEM = sample_content("NM-002")
OWNER = officer_of(ITEM.rules.plan.department)
STRANGER = Actor(id="officer-2", roles=frozenset({"department"}), department="章贡区工信局（另一家）")
REFORM = Actor(id="reform-1", roles=frozenset({"department"}), name="发改委科员", department="章贡区发展和改革委员会")
FINANCE = Actor(id="finance-1", roles=frozenset({"finance"}), department="章贡区财政局")
BUREAU = Actor(id="bureau-1", roles=frozenset({"bureau"}))
PARTIES = (
    AskedParty(party="development_reform", department="章贡区发展和改革委员会"),
    AskedParty(party="finance", department="章贡区财政局"),
    AskedParty(party="approval_bureau", department="章贡区行政审批局"),
)
UNTIL = date(2026, 3, 20)
MINOR = DirectGround(kind="minor_change", text="仅更正办理电话，不涉及权利义务调整")


def catalog_with_tenants(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock
) -> Replica:
    """The catalogue on a database of its own, with Ganzhou and two of its counties."""
    dsns = service_database("catalog")
    replica = catalog_replica(service_frame("catalog", dsns=dsns, clock=clock), dsns)
    replica.hears(
        onboarded(CITY, None, Level.CITY, "GZ"),
        onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"),
        onboarded(XINGGUO, CITY, Level.COUNTY, "XG"),
    )
    return replica


def done(catalog: Replica, order: Command, actor: Actor = OWNER, tenant: str = ZHANGGONG) -> dict[str, Any]:
    answer = catalog.ordered(order, tenant=tenant, actor=actor)
    assert "ok" in answer, answer
    return answer["ok"]


def refused(catalog: Replica, order: Command, actor: Actor = OWNER, tenant: str = ZHANGGONG) -> dict[str, Any]:
    answer = catalog.ordered(order, tenant=tenant, actor=actor)
    assert "refused" in answer, answer
    return answer["refused"]


def codes(refusal: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in refusal["reasons"]]


def due(catalog: Replica, kind: str, handle: Callable[[list[Job], Any], None]) -> int:
    """What the scheduler does: claim what has come due, and hand it to its handler. → how many."""
    jobs = claim_jobs(catalog.frame.frame_engine, kind, catalog.frame.clock.now(), 10)
    if jobs:
        with catalog.frame.event_unit([job.tenant for job in jobs], action=kind) as uow:
            handle(jobs, uow)
    return len(jobs)


def consulted_draft(catalog: Replica, content: PolicyItemContent = ITEM) -> dict[str, Any]:
    """A draft that all three parties are being asked about."""
    draft = done(catalog, DraftPolicyItem(content=content.model_dump(mode="json")))
    order = OpenConsultation(
        draft_id=draft["draft_id"], expected_version=draft["version"], parties=PARTIES, until=UNTIL
    )
    return done(catalog, order)


def says(catalog: Replica, draft: dict[str, Any], actor: Actor, answer: str, opinion: str = "") -> dict[str, Any]:
    return done(
        catalog,
        AnswerConsultation.model_validate({"draft_id": draft["draft_id"], "answer": answer, "opinion": opinion}),
        actor,
    )


def history(catalog: Replica, item_id: str) -> list[dict[str, Any]]:
    found = catalog.asked(GetItemHistory(item_id=item_id), actor=OWNER)["ok"]["changes"]
    return list(found)
