"""A durable book in one SQLite file: what was answered is on the disk, whatever is killed next.

One thread writes. Whatever waits while a commit is being forced to the disk goes together into the
next one (a group commit), so the cost of a forced write is shared and no answer precedes its commit.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]

GROUP_LIMIT = 256
READERS = 2
LOCK_WAIT_SECONDS = 5.0


class NotOurBook(Exception):
    """The file is damaged, or is some other program's book; it is left as it was found."""


class Book:
    """The book at `path`, created with `schema` if it is new.

    `owner` marks the file as one program's (SQLite's application id, 1 to 2**31 - 1). Raises
    NotOurBook if the file carries another mark, is no SQLite file, or fails SQLite's own check.
    """

    def __init__(self, path: Path, *, owner: int, schema: str) -> None:
        self._path = path
        self._jobs: SimpleQueue[tuple[Work[Any], Future[Any]] | None] = SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._reader_connections: list[sqlite3.Connection] = []
        self._own_reader = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer_connection = self._connect()
        try:
            _claim(self._writer_connection, path, owner, schema)
        except BaseException:
            self._writer_connection.close()
            raise
        self._readers = ThreadPoolExecutor(READERS, "book-reader", initializer=self._open_reader)
        self._writer = threading.Thread(target=self._write_until_closed, name="book-writer", daemon=True)
        self._writer.start()

    def write(self, work: Work[Result]) -> Future[Result]:
        """Run `work` inside a transaction; the future is resolved only after the commit.

        If `work` raises, its own changes alone are undone and the future carries the error; if the
        commit fails, every piece of work in it is undone and each future carries the error.
        """
        future: Future[Result] = Future()
        with self._door:
            if self._closed:
                raise RuntimeError("the book is closed")
            self._jobs.put((work, future))
        return future

    def read(self, query: Work[Result]) -> Future[Result]:
        """Run `query` on one consistent state of the book: every commit answered before is in it."""
        return self._readers.submit(self._read, query)

    @property
    def is_writable(self) -> bool:
        """Whether the writing thread is alive."""
        return self._writer.is_alive()

    def close(self) -> None:
        """Finish what was handed in, then let go of the file. Closing twice is harmless."""
        with self._door:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._writer.join()
        self._readers.shutdown()
        for connection in self._reader_connections:
            connection.close()
        self._writer_connection.close()

    def _connect(self) -> sqlite3.Connection:
        # Connections are opened in one thread and closed in another; each is *used* by one thread only.
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, timeout=LOCK_WAIT_SECONDS
        )
        connection.row_factory = sqlite3.Row
        return connection

    def _open_reader(self) -> None:
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        self._own_reader.connection = connection
        self._reader_connections.append(connection)

    def _read(self, query: Work[Result]) -> Result:
        connection: sqlite3.Connection = self._own_reader.connection
        connection.execute("BEGIN")
        try:
            return query(connection)
        finally:
            connection.execute("ROLLBACK")

    def _write_until_closed(self) -> None:
        while (job := self._jobs.get()) is not None:
            group, last = self._what_waits_with(job)
            self._commit_together(group)
            if last:
                return

    def _what_waits_with(self, job: tuple[Work[Any], Future[Any]]) -> tuple[list[tuple[Work[Any], Future[Any]]], bool]:
        """`job` and those that wait behind it, and whether the book closes after them."""
        group = [job]
        while len(group) < GROUP_LIMIT:
            try:
                waiting = self._jobs.get_nowait()
            except Empty:
                break
            if waiting is None:
                return group, True
            group.append(waiting)
        return group, False

    def _commit_together(self, group: list[tuple[Work[Any], Future[Any]]]) -> None:
        connection = self._writer_connection
        wanted = [(work, future) for work, future in group if future.set_running_or_notify_cancel()]
        answers: list[tuple[Future[Any], Any, Exception | None]] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for work, future in wanted:
                answers.append((future, *_attempt(connection, work)))
            connection.execute("COMMIT")
        except Exception as fault:  # the whole transaction is lost: nobody may hear that it was kept
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            for _, future in wanted:
                future.set_exception(fault)
            return
        for future, result, error in answers:
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)


def _attempt(connection: sqlite3.Connection, work: Work[Any]) -> tuple[Any, Exception | None]:
    """What `work` returned, or what it raised after its own changes were undone."""
    connection.execute("SAVEPOINT work")
    try:
        result = work(connection)
    except Exception as error:
        # A full disk makes SQLite roll the whole transaction back by itself, savepoint included;
        # going on would commit the neighbours one by one, outside any transaction of ours.
        if not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO work")
        connection.execute("RELEASE work")
        return None, error
    connection.execute("RELEASE work")
    return result, None


def _claim(connection: sqlite3.Connection, path: Path, owner: int, schema: str) -> None:
    """Check that the file is sound and ours, make it durable, and create what is missing in it."""
    try:
        mark = connection.execute("PRAGMA application_id").fetchone()[0]
        is_new = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        check = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise NotOurBook(f"账本 {path} 无法读取 / the book cannot be read: {error}") from error
    if check != "ok":
        raise NotOurBook(f"账本 {path} 已损坏 / the book is damaged: {check}")
    if mark != owner and not (is_new and mark == 0):
        raise NotOurBook(f"{path} 不是本程序的账本 / this is not this program's book")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # WAL alone may lose the last commits at a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")  # else REPLACE deletes past a delete trigger
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    level = connection.execute("PRAGMA synchronous").fetchone()[0]
    if (mode, level) != ("wal", 2):
        raise NotOurBook(f"账本 {path} 无法保证落盘 / durability cannot be had here: {mode}, {level}")
    # One script, one transaction: killed half-way, it leaves a new file rather than half a book.
    connection.executescript(f"BEGIN IMMEDIATE;\n{schema}\nPRAGMA application_id = {owner};\nCOMMIT;")
