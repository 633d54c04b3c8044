"""The notify service: its entrypoints, one line each."""

from chassis.edge.entrypoints import Port, Received, Room, UnitMaker, due, on, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseRegistered
from contracts.entitlements import EnterprisesMatched
from contracts.merges import EnterpriseMerged
from contracts.notify import ListMessages, MessagePage
from contracts.review import CaseApproved, CaseRejected
from contracts.treasury import DisbursementHeld, DisbursementReturned, DisbursementSettled
from copies import merged_enterprises
from services.notify import use_cases, views
from services.notify.sms import Sms, SmsClient
from services.notify.templates import Tellable


class NotifyEntrypoints(Room):
    """Who is told."""

    sms: Sms = Port(SmsClient.from_env)

    @query
    def list_messages(self, question: ListMessages, reader: Reader) -> MessagePage:
        return views.list_messages(question, reader)

    @on(EnterpriseRegistered)
    def enterprise_registered(self, events: list[Received[EnterpriseRegistered]], uow: UnitOfWork) -> None:
        use_cases.keep_contacts(events, uow)

    enterprises_merged = staticmethod(on(EnterpriseMerged)(merged_enterprises.keep_merges))

    @on(
        CaseApproved,
        CaseRejected,
        DisbursementHeld,
        DisbursementSettled,
        DisbursementReturned,
        tenants=use_cases.enterprises_tenant,
    )
    def tell_enterprises(self, events: list[Received[Tellable]], uow: UnitOfWork) -> None:
        use_cases.tell_enterprises(events, uow)

    @on(EnterprisesMatched)
    def enterprises_matched(self, events: list[Received[EnterprisesMatched]], uow: UnitOfWork) -> None:
        use_cases.tell_newly_entitled(events, uow)

    @due(use_cases.DELIVER_SMS, batch=20)
    def deliver_sms(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.deliver_sms(jobs, unit, self.sms, self.frame.cipher)
