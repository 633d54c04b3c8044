"""Imports of enterprises on the bus."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from chassis.edge.entrypoints import Room, command, operation
from chassis.files.objects import Objects
from chassis.operations.work import ChunkedWork
from chassis.write.uow import UnitOfWork
from contracts.enterprise_imports import ImportEnterprises
from contracts.operations import OperationView
from contracts.rule.facts import FactType
from services.catalog.enterprises.admitted_codes import all_admitted
from services.catalog.imports import use_cases
from services.catalog.imports.exchange import ExchangeClient
from services.catalog.imports.lines import EnterpriseLine
from services.catalog.imports.vocabulary import vocabulary
from services.catalog.imports.work import EnterpriseImport


class ImportEntrypoints(Room):
    """Many enterprises at once."""

    @command
    def import_enterprises(self, cmd: ImportEnterprises, uow: UnitOfWork) -> OperationView:
        return use_cases.import_enterprises(cmd, uow)

    @operation(use_cases.KIND)
    def imported_enterprises(self) -> ChunkedWork[EnterpriseLine]:
        return EnterpriseImport(
            self.frame.cipher,
            Objects.from_env,
            ExchangeClient.from_env,
            self._vocabulary,
            self.frame.clock.now,
            self._admitted,
        )

    def _vocabulary(self, tenant: str) -> Mapping[str, FactType]:
        with self.frame.reader([tenant]) as reader:
            return vocabulary(reader)

    def _admitted(self, tenant: str) -> Collection[str]:
        with self.frame.reader([tenant]) as reader:
            return all_admitted(reader)
