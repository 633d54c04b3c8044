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


def test_a_key_is_32_bytes_and_the_same_the_next_time(tmp_path: Path) -> None:
    keys = Credentials(tmp_path).keys("notify")
    assert set(keys) == {"ZHIDA_KEY_RESULTS", "ZHIDA_KEY_CONTACTS"}
    assert all(len(base64.b64decode(key)) == 32 for key in keys.values())
    assert Credentials(tmp_path).keys("notify") == keys


def test_a_key_is_the_same_for_those_who_share_it_and_anothers_for_nobody_else(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path)
    held = {name: credentials.keys(name) for name in ("gateway", "catalog", "notify", "treasury")}
    assert len({held[name]["ZHIDA_KEY_CONTACTS"] for name in ("gateway", "catalog", "notify")}) == 1
    assert held["catalog"]["ZHIDA_KEY_ACCOUNTS"] == held["treasury"]["ZHIDA_KEY_ACCOUNTS"]
    assert len({keys["ZHIDA_KEY_RESULTS"] for keys in held.values()}) == len(held)


def test_a_home_of_a_former_version_keeps_the_key_that_opens_what_was_sealed_there(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text('{"data_key": "b2xk"}')
    assert Credentials(tmp_path).keys("notify")["ZHIDA_KEY_LEGACY"] == "b2xk"
    assert "ZHIDA_KEY_LEGACY" not in Credentials(tmp_path / "new").keys("notify")


def test_many_who_ask_at_once_get_one_answer(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: Credentials(tmp_path).secret("shared"), range(32)))
    assert len(answers) == 1
