"""Credit codes that fail their own check (校验不符的代码): asked for with the paper that was seen, admitted by another."""

from __future__ import annotations

from contracts.code_admissions import AdmitCode, AskCodeAdmission, DeclineCodeAdmission, ListCodeAdmissions
from gateway.access import Only
from gateway.door import Door
from gateway.portal.platform.today import today
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.staff.names import names_of

pages = Pages("window")
COUNTER = Only("window", "bureau")
HERE = "/window/code-admissions"
PAGE = 20


@pages.show(HERE, ListCodeAdmissions, COUNTER, template="admissions.html", nav=("window.nav.code_admissions", 21))
async def show_code_admissions(door: Door, query: ListCodeAdmissions) -> Values:
    """The codes that were asked for, the newest first, and the form for another one."""
    found = await door.told(query.model_copy(update={"limit": PAGE}))
    people = [each for item in found.items for each in (item.asked_by, item.decided_by)]
    return {
        "admissions": found.items,
        "next_cursor": found.next_cursor,
        "now": query.cursor,
        "code": door.request.query_params.get("uscc", "")[:32],
        "names": await names_of(door, people),
        "me": door.principal.actor.id,
        "today": today(door),
        "may_admit": may(door, AdmitCode, "asked"),
    }


@pages.form(HERE, AskCodeAdmission, on=show_code_admissions)
async def ask_code_admission(door: Door, command: AskCodeAdmission) -> str:
    """Ask that a code be admitted which stands so on the paper that was seen (申请核准代码)."""
    # A page uploads nothing: what names a picture here was not put there by it.
    evidence = command.evidence.model_copy(update={"sha256": None})
    await door.done(command.model_copy(update={"evidence": evidence}))
    return f"{HERE}?done=code_asked"


@pages.form(f"{HERE}/{{admission_id}}/admit", AdmitCode, on=show_code_admissions, versioned=True)
async def admit_code(door: Door, command: AdmitCode) -> str:
    """Admit the code as a second person who has seen the paper (复核核准)."""
    await door.done(command)
    return f"{HERE}?done=code_admitted"


@pages.form(f"{HERE}/{{admission_id}}/decline", DeclineCodeAdmission, on=show_code_admissions)
async def decline_code_admission(door: Door, command: DeclineCodeAdmission) -> str:
    """Say no, for a reason (不予核准)."""
    await door.done(command)
    return f"{HERE}?done=code_declined"
