"""Experts and panels on the bus."""

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.experts import ChangeExpert, ExpertPage, ExpertView, ListExperts, RegisterExpert, RetireExpert
from contracts.panels import (
    CasePanels,
    ConcludePanel,
    DrawPanel,
    GetMyPanel,
    ListMyPanels,
    ListPanels,
    PanelView,
    RecuseExpert,
    ScorePanel,
)
from services.review.panels import experts, use_cases, views


class PanelEntrypoints(Room):
    """Who is drawn, what they score, what it comes to."""

    @command
    def register_expert(self, cmd: RegisterExpert, uow: UnitOfWork) -> ExpertView:
        return experts.register_expert(cmd, uow)

    @command
    def change_expert(self, cmd: ChangeExpert, uow: UnitOfWork) -> ExpertView:
        return experts.change_expert(cmd, uow)

    @command
    def retire_expert(self, cmd: RetireExpert, uow: UnitOfWork) -> ExpertView:
        return experts.retire_expert(cmd, uow)

    @command
    def draw_panel(self, cmd: DrawPanel, uow: UnitOfWork) -> PanelView:
        return use_cases.draw_panel(cmd, uow)

    @command
    def recuse_expert(self, cmd: RecuseExpert, uow: UnitOfWork) -> PanelView:
        return use_cases.recuse_expert(cmd, uow)

    @command
    def score_panel(self, cmd: ScorePanel, uow: UnitOfWork) -> PanelView:
        return use_cases.score_panel(cmd, uow)

    @command
    def conclude_panel(self, cmd: ConcludePanel, uow: UnitOfWork) -> PanelView:
        return use_cases.conclude_panel(cmd, uow)

    @query
    def list_experts(self, query: ListExperts, reader: Reader) -> ExpertPage:
        return views.list_experts(query, reader)

    @query
    def list_panels(self, query: ListPanels, reader: Reader) -> CasePanels:
        return views.list_panels(query, reader)

    @query
    def list_my_panels(self, query: ListMyPanels, reader: Reader) -> CasePanels:
        return views.list_my_panels(query, reader)

    @query
    def get_my_panel(self, query: GetMyPanel, reader: Reader) -> PanelView:
        return views.get_my_panel(query, reader)

    @due(use_cases.PANEL_OPENED)
    def panel_opened(self, jobs: list[Job], unit: UnitMaker) -> None:
        """Nothing is drawn by itself: whoever draws answers for the day of it."""
        with unit(sorted({job.tenant for job in jobs})) as uow:
            for job in jobs:
                uow.finish(job)
