"""What is kept and shown beside an enterprise's facts, on the bus: labels, consents, looks, materials."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.consents import (
    ConsentList,
    ConsentView,
    ConsultLabel,
    DisclosurePage,
    DisclosureView,
    GiveConsent,
    LabelReport,
    ListConsents,
    ListDisclosures,
    ReadContact,
    RevealContact,
    RevealedContact,
    RevokeConsent,
)
from contracts.labels import DefineLabel, LabelList, LabelRuleView, ListLabels
from contracts.materials import (
    KeepMaterial,
    ListExpiringMaterials,
    ListMaterials,
    MaterialList,
    MaterialPage,
    MaterialView,
    WithdrawMaterial,
)
from contracts.merges import ConfirmMerge, DeclineMerge, ListMerges, MergePage, MergeView, ProposeMerge
from services.catalog.enterprises import disclosing, label_rules, material_file, merging


class RecordEntrypoints(Room):
    """Labels defined, consents given, looks written down, materials kept."""

    @command
    def define_label(self, cmd: DefineLabel, uow: UnitOfWork) -> LabelRuleView:
        return label_rules.define_label(cmd, uow)

    @query
    def list_labels(self, query: ListLabels, reader: Reader) -> LabelList:
        return label_rules.list_labels(query, reader)

    @command
    def give_consent(self, cmd: GiveConsent, uow: UnitOfWork) -> ConsentView:
        return disclosing.give_consent(cmd, uow)

    @command
    def revoke_consent(self, cmd: RevokeConsent, uow: UnitOfWork) -> ConsentView:
        return disclosing.revoke_consent(cmd, uow)

    @query
    def list_consents(self, query: ListConsents, reader: Reader) -> ConsentList:
        return disclosing.list_consents(query, reader)

    @command
    def consult_label(self, cmd: ConsultLabel, uow: UnitOfWork) -> LabelReport:
        return disclosing.consult_label(cmd, uow)

    @command
    def reveal_contact(self, cmd: RevealContact, uow: UnitOfWork) -> DisclosureView:
        return disclosing.reveal_contact(cmd, uow)

    @query
    def read_contact(self, query: ReadContact, reader: Reader) -> RevealedContact:
        return disclosing.read_contact(query, reader, self.frame.cipher)

    @query
    def list_disclosures(self, query: ListDisclosures, reader: Reader) -> DisclosurePage:
        return disclosing.list_disclosures(query, reader)

    @command
    def keep_material(self, cmd: KeepMaterial, uow: UnitOfWork) -> MaterialView:
        return material_file.keep_material(cmd, uow)

    @command
    def withdraw_material(self, cmd: WithdrawMaterial, uow: UnitOfWork) -> MaterialView:
        return material_file.withdraw_material(cmd, uow)

    @query
    def list_materials(self, query: ListMaterials, reader: Reader) -> MaterialList:
        return material_file.list_materials(query, reader)

    @query
    def list_expiring_materials(self, query: ListExpiringMaterials, reader: Reader) -> MaterialPage:
        return material_file.list_expiring_materials(query, reader)

    @command
    def propose_merge(self, cmd: ProposeMerge, uow: UnitOfWork) -> MergeView:
        return merging.propose_merge(cmd, uow)

    @command
    def confirm_merge(self, cmd: ConfirmMerge, uow: UnitOfWork) -> MergeView:
        return merging.confirm_merge(cmd, uow)

    @command
    def decline_merge(self, cmd: DeclineMerge, uow: UnitOfWork) -> MergeView:
        return merging.decline_merge(cmd, uow)

    @query
    def list_merges(self, query: ListMerges, reader: Reader) -> MergePage:
        return merging.list_merges(query, reader)
