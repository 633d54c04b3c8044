"""Codes that fail their own check, on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.code_admissions import (
    AdmitCode,
    AskCodeAdmission,
    CodeAdmissionPage,
    CodeAdmissionView,
    DeclineCodeAdmission,
    ListCodeAdmissions,
)
from services.catalog.code_admissions import use_cases, views


class CodeAdmissionEntrypoints(Room):
    """Credit codes that fail their own check and are real."""

    @command
    def ask_code_admission(self, cmd: AskCodeAdmission, uow: UnitOfWork) -> CodeAdmissionView:
        return use_cases.ask_code_admission(cmd, uow)

    @command
    def admit_code(self, cmd: AdmitCode, uow: UnitOfWork) -> CodeAdmissionView:
        return use_cases.admit_code(cmd, uow)

    @command
    def decline_code_admission(self, cmd: DeclineCodeAdmission, uow: UnitOfWork) -> CodeAdmissionView:
        return use_cases.decline_code_admission(cmd, uow)

    @query
    def list_code_admissions(self, query: ListCodeAdmissions, reader: Reader) -> CodeAdmissionPage:
        return views.list_code_admissions(query, reader)
