"""Checks of what was granted on credit, on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.credit_checks import (
    ConfirmCreditCheck,
    CreditCheckPage,
    CreditDrawPage,
    CreditDrawView,
    DrawCreditChecks,
    GetCreditDraw,
    ListCreditDraws,
    ListMyCreditChecks,
    ListPublishedDraws,
    PublishedDraws,
    RecordCreditCheck,
    RecuseChecker,
)
from services.review.credit_checks import use_cases, views


class CreditCheckEntrypoints(Room):
    """Who is drawn, what they find, and what everybody reads of it."""

    @command
    def draw_credit_checks(self, cmd: DrawCreditChecks, uow: UnitOfWork) -> CreditDrawView:
        return use_cases.draw_credit_checks(cmd, uow)

    @command
    def recuse_checker(self, cmd: RecuseChecker, uow: UnitOfWork) -> CreditDrawView:
        return use_cases.recuse_checker(cmd, uow)

    @command
    def record_credit_check(self, cmd: RecordCreditCheck, uow: UnitOfWork) -> CreditDrawView:
        return use_cases.record_credit_check(cmd, uow)

    @command
    def confirm_credit_check(self, cmd: ConfirmCreditCheck, uow: UnitOfWork) -> CreditDrawView:
        return use_cases.confirm_credit_check(cmd, uow)

    @query
    def get_credit_draw(self, query: GetCreditDraw, reader: Reader) -> CreditDrawView:
        return views.get_credit_draw(query, reader)

    @query
    def list_credit_draws(self, query: ListCreditDraws, reader: Reader) -> CreditDrawPage:
        return views.list_credit_draws(query, reader)

    @query
    def list_my_credit_checks(self, query: ListMyCreditChecks, reader: Reader) -> CreditCheckPage:
        return views.list_my_credit_checks(query, reader)

    @query
    def list_published_draws(self, query: ListPublishedDraws, reader: Reader) -> PublishedDraws:
        return views.list_published_draws(query, reader)
