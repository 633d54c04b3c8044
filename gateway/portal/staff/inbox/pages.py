"""What asks for the duties of whoever is signed in, as holder or stand-in; what they have read others have not."""

from __future__ import annotations

from pydantic import Field

from contracts.calendars import PublishCalendar
from contracts.case_tasks import CountMyTasks, MyTasks
from contracts.drafting import GetDraft
from contracts.duties import DUTY_NAMES
from contracts.message import Id, Model
from contracts.notify import DutyMessageView, DutySubject, ListDutyMessages, MarkRead
from contracts.refusal import Refused
from gateway.access import Permitted
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.portal import INBOX, forget_unread, portal_of
from gateway.portal.shell.rendering import address

pages = Pages("staff")
A_PAGE = 30
DRAFT = "/department/drafts/{draft_id}"
"""Where a draft is read by those who are asked about it."""

TASK = "/department/tasks/{task_id}"
"""Where a task in another tenant's case is answered: a link as soon as there is such a page."""


class ReadDutyMessages(Model):
    """The messages of a page that the person has read: all that are shown, or one."""

    message_ids: tuple[Id, ...] = Field(min_length=1, max_length=A_PAGE)


@pages.show(INBOX, ListDutyMessages, template="inbox.html", without=("limit",))
async def list_duty_messages(door: Door, query: ListDutyMessages) -> Values:
    """Unread ones first, the newest leading; each leads to what it is about, where the person may see it."""
    found = await door.told(query.model_copy(update={"limit": A_PAGE}))
    return {
        "messages": found.items,
        "next_cursor": found.next_cursor,
        "cursor": query.cursor,
        "links": {each.message_id: _links(door, each) for each in found.items},
        "lists": {each.message_id: _list(door, each) for each in found.items},
        "duties": DUTY_NAMES,
        "mine": await _given_to_me(door),
    }


@pages.form(INBOX, ReadDutyMessages, Permitted(MarkRead), on=list_duty_messages)
async def mark_duty_messages_read(door: Door, said: ReadDutyMessages) -> str:
    """The person has read these; others who hold the duty have not."""
    key = door.key
    for at, message_id in enumerate(said.message_ids):
        # One form, but an order for each: an order's key is its own.
        door.key = f"{key}-{at}"
        await door.done(MarkRead(message_id=message_id))
    forget_unread(door)
    return address(INBOX, {"cursor": door.request.query_params.get("cursor")}, done="messages_read")


async def _given_to_me(door: Door) -> MyTasks | None:
    """What was given to the person alone, which no message to a duty says; None while nobody counts it."""
    if not may(door, CountMyTasks):
        return None
    try:
        return await door.told(CountMyTasks())
    except (BusError, Faulted, Refused):
        return None


def _links(door: Door, message: DutyMessageView) -> list[tuple[str, str | None]]:
    return [(subject.text, _link(door, subject)) for subject in message.subjects]


def _link(door: Door, subject: DutySubject) -> str | None:
    """Where a subject is looked at; None for whom there is no page of it."""
    roles = door.principal.actor.roles
    if subject.subject_type == "case":
        if roles & {"department", "bureau"}:
            return f"/department/cases/{subject.subject_id}"
        return f"/supervisor/cases/{subject.subject_id}" if "supervisor" in roles else None
    if subject.subject_type == "disbursement":
        return f"/bureau/payments/{subject.subject_id}" if roles & {"bureau", "finance"} else None
    if subject.subject_type == "draft":
        there = may(door, GetDraft) and portal_of(door.request).has_page(DRAFT)
        return DRAFT.format(draft_id=subject.subject_id) if there else None
    if subject.subject_type == "task":
        return TASK.format(task_id=subject.subject_id) if portal_of(door.request).has_page(TASK) else None
    if subject.subject_type == "credit_draw":
        return f"/department/credit-checks/{subject.subject_id}" if "department" in roles else None
    if subject.subject_type == "calendar":
        return "/platform/calendars" if may(door, PublishCalendar) else None
    return f"/items/{subject.subject_id}"


LISTS = {
    "case_to_review": ("department", "/department/cases"),
    "acceptance_to_do": ("department", "/department/cases"),
    "inspection_to_do": ("department", "/department/cases"),
    "approval_to_do": ("department", "/department/cases"),
    "supplement_answered": ("department", "/department/cases"),
    "objection_raised": ("department", "/department/cases"),
    "case_reassessed": ("department", "/department/cases"),
    "case_reopened": ("department", "/department/cases"),
    "finding_to_notify": ("department", "/department/integrity"),
    "finding_to_decide": ("department", "/department/integrity"),
    "record_request_made": ("department", "/department/integrity"),
    "record_request_overdue": ("department", "/department/integrity"),
    "review_due_unknown": ("department", "/department/cases"),
    "review_due_soon": ("department", "/department/cases"),
    "review_overdue": ("department", "/department/cases?overdue=yes"),
    "credit_checks_to_do": ("department", "/department/credit-checks"),
    "payment_to_release": ("bureau", "/bureau/payments"),
    "payment_held": ("finance", "/finance/held"),
    "payment_returned": ("bureau", "/bureau/payments?state=returned"),
    "payment_failed": ("bureau", "/bureau/payments?state=failed"),
    "payment_unknown": ("bureau", "/bureau/payments?state=unknown"),
    "payout_due_unknown": ("bureau", "/bureau/payments"),
    "payout_due_soon": ("bureau", "/bureau/payments"),
    "payout_overdue": ("bureau", "/bureau/payments?overdue=yes"),
}
"""Kind of message → for whom there is a list of all that it counts, and which."""


def _list(door: Door, message: DutyMessageView) -> str | None:
    role, where = LISTS.get(message.kind, ("", ""))
    return where if role in door.principal.actor.roles else None
