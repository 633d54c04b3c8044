"""The freezing of decided cases, in time."""

from __future__ import annotations

from chassis.edge.entrypoints import Port, Room, UnitMaker, due
from chassis.files.objects import Objects
from chassis.time.jobs import Job
from services.review.archive import freezing
from services.review.serving.course import FREEZE


class CaseArchiveEntrypoints(Room):
    """A decided case is frozen once its notice is issued."""

    case_shelf: Objects = Port(Objects.from_env)

    @due(FREEZE)
    def freeze_cases(self, jobs: list[Job], unit: UnitMaker) -> None:
        freezing.freeze_cases(jobs, unit, self.case_shelf)
