"""Checks go to departments' systems and come back: one function each for sending, calling off, and what is due."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.foundation.crash import crash_point
from chassis.foundation.secrecy import Cipher
from chassis.observability.metrics import CHECK_DISPATCHES
from chassis.observability.telemetry import get_logger, start_span
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.department_systems import CheckSaid
from contracts.message import Id, TenantId
from services.review.dispatches.answers import take_answer, take_back
from services.review.dispatches.department_system import DepartmentSystem, HeardOfCheck, SystemAt
from services.review.dispatches.domain import CheckAsked, Dispatch, dispatch_id
from services.review.dispatches.judging import Nonsense, judge
from services.review.dispatches.quiet import QuietSystems
from services.review.dispatches.store import SECRET, Dispatches, RegisteredSystems, SystemSecrets

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

log = get_logger(__name__)

ASK_SYSTEM = "ask_department_system"
"""The job of a dispatch that is not over: send it, or ask what has become of it. Its subject is the dispatch."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A dispatch that is not over, and where it goes; nowhere if its system is closed."""

    dispatch: Dispatch
    at: SystemAt | None


# -- what others ask for ----------------------------------------------------------------------------------


def dispatch_checks(asked: Sequence[CheckAsked], uow: UnitOfWork) -> frozenset[Id]:
    """Send these tasks to their departments' systems, as far as they have one; returns the tasks that go there.

    Nothing is sent within the transaction. A task that went before does not go again. The others are people's at once.
    """
    systems = uow.of(RegisteredSystems).open_of({(each.tenant, each.department_id) for each in asked})
    wanted = {
        dispatch_id(each.tenant, each.task_id): (each, systems[each.tenant, each.department_id])
        for each in asked
        if (each.tenant, each.department_id) in systems
    }
    store = uow.of(Dispatches)
    known = store.get_many(wanted)
    fresh = [
        Dispatch.begin(each, system.id, system.patience, uow.now)
        for id, (each, system) in wanted.items()
        if id not in known
    ]
    store.save_many(fresh)
    uow.schedule_many(ASK_SYSTEM, [(each.tenant, each.id, uow.now) for each in fresh])
    return frozenset(each.task_id for each, _ in wanted.values())


def call_off(tasks: Collection[tuple[TenantId, Id]], uow: UnitOfWork) -> None:
    """Nobody waits for the systems any more: a person has answered, or the case has ended. Nothing is said of it."""
    store = uow.of(Dispatches)
    found = store.get_many([dispatch_id(tenant, task) for tenant, task in tasks])
    waiting = [each for each in found.values() if not each.is_over()]
    for each in waiting:
        each.hand_back("called_off", uow.now)
        uow.unschedule(ASK_SYSTEM, each.id, tenant=each.tenant)
    store.save_many(waiting)


# -- what is due ------------------------------------------------------------------------------------------


def ask_systems(
    jobs: Sequence[Job], unit: UnitMaker, systems: DepartmentSystem, cipher: Cipher, quiet: QuietSystems
) -> None:
    """Send what is to be sent and ask about the rest. Systems are called between two transactions, never inside one."""
    for job in jobs:
        with unit([job.tenant]) as uow:
            errand = _errand(job, uow, cipher)
            if errand is None:
                uow.finish(job)
                continue
            system_id, now = errand.dispatch.system_id, uow.now
            until = quiet.until(system_id, now)
            if until is not None and now < errand.dispatch.give_up_at:
                uow.schedule(ASK_SYSTEM, job.subject, at=min(until, errand.dispatch.give_up_at), tenant=job.tenant)
                continue
        crash_point("review.dispatches.before_system")
        heard = _call(errand, systems)
        crash_point("review.dispatches.after_system")
        if heard:
            quiet.note(system_id, silent=heard[-1].standing == "silent", now=now)
        with unit([job.tenant]) as uow:
            over = _record(job, heard, uow)
        if over is not None:
            _count(over)


def _errand(job: Job, uow: UnitOfWork, cipher: Cipher) -> Errand | None:
    dispatch = uow.of(Dispatches).look_at([job.subject]).get(job.subject)
    if dispatch is None or dispatch.is_over():
        return None
    system = uow.of(RegisteredSystems).look_at([dispatch.system_id]).get(dispatch.system_id)
    sealed = uow.of(SystemSecrets).sealed([dispatch.system_id]).get(dispatch.system_id)
    if system is None or system.state != "open" or sealed is None:
        return Errand(dispatch, None)
    return Errand(dispatch, SystemAt(system.address, cipher.open(sealed, purpose=SECRET, tenant=job.tenant)))


def _call(errand: Errand, systems: DepartmentSystem) -> list[HeardOfCheck]:
    """What the system says; an answer is asked for once more: it counts only if the system stands by it."""
    dispatch, at = errand.dispatch, errand.at
    if at is None:
        return []
    with start_span("review.department_system", parent=dispatch.traceparent):
        heard = systems.ask(at, dispatch.id) if dispatch.state == "sent" else None
        if heard is None or heard.standing == "absent":
            heard = systems.send(at, dispatch.id, dispatch.question)
        if heard.words is None or heard.words.state != "answered":
            return [heard]
        return [heard, systems.ask(at, dispatch.id)]


def _record(job: Job, heard: Sequence[HeardOfCheck], uow: UnitOfWork) -> Dispatch | None:
    """Apply what was heard; returns the dispatch if it is over with that."""
    store = uow.of(Dispatches)
    dispatch = store.get_many([job.subject]).get(job.subject)
    if dispatch is None or dispatch.is_over():  # called off, or somebody else was quicker
        uow.finish(job)
        return None
    if not heard:
        take_back(dispatch, "closed", uow)
    else:
        dispatch.ask()
        _take(dispatch, heard, uow)
    if not dispatch.is_over() and uow.now >= dispatch.give_up_at:
        take_back(dispatch, "silent", uow)
    store.save(dispatch)
    if dispatch.is_over():
        uow.finish(job)
        return dispatch
    uow.schedule(ASK_SYSTEM, dispatch.id, at=dispatch.next_ask(uow.now), tenant=dispatch.tenant)
    return None


def _take(dispatch: Dispatch, heard: Sequence[HeardOfCheck], uow: UnitOfWork) -> None:
    """The first that is no answer to be relied on decides; an answer counts if all of them say it."""
    said: list[CheckSaid] = []
    for each in heard:
        if each.standing in ("silent", "absent"):
            return
        if each.standing == "refused":
            take_back(dispatch, "refused", uow, each.text)
            return
        judged = judge(each.words, dispatch, uow.now) if each.words is not None else Nonsense("答复无法识别或签名不符")
        if isinstance(judged, Nonsense):
            _nonsense(dispatch, judged.why, each.text, uow)
            return
        dispatch.be_taken(uow.now)
        if judged is not None:
            said.append(judged)
    if (said and len(said) < len(heard)) or len(set(said)) > 1:
        _nonsense(dispatch, "前后两次答复不一致", heard[-1].text, uow)
    elif said:
        take_answer(dispatch, said[0], uow)


def _nonsense(dispatch: Dispatch, why: str, text: str, uow: UnitOfWork) -> None:
    dispatch.keep_strange(text)
    take_back(dispatch, "nonsense", uow, why)
    log.warning("a department's system answered nonsense", dispatch=dispatch.id, system=dispatch.system_id, why=why)


def _count(over: Dispatch) -> None:
    outcome = over.said.answer if over.said is not None else over.fall_back
    CHECK_DISPATCHES.labels(outcome).inc()
