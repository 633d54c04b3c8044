"""How long payee accounts wait after the contact's number was changed. Pure.

Whoever has got hold of an enterprise's telephone would name an account next: for two working days the old number has
been told and can speak up before money goes anywhere else.
"""

from __future__ import annotations

from datetime import date, timedelta

from contracts.refusal import Conflict

WORKING_DAYS = 2
"""The day of the change is not counted (Civil Code, art. 201); the last one counts whole."""


class ContactChangedRecently(Conflict):
    """The enterprise's contact has a new number, and no account of the enterprise is confirmed yet."""

    code = "contact_changed_recently"
    sentence = "该企业的联系手机于 {changed} 变更，变更后两个工作日内不复核收款账户：{until}。"


def waits(changed_on: date, last_day: date, today: date) -> ContactChangedRecently | None:
    """Why accounts wait `today`, if they do; `last_day` is the second working day after the change."""
    if today > last_day:
        return None
    return ContactChangedRecently(changed=changed_on, until=f"自 {last_day + timedelta(days=1)} 起可以复核")


def waits_for_calendar(changed_on: date, year: int) -> ContactChangedRecently:
    """The same while nobody can say which days of `year` are worked: nothing is guessed."""
    return ContactChangedRecently(
        changed=changed_on, until=f"{year} 年的工作日安排尚未公布，公布后才能确定可以复核的日期"
    )
