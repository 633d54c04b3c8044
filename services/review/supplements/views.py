"""What enterprises and departments see of supplements."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, literal, select

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.intake import Claim
from contracts.refusal import Forbidden
from contracts.rule import ItemRules
from contracts.supplements import (
    AskablePoint,
    GetSupplement,
    ListSupplements,
    SupplementList,
    SupplementView,
)
from copies.merged_enterprises import OF_ENTERPRISE
from services.review.cases.filing import case_id_of
from services.review.cases.moves import OPEN
from services.review.cases.sheet import FACTS, RULES
from services.review.cases.tables import REVIEW_CASE
from services.review.cases.views import case_row
from services.review.supplements.points import askable, of_offices
from services.review.supplements.store import CASE_SUPPLEMENT, PLAIN, POINTS
from services.review.supplements.supplement import Supplement, SupplementNotFound
from services.review.supplements.times import set_due

C, CASE = CASE_SUPPLEMENT.c, REVIEW_CASE.c
MERGED = f"SELECT CAST(:claimed AS text) {OF_ENTERPRISE}"


def get_supplement(query: GetSupplement, reader: Reader) -> SupplementView:
    """The latest of a claim, for the enterprise that filed it or a window. Raises SupplementNotFound or Forbidden.

    The question comes in the case's tenant, which the gateway knows from the application.
    """
    found = _rounds(case_id_of(query.application_id), reader)
    if not found or not _is_for(found[0], reader):
        raise SupplementNotFound()
    return found[0].view


def list_supplements(query: ListSupplements, reader: Reader) -> SupplementList:
    """All rounds of a case, the latest first. Raises CaseNotFound, NotYourDepartment or Forbidden."""
    case = case_row(query.case_id, reader, CASE.facts, CASE.received_at)
    rounds = _rounds(query.case_id, reader)
    return SupplementList(items=tuple(each.view for each in rounds), askable=_askable(case, rounds, reader))


def _askable(case: Row[Any], rounds: list[Supplement], reader: Reader) -> tuple[AskablePoint, ...]:
    if case.state not in OPEN or any(each.state == "open" for each in rounds):
        return ()
    asked = {"item": case.claim["item_id"], "version": case.claim["item_version"]}
    rules = ItemRules.model_validate(reader.execute(RULES, asked).scalar_one())
    filed = (case.received_at or case.accepted_at).astimezone(CHINA)
    points = askable(rules, filed.year)
    known = of_offices(points, FACTS.validate_python(case.facts), reader.now.astimezone(CHINA).date())
    brought = {(each.about, each.code) for each in rounds[0].points if each.answer} if rounds else set()
    further = len(rounds) >= rules.plan.supplement.rounds
    return tuple(
        AskablePoint(about=key[0], code=key[1], label=each.label)
        for key, each in points.items()
        if key not in known and (not further or key in brought)
    )


def _rounds(case_id: str, reader: Reader) -> list[Supplement]:
    """The latest first, until when by the calendar as it is now; none is open in a case that has ended."""
    statement = (
        select(CASE_SUPPLEMENT, CASE.state.label("case_state"))
        .join(REVIEW_CASE, (CASE.tenant == C.tenant) & (CASE.id == C.case_id))
        .where(C.tenant == reader.tenant, C.case_id == literal(case_id))
        .order_by(C.round.desc())
    )
    return [_as_it_stands(row, reader) for row in reader.execute(statement).mappings()]


def _as_it_stands(row: Any, reader: Reader) -> Supplement:
    read = {name: row[name] for name in PLAIN}
    supplement = Supplement(
        **read, claim=Claim.model_validate(row["claim"]), points=POINTS.validate_python(row["points"])
    )
    if supplement.state == "open" and row["case_state"] not in OPEN:
        supplement.state = "void"
    elif supplement.state == "open":
        set_due(supplement, reader.calendar(reader.tenant))
    return supplement


def _is_for(supplement: Supplement, reader: Reader) -> bool:
    actor, claim = reader.actor, supplement.claim
    if actor.enterprise_id is None:
        if "window" not in actor.roles:
            raise Forbidden()
        return True
    if actor.enterprise_id == claim.enterprise_id:
        return True
    asked = {"claimed": claim.enterprise_id, "enterprise": actor.enterprise_id, "tenant": claim.filed_in}
    return bool(reader.execute(MERGED, asked).scalar())
