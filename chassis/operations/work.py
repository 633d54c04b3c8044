"""Working off long work: chunk by chunk, each in one transaction together with its checkpoint.

A service says who reads the source and who takes a chunk:

    @operation("import_enterprises")
    def import_enterprises(self) -> ChunkedWork[EnterpriseLine]:
        return EnterpriseImport(self.frame.cipher, self.objects)

The source is read between transactions, one chunk ahead, and opened again at the checkpoint by whoever goes on: after
a kill, another replica does, when the lease of the job has run out. No line is done twice, because a chunk is committed
only while the checkpoint stands where the chunk begins, under the operation's row lock.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from chassis.edge.frame import Frame
from chassis.foundation.crash import crash_point
from chassis.foundation.database import is_infrastructure_fault
from chassis.observability.telemetry import get_logger
from chassis.operations.domain import Checkpoint, Operation
from chassis.operations.runs import Operations, job_kind
from chassis.time.jobs import Job
from chassis.time.scheduler import DueWork, heartbeat_of
from chassis.write.uow import UnitOfWork
from contracts.message import SYSTEM, Actor
from contracts.operations import LineResult
from contracts.refusal import Refused

log = get_logger(__name__)

TURN_SECONDS = 8.0
"""How long one operation works before others have their turn."""

MOST_STALLS = 12
"""How often in a row a source may be away before the operation fails (and waits for a person to resume it)."""

AT_ONCE = 3
"""Chunks that are being written at the same time: while the database works on one or two, we prepare the next. They
commit in their order."""

MOST_REASONS = 50
"""Told in the notice of an operation that failed: a heading can have a thousand columns."""

LONGEST_STALL = timedelta(minutes=5)
OPEN_SOURCES = 4
"""Sources that are kept open between turns."""


class SourceAway(Exception):
    """The source cannot be read just now (the network, a feed that stopped half-way): try again from the checkpoint.

    `code` and `notice` are shown to whoever looks at the operation; the notice is a Chinese sentence.
    """

    def __init__(self, code: str, notice: str) -> None:
        super().__init__(f"{code}: {notice}")
        self.code = code
        self.notice = notice


class Overtaken(Exception):
    """Another worker has gone on with the operation, or a person has ended it."""


class Numbered(Protocol):
    """A line of a source knows its number."""

    @property
    def line(self) -> int: ...


L = TypeVar("L", bound=Numbered)


@dataclass(frozen=True, slots=True)
class Chunk(Generic[L]):
    """Lines in the source's order, where the source goes on after them, and how many it has in all, if it says so."""

    lines: Sequence[L]
    checkpoint: Checkpoint
    total: int | None = None


class ChunkedWork(Protocol[L]):
    """What a service must know about one kind of long work."""

    def chunks(self, run: Operation) -> Iterator[Chunk[L]]:
        """The source from `run.checkpoint` on, in chunks of some hundred lines; called outside transactions.

        Raises SourceAway to be asked again later, and a refusal if the source cannot be taken at all.
        """

    def take(self, lines: Sequence[L], run: Operation, uow: UnitOfWork) -> Sequence[LineResult]:
        """Do these lines, set-wise; at least one result for each. A broken line is a result, not an exception."""

    def key(self, line: L) -> Hashable:
        """What the line locks: chunks that share a key are written one after the other."""


@runtime_checkable
class InPlaces(Protocol):
    """Work whose chunks are about other tenants beside the one that it belongs to."""

    def tenants(self, lines: Sequence[Any]) -> Collection[str]:
        """The tenants whose rows taking these lines reads and writes; its own always is one."""


class Ahead(Generic[L]):
    """The source's next chunk, read by a thread of its own while the one before is being written."""

    def __init__(self, position: Checkpoint | None, chunks: Iterator[Chunk[L]]) -> None:
        self.position = position
        self._read: queue.Queue[tuple[Chunk[L] | None, BaseException | None]] = queue.Queue(maxsize=1)
        self._closed = False
        self._thread = threading.Thread(target=self._run, args=(chunks,), name="read-ahead", daemon=True)
        self._thread.start()

    def next(self) -> Chunk[L] | None:
        """None at the end of the source. Raises what reading it raised."""
        chunk, error = self._read.get()
        if error is not None:
            raise error
        return chunk

    def close(self) -> None:
        """Read no further."""
        self._closed = True
        while self._thread.is_alive():
            try:
                self._read.get(timeout=0.05)
            except queue.Empty:
                continue

    def _run(self, chunks: Iterator[Chunk[L]]) -> None:
        try:
            for chunk in chunks:
                self._read.put((chunk, None))
                if self._closed:
                    break
            else:
                self._read.put((None, None))
        except BaseException as error:  # whatever it is belongs to whoever waits for the chunk
            self._read.put((None, error))
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()


UnitOf = Callable[[Sequence[str], str, Actor], UnitOfWork]
"""(tenants, action, actor) → a unit of work."""


class Worker(Generic[L]):
    """Handler of the due jobs of one kind of long work, taken one at a time."""

    def __init__(self, service: str, kind: str, work: ChunkedWork[L], unit: UnitOf) -> None:
        self._name = f"{service}.{kind}"
        self._kind = kind
        self._work = work
        self._unit = unit
        self._sources: OrderedDict[tuple[str, str], Ahead[L]] = OrderedDict()
        self._writers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix=f"work-{kind}")

    def __call__(self, jobs: list[Job]) -> None:
        for job in jobs:
            try:
                self._turn(job)
            except BaseException:
                self._drop(job)
                raise

    def _turn(self, job: Job) -> None:
        """Chunk after chunk until the turn is over, the work is, or its source is away."""
        run = self._standing(job)
        if run is None:
            return
        source = self._source(run)
        written: deque[Future[Operation]] = deque()
        ends = time.monotonic() + TURN_SECONDS
        end: Callable[[Operation], None] | None = None
        keys: deque[frozenset[Hashable]] = deque()
        try:
            while time.monotonic() < ends:
                chunk, end = self._read(job, source)
                if chunk is None:
                    break
                own = frozenset(map(self._work.key, chunk.lines))
                while written and (len(written) == AT_ONCE or any(own & others for others in keys)):
                    written.popleft().result()
                    keys.popleft()
                before, source.position = source.position, chunk.checkpoint
                written.append(
                    self._writers.submit(self._written, run, before, chunk, written[-1] if written else None)
                )
                keys.append(own)
            while written:
                run = written.popleft().result()
        except Overtaken:
            self._drop(job)
            return
        finally:
            wait(written)
        if end is None:
            self._again(job)
        else:
            self._drop(job)
            end(run)

    def _read(self, job: Job, source: Ahead[L]) -> tuple[Chunk[L] | None, Callable[[Operation], None] | None]:
        """The next chunk, or how the turn ends without one."""
        try:
            chunk = source.next()
        except SourceAway as away:
            return None, partial(self._stall, job, away)
        except Refused as refusal:
            return None, partial(self._end, job, _failing(refusal))
        except Exception as error:
            if is_infrastructure_fault(error):
                raise
            log.exception("the source cannot be read", work=self._name, operation=job.subject)
            failed = SourceAway("source_failed", "读取数据时发生系统错误，已记录，稍后自动重试。")
            return None, partial(self._stall, job, failed)
        return chunk, None if chunk else partial(self._end, job, lambda run, at: run.finish(at))

    def _standing(self, job: Job) -> Operation | None:
        """The operation, if there is anything left to do; else the job goes away."""
        with self._unit([job.tenant], self._kind, SYSTEM) as uow:
            run = uow.of(Operations).get(job.subject)
            if run.state != "running":
                uow.finish(job)
                return None
        return run

    def _again(self, job: Job) -> None:
        """Others have their turn; then it goes on."""
        with self._unit([job.tenant], self._kind, SYSTEM) as uow:
            uow.schedule(job.kind, job.subject, at=uow.now, tenant=job.tenant)

    def _written(
        self, seen: Operation, before: Checkpoint | None, chunk: Chunk[L], ahead: Future[Operation] | None
    ) -> Operation:
        """The operation after the chunk, which commits after the one `ahead` of it.

        Raises Overtaken if somebody else has gone on or ended it meanwhile; then nothing of the chunk is kept.
        """
        others = self._work.tenants(chunk.lines) if isinstance(self._work, InPlaces) else ()
        with self._unit([seen.tenant, *others], self._kind, seen.begun_by) as uow:
            # What a chunk reads it names by key. A plan made while there was little reads all of it, and is kept.
            uow.execute("SET LOCAL enable_seqscan = off")
            results = self._taken(chunk.lines, seen, uow)
            if ahead is not None:
                ahead.result()
            runs = uow.of(Operations)
            run = runs.get(seen.id)
            if run.state != "running" or run.checkpoint != before:
                raise Overtaken()
            runs.keep_results(run, results)
            run.advance(results, chunk.checkpoint, chunk.total)
            runs.save(run)
            crash_point(f"{self._name}.chunk.before_commit")
        crash_point(f"{self._name}.chunk.after_commit")
        return run

    def _taken(self, lines: Sequence[L], run: Operation, uow: UnitOfWork) -> list[LineResult]:
        """A chunk that fails is halved until the line is found that it fails for: that one alone is refused."""
        if not lines:
            return []
        try:
            with uow.savepoint():
                return list(self._work.take(lines, run, uow))
        except Refused as refusal:
            if len(lines) == 1:
                return [
                    LineResult(
                        line=lines[0].line,
                        column=reason.field,
                        outcome="refused",
                        code=reason.code,
                        message=reason.message,
                    )
                    for reason in refusal.reasons
                ]
        except Exception as error:
            if is_infrastructure_fault(error):
                raise
            if len(lines) == 1:
                log.exception("a line failed", work=self._name, operation=run.id, line=lines[0].line)
                sentence = "该行处理时发生系统错误，已记录，请联系技术支持。"
                return [LineResult(line=lines[0].line, outcome="refused", code="line_failed", message=sentence)]
        middle = len(lines) // 2
        return self._taken(lines[:middle], run, uow) + self._taken(lines[middle:], run, uow)

    def _stall(self, job: Job, away: SourceAway, seen: Operation) -> None:
        with self._unit([job.tenant], self._kind, SYSTEM) as uow:
            runs = uow.of(Operations)
            run = runs.get(seen.id)
            if run.state != "running" or run.checkpoint != seen.checkpoint:
                return
            run.stall(away.code, away.notice)
            if run.stalls > MOST_STALLS:
                run.fail(away.code, away.notice, uow.now)
                uow.finish(job)
            else:
                wait = min(timedelta(seconds=2 ** (run.stalls - 1)), LONGEST_STALL)
                uow.schedule(job.kind, job.subject, at=uow.now + wait, tenant=job.tenant)
            runs.save(run)
        log.info("the source is away", work=self._name, operation=seen.id, code=away.code, stalls=run.stalls)

    def _end(self, job: Job, end: Callable[[Operation, datetime], None], seen: Operation) -> None:
        with self._unit([job.tenant], self._kind, SYSTEM) as uow:
            runs = uow.of(Operations)
            run = runs.get(seen.id)
            if run.state == "running" and run.checkpoint == seen.checkpoint:
                end(run, uow.now)
                runs.save(run)
                uow.finish(job)

    def _source(self, run: Operation) -> Ahead[L]:
        """The source, open where the operation stands."""
        key = (run.tenant, run.id)
        known = self._sources.pop(key, None)
        if known is not None and known.position != run.checkpoint:
            known.close()
            known = None
        source = known or Ahead(run.checkpoint, self._work.chunks(run))
        self._sources[key] = source
        while len(self._sources) > OPEN_SOURCES:
            self._sources.popitem(last=False)[1].close()
        return source

    def _drop(self, job: Job) -> None:
        source = self._sources.pop((job.tenant, job.subject), None)
        if source is not None:
            source.close()


def _failing(refusal: Refused) -> Callable[[Operation, datetime], None]:
    sentence = "；".join(reason.message.rstrip("。") for reason in refusal.reasons[:MOST_REASONS])
    more = len(refusal.reasons) - MOST_REASONS
    end = f"；另有 {more} 处。" if more > 0 else "。"
    return lambda run, at: run.fail(refusal.code, f"{sentence}{end}", at)


def chunks_due(frame: Frame, kind: str, work: ChunkedWork[L]) -> DueWork:
    """What the timers are to call for long work of this kind."""

    heartbeat = heartbeat_of(job_kind(kind))

    def unit(tenants: Sequence[str], action: str, actor: Actor) -> UnitOfWork:
        heartbeat.beat()
        return frame.unit(tenants, action=action, actor=actor, engine=frame.event_engine)

    return DueWork(job_kind(kind), Worker(frame.service, kind, work, unit), 1, heartbeat)
