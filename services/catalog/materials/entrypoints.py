"""Materials on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.given_materials import MaterialFileAnswer, OpenKeptMaterial
from contracts.materials import (
    KeepMaterial,
    ListExpiringMaterials,
    ListMaterials,
    MaterialList,
    MaterialPage,
    MaterialView,
    WithdrawMaterial,
)
from services.catalog.materials import use_cases, views


class MaterialEntrypoints(Room):
    """Materials of enterprises, kept and listed."""

    @command
    def keep_material(self, cmd: KeepMaterial, uow: UnitOfWork) -> MaterialView:
        return use_cases.keep_material(cmd, uow)

    @command
    def withdraw_material(self, cmd: WithdrawMaterial, uow: UnitOfWork) -> MaterialView:
        return use_cases.withdraw_material(cmd, uow)

    @command
    def open_kept_material(self, cmd: OpenKeptMaterial, uow: UnitOfWork) -> MaterialFileAnswer:
        return use_cases.open_kept_material(cmd, uow)

    @query
    def list_materials(self, query: ListMaterials, reader: Reader) -> MaterialList:
        return views.list_materials(query, reader)

    @query
    def list_expiring_materials(self, query: ListExpiringMaterials, reader: Reader) -> MaterialPage:
        return views.list_expiring_materials(query, reader)
