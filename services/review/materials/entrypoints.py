"""The material check on the bus."""

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.given_materials import CaseMaterialList, ListCaseMaterials, MaterialFileAnswer, OpenMaterial
from contracts.review import CaseView, ConfirmMaterials
from services.review.materials import reading, use_cases


class MaterialCheckEntrypoints(Room):
    """Departments look at materials."""

    @command
    def confirm_materials(self, cmd: ConfirmMaterials, uow: UnitOfWork) -> CaseView:
        return use_cases.confirm_materials(cmd, uow)

    @command
    def open_material(self, cmd: OpenMaterial, uow: UnitOfWork) -> MaterialFileAnswer:
        return reading.open_material(cmd, uow)

    @query
    def list_case_materials(self, question: ListCaseMaterials, reader: Reader) -> CaseMaterialList:
        return reading.list_case_materials(question, reader)

    @due(use_cases.PROVISIONAL)
    def provisional_material(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit(sorted({job.tenant for job in jobs})) as uow:
            use_cases.look_at_provisional(jobs, uow)
