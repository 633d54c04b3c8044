"""What the catalogue does with drafts when it is told to, and when the last day for answers has passed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from chassis.time.clock import CHINA
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.authoring import FieldDifference
from contracts.drafting import (
    AnswerConsultation,
    DiscardDraft,
    DraftCommand,
    DraftPolicyItem,
    DraftView,
    EditDraft,
    OpenConsultation,
    PublishDraft,
    RecallConsultation,
)
from contracts.item import PolicyItemContent
from contracts.policies import PolicyItemView
from contracts.refusal import Reason, StaleVersion
from rules import sentences
from services.catalog.drafts.domain import Draft, DraftNotReady, DraftOutdated
from services.catalog.drafts.parties import whom_to_ask
from services.catalog.drafts.store import Drafts
from services.catalog.policies import use_cases
from services.catalog.policies.differences import differences
from services.catalog.policies.domain import refuse_other_department
from services.catalog.policies.guides import agreement, followed, left_to_the_rules
from services.catalog.policies.store import Changes, PolicyItems
from services.catalog.policies.texts import examine

CONSULTATION_DEADLINE = "consultation_deadline"


def draft_policy_item(cmd: DraftPolicyItem, uow: UnitOfWork) -> DraftView:
    """Begin a draft; of a next version, with the present one as its text unless another is given.

    What the present one's guide says from its rules is left to the rules in the draft.
    """
    revises, content = None, cmd.content
    if cmd.item_id is not None:
        item = uow.of(PolicyItems).own(cmd.item_id, tenant=uow.tenant)
        item.refuse_other_department(uow.actor)
        revises = (item.id, item.item_version)
        content = content if content is not None else left_to_the_rules(item.content)
    draft = Draft.begin(content or {}, id=uow.new_id(), tenant=uow.tenant, by=uow.actor, at=uow.now, revises=revises)
    return _saved(draft, "drafted", "", uow)


def edit_draft(cmd: EditDraft, uow: UnitOfWork) -> DraftView:
    """Another text, with what reads differently as far as both can be read."""
    draft = _to_change(cmd, uow)
    before = _readable(draft, uow)
    action = draft.edit(cmd.content, at=uow.now)
    after = _readable(draft, uow)
    differing = differences(before, after) if before is not None and after is not None else ()
    return _saved(draft, action, cmd.reason, uow, differing)


def open_consultation(cmd: OpenConsultation, uow: UnitOfWork) -> DraftView:
    """Ask the three parties; on the day after the last one whoever has not answered is recorded as silent."""
    draft = _to_change(cmd, uow)
    problems, _ = examine(draft.content, uow, uow.tenant, _today(uow))
    parties = whom_to_ask(cmd.parties, uow)
    action = draft.open_consultation(parties, cmd.until, problems, at=uow.now, today=_today(uow))
    uow.schedule(CONSULTATION_DEADLINE, draft.id, at=_day_after(cmd.until), tenant=draft.tenant)
    asked = "、".join(each.department for each in cmd.parties)
    return _saved(draft, action, f"征求 {asked} 意见，截止 {cmd.until}", uow)


def answer_consultation(cmd: AnswerConsultation, uow: UnitOfWork) -> DraftView:
    """One party's answer."""
    draft = uow.of(Drafts).get(cmd.draft_id)
    action = draft.answer(cmd.answer, cmd.opinion, by=uow.actor, at=uow.now)
    if draft.stage == "consulted":
        uow.unschedule(CONSULTATION_DEADLINE, draft.id, tenant=draft.tenant)
    return _saved(draft, action, cmd.opinion, uow)


def recall_consultation(cmd: RecallConsultation, uow: UnitOfWork) -> DraftView:
    """Ask no longer."""
    draft = _to_change(cmd, uow)
    action = draft.recall(at=uow.now)
    uow.unschedule(CONSULTATION_DEADLINE, draft.id, tenant=draft.tenant)
    return _saved(draft, action, cmd.reason, uow)


def discard_draft(cmd: DiscardDraft, uow: UnitOfWork) -> DraftView:
    """Give it up."""
    draft = _to_change(cmd, uow)
    return _saved(draft, draft.discard(), cmd.reason, uow)


def publish_draft(cmd: PublishDraft, uow: UnitOfWork) -> PolicyItemView:
    """The draft becomes version 1 of an item, or the next version of the one that it was begun from.

    Raises DraftNotReady, ConsultationMissing, ConsultationOpposes, DraftOutdated, or what publishing raises.
    """
    draft = _to_change(cmd, uow)
    ground = draft.ground(cmd.ground, cmd.responses)
    content = _readable(draft, uow)
    if content is None:
        problems, _ = examine(draft.content, uow, uow.tenant, _today(uow))
        raise DraftNotReady(
            *(Reason(code=e.code, message=e.text, field=f"content{e.where.replace('/', '.')}") for e in problems)
        )
    if draft.item_id is None:
        item = use_cases.publish(content, ground, uow, guide_confirmed=cmd.guide_confirmed)
    else:
        item = uow.of(PolicyItems).own(draft.item_id, tenant=uow.tenant)
        if item.item_version != draft.base_version:
            raise DraftOutdated(version=item.item_version, base=draft.base_version)
        use_cases.revise(item, content, ground, cmd.reason, uow, guide_confirmed=cmd.guide_confirmed)
    _saved(draft, draft.published_as(item.id), cmd.reason, uow)
    return item.view()


def close_consultations(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """What `consultation_deadline` jobs that have come due ask for: silence is recorded as such."""
    drafts = uow.of(Drafts).get_many([job.subject for job in jobs])
    today = _today(uow)
    for job in jobs:
        uow.finish(job)
        draft = drafts.get(job.subject)
        if draft is not None and draft.close_consultation(at=uow.now, today=today):
            silent = [each.department for each in draft.round.answers if each.answer == "silent"]
            _keep(draft, "consultation_closed", f"截止日已过，未反馈：{'、'.join(silent)}", uow)


def _to_change(cmd: DraftCommand, uow: UnitOfWork) -> Draft:
    """The draft, locked. Whose it is is checked before its version: nobody learns of a stranger's draft."""
    draft = uow.of(Drafts).get(cmd.draft_id)
    refuse_other_department(uow.actor, draft.department, draft.department_id)
    if draft.version != cmd.expected_version:
        raise StaleVersion()
    return draft


def _saved(
    draft: Draft, action: str, reason: str, uow: UnitOfWork, differing: Sequence[FieldDifference] = ()
) -> DraftView:
    _keep(draft, action, reason, uow, differing)
    problems, content = examine(draft.content, uow, draft.tenant, _today(uow))
    draft.problems = tuple(problems)
    if content is None:
        return draft.view({})
    return draft.view(sentences(content.rules).model_dump(), agreement(content, followed(draft.content)))


def _keep(draft: Draft, action: str, reason: str, uow: UnitOfWork, differing: Sequence[FieldDifference] = ()) -> None:
    uow.of(Drafts).save(draft)
    uow.of(Changes).add("draft", draft, action, reason=reason, item_id=draft.item_id, differences=differing)


def _readable(draft: Draft, uow: UnitOfWork) -> PolicyItemContent | None:
    _problems, content = examine(draft.content, uow, draft.tenant, _today(uow))
    return content


def _today(uow: UnitOfWork) -> date:
    return uow.now.astimezone(CHINA).date()


def _day_after(day: date) -> datetime:
    """The first instant in China at which `day` is over."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA)
