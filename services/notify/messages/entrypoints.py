"""Messages to enterprises on the bus."""

from typing import Any

from chassis.edge.entrypoints import Port, Received, Room, UnitMaker, command, due, on, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseContactChanged, EnterpriseRegistered
from contracts.entitlements import EnterprisesMatched
from contracts.integrity import PreviewFindingDecision, PreviewFindingNotice
from contracts.merges import EnterpriseMerged
from contracts.message_previews import MessagePreviews, PreviewNotAccepted, PreviewRejection, PreviewSupplement
from contracts.name_changes import EnterpriseRenamed
from contracts.notify import CountUnread, ListMessages, MarkMessageRead, MessagePage, MessageView, UnreadCount
from contracts.people import MandateEnded, MandateGranted
from copies import merged_enterprises
from services.notify.messages import contact_changes, name_changes, previews, reading, use_cases, views
from services.notify.messages.sms import Sms, SmsClient
from services.notify.messages.templates import TOLD_TO_BOTH_SIDES, TOLD_TO_ENTERPRISES, Tellable
from services.notify.staff.use_cases import tell_duties


class MessageEntrypoints(Room):
    """What enterprises are told, and how it reaches them."""

    sms: Sms = Port(SmsClient.from_env)

    @query
    def list_messages(self, question: ListMessages, reader: Reader) -> MessagePage:
        return views.list_messages(question, reader)

    @query
    def count_unread(self, question: CountUnread, reader: Reader) -> UnreadCount:
        return views.count_unread(question, reader)

    @command
    def mark_message_read(self, cmd: MarkMessageRead, uow: UnitOfWork) -> MessageView:
        return reading.mark_message_read(cmd, uow)

    @query
    def preview_rejection(self, question: PreviewRejection, reader: Reader) -> MessagePreviews:
        return previews.preview_rejection(question, reader)

    @query
    def preview_supplement(self, question: PreviewSupplement, reader: Reader) -> MessagePreviews:
        return previews.preview_supplement(question, reader)

    @query
    def preview_not_accepted(self, question: PreviewNotAccepted, reader: Reader) -> MessagePreviews:
        return previews.preview_not_accepted(question, reader)

    @query
    def preview_finding_notice(self, question: PreviewFindingNotice, reader: Reader) -> MessagePreviews:
        return previews.preview_finding_notice(question, reader)

    @query
    def preview_finding_decision(self, question: PreviewFindingDecision, reader: Reader) -> MessagePreviews:
        return previews.preview_finding_decision(question, reader)

    @on(EnterpriseRegistered)
    def enterprise_registered(self, events: list[Received[EnterpriseRegistered]], uow: UnitOfWork) -> None:
        use_cases.keep_contacts(events, uow)

    @on(EnterpriseContactChanged)
    def contacts_changed(self, events: list[Received[EnterpriseContactChanged]], uow: UnitOfWork) -> None:
        contact_changes.take_new_contacts(events, uow)

    @on(EnterpriseRenamed)
    def enterprises_renamed(self, events: list[Received[EnterpriseRenamed]], uow: UnitOfWork) -> None:
        name_changes.tell_renamed(events, uow)

    enterprises_merged = staticmethod(on(EnterpriseMerged)(merged_enterprises.keep_merges))

    @on(*TOLD_TO_ENTERPRISES, tenants=use_cases.enterprises_tenant)
    def tell_enterprises(self, events: list[Received[Tellable]], uow: UnitOfWork) -> None:
        use_cases.tell_enterprises(events, uow)

    @on(*TOLD_TO_BOTH_SIDES, tenants=use_cases.tenants_of_both)
    def tell_both_sides(self, events: list[Received[Any]], uow: UnitOfWork) -> None:
        use_cases.tell_enterprises(events, uow)
        tell_duties(events, uow)

    @on(MandateGranted)
    def mandates_granted(self, events: list[Received[MandateGranted]], uow: UnitOfWork) -> None:
        use_cases.tell_mandates_granted(events, uow)

    @on(MandateEnded)
    def mandates_ended(self, events: list[Received[MandateEnded]], uow: UnitOfWork) -> None:
        use_cases.tell_mandates_ended(events, uow)

    @on(EnterprisesMatched)
    def enterprises_matched(self, events: list[Received[EnterprisesMatched]], uow: UnitOfWork) -> None:
        use_cases.tell_newly_entitled(events, uow)

    @due(use_cases.DELIVER_SMS, batch=20)
    def deliver_sms(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.deliver_sms(jobs, unit, self.sms, self.frame.cipher)
