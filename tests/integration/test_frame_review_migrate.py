"""A migration under load: it waits for its turn, and nobody queues behind it meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from frame_kit import psycopg_url, up_to

from chassis.foundation import migrate as migration
from console.servers.provision import Dsns

WIDEN = """
from alembic import op

revision = "widen_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE job ADD COLUMN widened text")
"""


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    return service_database("gateway")


@pytest.fixture
def widening(dsns: Dsns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more history, to be applied to a database that has all the others."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_widen.py").write_text(WIDEN)
    histories = (("alembic_widening", tmp_path / "migrations"),)
    monkeypatch.setattr(migration, "histories", lambda _service: histories)


@pytest.mark.usefixtures("widening")
def test_a_migration_that_must_wait_for_a_table_does_not_make_others_wait_behind_it(dsns: Dsns) -> None:
    url = psycopg_url(dsns.owner)
    with psycopg.connect(url) as long_reader:
        long_reader.execute("SELECT count(*) FROM job")
        migrating = threading.Thread(target=migration.migrate, args=("gateway", dsns.owner))
        migrating.start()
        waits = []
        until = time.monotonic() + 6
        while time.monotonic() < until:
            began = time.monotonic()
            with psycopg.connect(url) as reader:
                reader.execute("SELECT count(*) FROM job")
            waits.append(time.monotonic() - began)
        assert migrating.is_alive()
        assert max(waits) < 4
        long_reader.rollback()
        migrating.join(30)
    assert not migrating.is_alive()
    with psycopg.connect(url) as reader:
        reader.execute("SELECT widened FROM job")


def test_a_migration_that_is_wrong_says_so_at_once(dsns: Dsns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_widen.py").write_text(WIDEN.replace("job", "no_such_table"))
    monkeypatch.setattr(migration, "histories", lambda _service: (("alembic_wrong", tmp_path / "migrations"),))
    with pytest.raises(Exception, match="no_such_table"):
        migration.migrate("gateway", dsns.owner)


def test_an_identity_database_of_the_first_version_learns_to_sign_people_in_at_one_question(
    empty_database: Callable[[str], Dsns],
) -> None:
    dsns = empty_database("gateway")
    up_to("gateway", "identity_0001", dsns)
    migration.migrate("gateway", dsns.owner)
    with psycopg.connect(psycopg_url(dsns.app)) as app:
        assert app.execute("SELECT * FROM credential_found('nobody has this', now())").fetchall() == []
