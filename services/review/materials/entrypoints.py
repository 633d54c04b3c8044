"""The material check on the bus."""

from chassis.edge.entrypoints import Room, UnitMaker, command, due
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.review import CaseView, ConfirmMaterials
from services.review.materials import use_cases


class MaterialCheckEntrypoints(Room):
    """Departments look at materials."""

    @command
    def confirm_materials(self, cmd: ConfirmMaterials, uow: UnitOfWork) -> CaseView:
        return use_cases.confirm_materials(cmd, uow)

    @due(use_cases.PROVISIONAL)
    def provisional_material(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit(sorted({job.tenant for job in jobs})) as uow:
            use_cases.look_at_provisional(jobs, uow)
