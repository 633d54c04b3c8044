"""Consents and looks on the bus."""

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
from services.catalog.consents import use_cases, views


class ConsentEntrypoints(Room):
    """Consents given and revoked; looks, each written down."""

    @command
    def give_consent(self, cmd: GiveConsent, uow: UnitOfWork) -> ConsentView:
        return use_cases.give_consent(cmd, uow)

    @command
    def revoke_consent(self, cmd: RevokeConsent, uow: UnitOfWork) -> ConsentView:
        return use_cases.revoke_consent(cmd, uow)

    @query
    def list_consents(self, query: ListConsents, reader: Reader) -> ConsentList:
        return views.list_consents(query, reader)

    @command
    def consult_label(self, cmd: ConsultLabel, uow: UnitOfWork) -> LabelReport:
        return use_cases.consult_label(cmd, uow)

    @command
    def reveal_contact(self, cmd: RevealContact, uow: UnitOfWork) -> DisclosureView:
        return use_cases.reveal_contact(cmd, uow)

    @query
    def read_contact(self, query: ReadContact, reader: Reader) -> RevealedContact:
        return views.read_contact(query, reader, self.frame.cipher)

    @query
    def list_disclosures(self, query: ListDisclosures, reader: Reader) -> DisclosurePage:
        return views.list_disclosures(query, reader)
