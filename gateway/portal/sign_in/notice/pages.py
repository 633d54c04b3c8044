"""The personal-data notice, in the version that is in force, before the first sign-in."""

from __future__ import annotations

from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway.access import PUBLIC
from gateway.door import Door
from gateway.identity.notices.text import PARAGRAPHS, TITLES, VERSION
from gateway.identity.sign_in import use_cases
from gateway.identity.sign_in.entrance import waiting_session
from gateway.portal.shell.language import language_of
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.portal import portal_of
from gateway.portal.sign_in.password.pages import ComeIn
from gateway.portal.sign_in.steps import proceed, wanted
from gateway.session_cookie import visit_of
from gateway.signing_in import signing_in_of

pages = Pages("sign_in")
UNNAMED = {"zh": "本网站主办单位", "en": "the organiser of this site"}
UNREACHABLE = {"zh": "惠企政策兑现窗口", "en": "the window for enterprises"}


class Acceptance(ComeIn):
    """`version` is that of the text that was read."""

    version: str
    accepted: Literal["true"]


@pages.show("/sign-in/notice", ComeIn, PUBLIC, template="notice.html", secret=True)
async def show_notice(door: Door, asked: ComeIn) -> Values:
    """How personal data are handled (个人信息处理告知书). Raises SessionOver."""
    entrance = signing_in_of(door.request).entrance
    session = await run_in_threadpool(waiting_session, entrance, visit_of(door.request), "notice")
    language = language_of(door.request)
    site = await portal_of(door.request).sites.of(session.account_tenant or session.issuer_tenant)
    names = {
        "operator": site.footer.organiser or site.name or UNNAMED[language],
        "contact": site.footer.hotline or UNREACHABLE[language],
    }
    return {
        "next": wanted(asked.next),
        "version": VERSION,
        "notice_title": TITLES[language],
        "paragraphs": [each.format(**names) for each in PARAGRAPHS[language]],
    }


@pages.form("/sign-in/notice", Acceptance, PUBLIC, on=show_notice)
async def accept_notice(door: Door, said: Acceptance) -> Response:
    """The notice has been read (同意)."""
    entrance = signing_in_of(door.request).entrance
    entered = await run_in_threadpool(use_cases.accept_notice, entrance, said.version, visit_of(door.request))
    return proceed(door.request, entered, said.next)
