"""A process opens what it is there to read, and nothing else."""

from __future__ import annotations

import pytest
from key_kit import key_environment, key_ring, key_text

from chassis.foundation.keyring import KeyRing
from chassis.foundation.secrecy import AesCipher, KeyUnusable, Unsealable
from chassis.foundation.settings import SettingMissing, Settings
from contracts.flow import ORDER
from contracts.keys import KEYS, keys_of, variable

ADDRESSES = {"DATABASE_URL": "d", "FRAME_DATABASE_URL": "f", "AMQP_URL": "a"}


def ring(service: str) -> KeyRing:
    return KeyRing.from_env(service, key_environment(service))


def test_an_account_that_the_catalogue_seals_is_opened_by_treasury_and_by_no_other() -> None:
    sealed = ring("catalog").seal("6222", purpose="payee_account", tenant="xingguo")
    assert ring("treasury").open(sealed, purpose="payee_account", tenant="xingguo") == "6222"
    for other in set(ORDER) - {"catalog", "treasury"}:
        with pytest.raises(Unsealable, match="payee_account"):
            ring(other).open(sealed, purpose="payee_account", tenant="xingguo")


def test_a_number_that_catalogue_or_gateway_seal_is_opened_by_notify() -> None:
    for sealer in ("catalog", "gateway"):
        sealed = ring(sealer).seal("13800138000", purpose="contact", tenant="xingguo")
        assert ring("notify").open(sealed, purpose="contact", tenant="xingguo") == "13800138000"
    with pytest.raises(Unsealable):
        ring("treasury").open(sealed, purpose="contact", tenant="xingguo")


def test_one_key_does_not_open_what_another_purpose_has_sealed() -> None:
    sealed = key_ring("CONTACTS").seal("13800138000", purpose="contact", tenant="xingguo")
    with pytest.raises(Unsealable):
        KeyRing({"CONTACTS": key_text("ACCOUNTS")}).open(sealed, purpose="contact", tenant="xingguo")


def test_nothing_is_sealed_or_signed_for_a_purpose_without_a_key() -> None:
    for use in (ring("notify").seal, ring("notify").hmac, ring("notify").hmacs):
        with pytest.raises(KeyUnusable, match="payee_account"):
            use("6222", purpose="payee_account", tenant="xingguo")


def test_what_was_sealed_under_the_one_key_of_all_goes_on_being_readable_and_new_seals_are_not_under_it() -> None:
    before = AesCipher.from_key(key_text("former")).seal("6222", purpose="payee_account", tenant="xingguo")
    environment = {**key_environment("treasury"), "ZHIDA_KEY_LEGACY": key_text("former")}
    now = KeyRing.from_env("treasury", environment)
    assert now.open(before, purpose="payee_account", tenant="xingguo") == "6222"
    again = now.seal("6222", purpose="payee_account", tenant="xingguo")
    assert ring("treasury").open(again, purpose="payee_account", tenant="xingguo") == "6222"
    with pytest.raises(Unsealable):
        ring("treasury").open(before, purpose="payee_account", tenant="xingguo")


def test_the_one_key_of_all_opens_nothing_for_a_process_that_has_no_key_for_the_purpose() -> None:
    before = AesCipher.from_key(key_text("former")).seal("6222", purpose="payee_account", tenant="xingguo")
    notify = KeyRing.from_env("notify", {**key_environment("notify"), "ZHIDA_KEY_LEGACY": key_text("former")})
    with pytest.raises(Unsealable):
        notify.open(before, purpose="payee_account", tenant="xingguo")


def test_while_a_key_is_changed_the_new_one_seals_and_both_open() -> None:
    old = KeyRing({"CONTACTS": key_text("old")})
    both = KeyRing({"CONTACTS": f"{key_text('new')},{key_text('old')}"})
    before = old.seal("13800138000", purpose="contact", tenant="t")
    after = both.seal("13800138000", purpose="contact", tenant="t")
    assert both.open(before, purpose="contact", tenant="t") == "13800138000"
    assert KeyRing({"CONTACTS": key_text("new")}).open(after, purpose="contact", tenant="t") == "13800138000"
    assert before.split(":")[1] != after.split(":")[1]


def test_a_digest_of_an_earlier_key_is_among_those_that_are_looked_for_and_the_new_one_is_first() -> None:
    old = KeyRing({"PERSONS": key_text("old")})
    both = KeyRing({"PERSONS": f"{key_text('new')},{key_text('old')}"})
    kept = old.hmac("id", purpose="resident_id", tenant="platform")
    looked_for = both.hmacs("id", purpose="resident_id", tenant="platform")
    assert looked_for == [both.hmac("id", purpose="resident_id", tenant="platform"), kept]
    assert both.verify("id", kept, purpose="resident_id", tenant="platform")


@pytest.mark.parametrize("service", ORDER)
def test_a_process_without_a_key_that_it_needs_says_so_and_does_not_start(service: str) -> None:
    for name in keys_of(service):
        without = {each: text for each, text in key_environment(service).items() if each != variable(name)}
        with pytest.raises(SettingMissing, match=f"缺少密钥 {variable(name)}"):
            Settings.from_env(service, {**ADDRESSES, **without})


@pytest.mark.parametrize("service", ORDER)
def test_a_process_with_a_key_of_others_says_so_and_does_not_start(service: str) -> None:
    Settings.from_env(service, {**ADDRESSES, **key_environment(service)})
    for name in set(KEYS) - set(keys_of(service)):
        with pytest.raises(SettingMissing, match=f"{variable(name)} 不归本进程使用"):
            Settings.from_env(service, {**ADDRESSES, **key_environment(service), variable(name): key_text(name)})


def test_the_one_key_of_all_under_its_old_name_is_refused_with_what_to_call_it() -> None:
    with pytest.raises(SettingMissing, match="改名为 ZHIDA_KEY_LEGACY"):
        Settings.from_env("notify", {**ADDRESSES, **key_environment("notify"), "ZHIDA_DATA_KEY": key_text("x")})


def test_one_key_under_two_names_is_refused() -> None:
    same = {**key_environment("notify"), "ZHIDA_KEY_RESULTS": key_text("CONTACTS")}
    with pytest.raises(SettingMissing, match="不得相同"):
        Settings.from_env("notify", {**ADDRESSES, **same})


def test_a_key_that_is_none_is_named() -> None:
    with pytest.raises(SettingMissing, match="ZHIDA_KEY_CONTACTS"):
        Settings.from_env("notify", {**ADDRESSES, **key_environment("notify"), "ZHIDA_KEY_CONTACTS": "c2hvcnQ="})
