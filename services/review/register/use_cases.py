"""What the register does when it hears that two dossiers are one enterprise, and what is said of what it finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.events.received import Received
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.award_findings import AwardFindingView, CloseAwardFinding
from contracts.merges import EnterpriseMerged
from contracts.refusal import StaleVersion
from copies.merged_enterprises import keep_merges
from services.review.account_copies.use_cases import FOLLOW_ACCOUNT
from services.review.register.finding import AwardFinding, AwardFindingUnknown
from services.review.register.findings import AwardFindings
from services.review.register.persons import Filer, Persons
from services.review.register.views import may_see

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

LOOK_BACK = "look_back"
"""The job by which awards are looked over after a merge. Its subject is the absorbed enterprise."""


def hear_merges(events: Sequence[Received[EnterpriseMerged]], uow: UnitOfWork) -> None:
    """From now on both are one. What was granted to either before is looked over right after the commit, and what is open is
    paid to where the surviving one is."""
    keep_merges(events, uow)
    both = [
        filer
        for event in events
        for filer in (
            Filer("", event.tenant, event.data.absorbed_id, event.data.absorbed_uscc),
            Filer("", event.tenant, event.data.surviving_id, event.data.surviving_uscc),
        )
    ]
    uow.of(Persons).learn(both, anyway=True)
    uow.schedule_many(LOOK_BACK, [(event.tenant, event.data.absorbed_id, uow.now) for event in events])
    uow.schedule_many(FOLLOW_ACCOUNT, [(event.tenant, event.data.surviving_id, uow.now) for event in events])


def look_back(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Open a finding for whatever the persons of these merges were granted more than once.

    Nobody is deciding meanwhile: who has not seen the merge has committed, and whoever comes later sees it.
    """
    with unit(sorted({job.tenant for job in jobs})) as uow:
        tenants = uow.registry.everybody()
    with unit(sorted({*tenants, *(job.tenant for job in jobs)})) as uow:
        persons, findings = uow.of(Persons), uow.of(AwardFindings)
        persons.hold_graph()
        # A dossier is looked for by itself here: no code is asked about.
        merged = persons.of([Filer(job.subject, job.tenant, job.subject, "") for job in jobs])
        found: dict[str, AwardFinding] = {}
        for person in merged.values():
            found |= {each.id: each for each in findings.granted_twice(person.codes)}
        known = findings.get_many(found)
        findings.save_many([each for id, each in found.items() if id not in known])
        for job in jobs:
            uow.finish(job)


def close_award_finding(cmd: CloseAwardFinding, uow: UnitOfWork) -> AwardFindingView:
    """Somebody of the item's department, or a supervisor, says what was done about it."""
    findings = uow.of(AwardFindings)
    finding = findings.get(cmd.finding_id)
    if not may_see(finding, uow.actor):
        raise AwardFindingUnknown()
    if finding.version != cmd.expected_version:
        raise StaleVersion()
    finding.close(cmd.conclusion, by=uow.actor.id, at=uow.now)
    findings.save(finding)
    return finding.view()
