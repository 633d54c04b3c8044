"""The identity provider of the sandbox as a program of its own."""

from __future__ import annotations

from pathlib import Path

from chassis.testing.waiting import eventually
from sandbox.testing import RunningProgram

SECRET = "the-secret-of-the-province"
RESIDENT_ID = "36010219900101001X"


def test_the_provider_keeps_its_keys_and_people_when_it_is_started_again(tmp_path: Path) -> None:
    with RunningProgram("sandbox.identity_provider", tmp_path / "book.sqlite") as running:
        running.client.put("/control/people/a", json={"name": "甲"}).raise_for_status()
        before = running.client.get("/jwks").json()
        running.kill()
        running.restart()
        eventually(lambda: running.client.get("/healthz").status_code == 200)
        assert running.client.get("/jwks").json() == before
