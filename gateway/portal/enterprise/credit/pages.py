"""The enterprise's own records (信用记录): what it was told, its defence, its records, repair and objection."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from contracts.integrity import FULL, AskForRepair, Evidence, FindingView, GetFinding, GiveDefence, ObjectToRecord
from contracts.integrity_grounds import GROUNDS
from contracts.integrity_labels import DISPUTED, FINDING, GRAVITY, RECORD, REQUEST, REQUEST_STATE
from contracts.integrity_records import ListOwnRecords
from contracts.materials import ListMaterials
from contracts.message import Id, Model
from contracts.status_labels import StatusLabel
from contracts.uploads import Sha256
from gateway.access import Permitted
from gateway.door import Door
from gateway.finding_places import own_records, place_of_finding
from gateway.portal.enterprise.frame import framed, may, unless_away
from gateway.portal.shell.language import language_of
from gateway.portal.shell.pages import Nothing, Pages, Values

pages = Pages("enterprise")
LIST = "/my/credit"
ONE = LIST + "/{finding_id}"


class DefenceForm(Model):
    """What the enterprise says to the notice, or that it will not be heard; papers of its dossier."""

    finding_id: Id
    waived: Literal["no", "yes"] = "no"
    text: str = Field(default="", max_length=FULL)
    papers: tuple[Sha256, ...] = Field(default=(), max_length=20)


class RequestForm(Model):
    """What it asks about its record."""

    finding_id: Id
    text: str = Field(min_length=4, max_length=FULL)
    papers: tuple[Sha256, ...] = Field(default=(), max_length=20)


@pages.show(LIST, Nothing, Permitted(ListOwnRecords, own_enterprise=True), template="list.html")
async def show_credit(door: Door, _asked: Nothing) -> Values:
    """All that the enterprise was told of, and its records of all places."""
    own = await own_records(door, door.enterprise)
    return framed(door, findings=own.findings, records=own.records, words=_words(door))


@pages.show(ONE, GetFinding, Permitted(ListOwnRecords, own_enterprise=True), template="finding.html")
async def show_own_finding(door: Door, query: GetFinding) -> Values:
    """One of them with all its steps, and what the enterprise may do now."""
    tenant = await place_of_finding(door, query.finding_id)
    finding, materials = await asyncio.gather(
        door.told(query, tenant=tenant), unless_away(door.told(ListMaterials(enterprise_id=door.enterprise)))
    )
    papers = [each for each in materials.items if each.standing in ("valid", "expiring")] if materials else []
    return framed(
        door,
        finding=finding,
        papers=[(each.ref.sha256, each.name) for each in papers],
        words=_words(door),
        may_defend=may(door, GiveDefence) and finding.state == "notified",
        may_ask=_open_kinds(finding) if may(door, AskForRepair) else (),
    )


@pages.form(ONE + "/defence", DefenceForm, Permitted(GiveDefence), on=show_own_finding)
async def give_defence(door: Door, said: DefenceForm) -> str:
    """Be heard, or not (陈述申辩)."""
    order = GiveDefence(
        finding_id=said.finding_id, text=said.text, waived=said.waived == "yes", evidence=_evidence(said.papers)
    )
    await door.done(order, tenant=await place_of_finding(door, said.finding_id))
    return f"{LIST}/{said.finding_id}?done=defence_given"


@pages.form(ONE + "/repair", RequestForm, Permitted(AskForRepair), on=show_own_finding)
async def ask_for_repair(door: Door, said: RequestForm) -> str:
    """Ask that the record end (申请信用修复)."""
    order = AskForRepair(finding_id=said.finding_id, text=said.text, evidence=_evidence(said.papers))
    await door.done(order, tenant=await place_of_finding(door, said.finding_id))
    return f"{LIST}/{said.finding_id}?done=repair_asked"


@pages.form(ONE + "/objection", RequestForm, Permitted(ObjectToRecord), on=show_own_finding)
async def object_to_record(door: Door, said: RequestForm) -> str:
    """Say that the record is wrong (提出异议)."""
    order = ObjectToRecord(finding_id=said.finding_id, text=said.text, evidence=_evidence(said.papers))
    await door.done(order, tenant=await place_of_finding(door, said.finding_id))
    return f"{LIST}/{said.finding_id}?done=record_disputed"


def _evidence(papers: tuple[str, ...]) -> tuple[Evidence, ...]:
    return tuple(Evidence(sha256=each) for each in papers)


def _open_kinds(finding: FindingView) -> tuple[str, ...]:
    """What may be asked about the record now: nothing of a kind that is being looked into, nor of what has ended."""
    if finding.record is None or finding.record.state != "in_force":
        return ()
    asked = {each.kind for each in finding.requests if each.state == "open"}
    return tuple(kind for kind in ("repair", "objection") if kind not in asked)


def _words(door: Door) -> Mapping[str, Any]:
    """What codes are called in the reader's language; grounds are named as the law does."""
    language = language_of(door.request)
    tables: dict[str, Mapping[Any, StatusLabel]] = {
        "states": FINDING,
        "gravities": GRAVITY,
        "records": RECORD,
        "kinds": REQUEST,
        "request_states": REQUEST_STATE,
    }
    said: dict[str, Any] = {
        name: {code: label.public(language) for code, label in table.items()} for name, table in tables.items()
    }
    said["grounds"] = {code: ground.name for code, ground in GROUNDS.items()}
    said["disputed"] = DISPUTED.public(language)
    return said
