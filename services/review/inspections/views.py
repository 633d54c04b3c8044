"""Inspections as the department reads them."""

from __future__ import annotations

from sqlalchemy import Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.inspections import (
    InspectionOfficer,
    InspectionOfficers,
    Inspections,
    ListInspectionOfficers,
    ListInspections,
)
from contracts.review import GetCase
from copies.duties import KnownDuties
from services.review.cases.pinned import version_of
from services.review.cases.views import get_case
from services.review.inspections.inspection_record import OfficerAnswer
from services.review.inspections.store import CASE_INSPECTION, INSPECTION_ANSWER, answer_of_row, inspection_of
from services.review.inspections.use_cases import officers_needed
from services.review.item_copies.store import ItemVersions
from services.review.tasks.use_cases import DECIDERS


def list_inspections(query: ListInspections, reader: Reader) -> Inspections:
    """All of a case, the latest first. Raises CaseNotFound, or NotYourDepartment of another's."""
    case = get_case(GetCase(case_id=query.case_id), reader)
    c, a = CASE_INSPECTION.c, INSPECTION_ANSWER.c
    mine = select(CASE_INSPECTION).where(c.tenant == reader.tenant, c.case_id == query.case_id)
    records = [inspection_of(row) for row in reader.execute(mine.order_by(c.recorded_at, c.id)).mappings()]
    wanted = any_(literal([each.id for each in records], ARRAY(Text)))
    said = select(INSPECTION_ANSWER).where(a.tenant == reader.tenant, a.inspection_id == wanted).order_by(a.at)
    answers: dict[str, list[OfficerAnswer]] = {each.id: [] for each in records}
    for row in reader.execute(said).mappings():
        answers[row["inspection_id"]].append(answer_of_row(row))
    latest = {each.step: each.id for each in records}
    shown = [each.view(answers[each.id], superseded=latest[each.step] != each.id) for each in reversed(records)]
    version = version_of(case.claim)
    rules = ItemVersions(reader).get_many([version]).get(version)
    return Inspections(items=tuple(shown), officers_needed=officers_needed(rules) if rules else 1)


def list_inspection_officers(query: ListInspectionOfficers, reader: Reader) -> InspectionOfficers:
    """Whom the actor may name as another officer."""
    asked = [(reader.tenant, reader.actor.department_id, kind) for kind in DECIDERS]
    holders = KnownDuties(reader).holders(asked, reader.now.astimezone(CHINA).date())
    named = {each.person_id: each.person_name for each in holders if each.person_id != reader.actor.id}
    return InspectionOfficers(items=tuple(InspectionOfficer(person_id=id, name=name) for id, name in named.items()))
