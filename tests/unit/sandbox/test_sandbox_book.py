"""The durable book: what it promises before anything is put into it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.book import Book, NotOurBook

SCHEMA = "CREATE TABLE IF NOT EXISTS lines (text TEXT PRIMARY KEY) STRICT;"
OWNER = 7


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.sqlite"


@pytest.fixture
def book(path: Path) -> Iterator[Book]:
    book = Book(path, owner=OWNER, schema=SCHEMA)
    yield book
    book.close()


def note(text: str) -> Callable[[sqlite3.Connection], int]:
    return lambda connection: connection.execute("INSERT INTO lines VALUES (?)", (text,)).rowcount


def all_lines(connection: sqlite3.Connection) -> list[str]:
    return [row["text"] for row in connection.execute("SELECT text FROM lines ORDER BY rowid")]


def test_what_was_written_is_in_the_file_before_the_answer(book: Book, path: Path) -> None:
    book.write(note("first")).result()

    other = sqlite3.connect(path)
    try:
        assert other.execute("SELECT text FROM lines").fetchall() == [("first",)]
    finally:
        other.close()


def test_a_book_keeps_its_lines_when_it_is_closed_and_opened(book: Book, path: Path) -> None:
    book.write(note("kept")).result()
    book.close()

    again = Book(path, owner=OWNER, schema=SCHEMA)
    try:
        assert again.read(all_lines).result() == ["kept"]
    finally:
        again.close()


def test_commits_are_forced_to_the_disk(book: Book) -> None:
    assert book.write(lambda c: c.execute("PRAGMA synchronous").fetchone()[0]).result() == 2
    assert book.read(lambda c: c.execute("PRAGMA journal_mode").fetchone()[0]).result() == "wal"


@contextmanager
def one_commit(book: Book) -> Iterator[None]:
    """Whatever is handed in meanwhile waits behind one slow write, and then goes together."""
    began, gate = threading.Event(), threading.Event()

    def slow(connection: sqlite3.Connection) -> None:
        began.set()
        gate.wait(10)

    ahead = book.write(slow)
    assert began.wait(10)
    yield
    gate.set()
    ahead.result()


def test_one_failing_write_does_not_undo_its_neighbours_in_the_same_commit(book: Book) -> None:
    def half_done(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO lines VALUES ('half')")
        raise ValueError("changed my mind")

    with one_commit(book):
        writes = [book.write(note("a")), book.write(half_done), book.write(note("b"))]

    assert writes[0].result() == 1
    with pytest.raises(ValueError, match="changed my mind"):
        writes[1].result()
    assert writes[2].result() == 1
    assert book.read(all_lines).result() == ["a", "b"]


def test_when_the_commit_fails_nobody_is_told_that_it_was_kept(book: Book) -> None:
    with one_commit(book):
        # SQLite ends the transaction by itself when the disk is full; a ROLLBACK from inside is the same.
        writes = [book.write(note("lost")), book.write(lambda c: c.execute("ROLLBACK").rowcount)]

    for write in writes:
        with pytest.raises(sqlite3.Error):
            write.result()
    assert book.read(all_lines).result() == []
    assert book.write(note("later")).result() == 1, "the book goes on after a failed commit"


def test_a_full_disk_refuses_the_write_and_keeps_what_was_there(book: Book) -> None:
    book.write(note("kept")).result()
    book.write(lambda c: c.execute("PRAGMA max_page_count = 1").fetchone()).result()

    with pytest.raises(sqlite3.OperationalError, match="full"):
        book.write(note("x" * 100_000)).result()

    assert book.read(all_lines).result() == ["kept"]
    assert book.write(note("y")).result() == 1, "there is still room for little"


def test_a_reader_cannot_write(book: Book) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        book.read(note("smuggled")).result()


def test_another_programs_book_is_refused_and_left_as_it_is(book: Book, path: Path) -> None:
    book.write(note("ours")).result()
    book.close()
    before = path.read_bytes()

    with pytest.raises(NotOurBook):
        Book(path, owner=OWNER + 1, schema="CREATE TABLE other (x) STRICT;")

    assert path.read_bytes() == before


def test_a_file_that_is_no_book_is_refused(path: Path) -> None:
    path.write_text("dear diary, " * 1000)

    with pytest.raises(NotOurBook):
        Book(path, owner=OWNER, schema=SCHEMA)


def test_a_closed_book_takes_nothing_more(book: Book) -> None:
    book.close()

    with pytest.raises(RuntimeError, match="closed"):
        book.write(note("too late"))
