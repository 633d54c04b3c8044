"""Generated passwords: one file, its owner's alone, the same secret for whoever asks first or last."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from console.servers.credentials import Credentials


def test_a_secret_is_made_once_and_differs_from_every_other(tmp_path: Path) -> None:
    first = Credentials(tmp_path).secret("postgres:intake_app")
    assert Credentials(tmp_path).secret("postgres:intake_app") == first
    assert Credentials(tmp_path).secret("postgres:intake_owner") != first


def test_a_secret_can_stand_in_a_url_as_it_is(tmp_path: Path) -> None:
    secret = Credentials(tmp_path).secret("rabbitmq")
    assert secret.isalnum()
    assert len(secret) >= 32


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    Credentials(tmp_path).secret("rabbitmq")
    assert stat.S_IMODE((tmp_path / "credentials.json").stat().st_mode) == 0o600


def test_the_data_key_is_32_bytes(tmp_path: Path) -> None:
    assert len(base64.b64decode(Credentials(tmp_path).data_key())) == 32


def test_many_who_ask_at_once_get_one_answer(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: Credentials(tmp_path).secret("shared"), range(32)))
    assert len(answers) == 1
