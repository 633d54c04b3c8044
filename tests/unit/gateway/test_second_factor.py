"""Codes of the telephone and off the paper: of now or nearly now, and each once."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from chassis.testing.fakes import NOON
from gateway.identity.accounts.second_factor import (
    digests,
    enrolment_address,
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_code,
)
from gateway.identity.digests import digest_of

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of the test vectors in RFC 6238."""

NOW = int(NOON.timestamp()) // 30


def code(steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).generate_otp(NOW + steps)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_of_now_or_of_a_clock_that_is_a_little_off_is_taken(steps: int) -> None:
    assert matching_step(SECRET, code(steps), NOON, after=None) == NOW + steps
    assert matching_step(SECRET, f" {code(steps)[:3]} {code(steps)[3:]} ", NOON, after=None) == NOW + steps
    wide = "".join(chr(ord(each) + 0xFEE0) for each in code(steps))
    assert matching_step(SECRET, f"{wide[:3]}　{wide[3:]}", NOON, after=None) == NOW + steps


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "000000",
        "12345",
        "1234567",
        "一二三四五六",
        "".join(chr(ord(each) + 0x630) for each in code()),
        code(2),
        code(-2),
    ],
)
def test_any_other_is_not(typed: str) -> None:
    assert matching_step(SECRET, typed, NOON, after=None) is None


def test_no_code_counts_that_is_not_later_than_the_one_used_last() -> None:
    assert matching_step(SECRET, code(), NOON, after=NOW) is None
    assert matching_step(SECRET, code(-1), NOON, after=NOW) is None
    assert matching_step(SECRET, code(1), NOON, after=NOW) == NOW + 1
    later = NOON + timedelta(seconds=30)
    assert matching_step(SECRET, code(1), later, after=NOW) == NOW + 1


def test_secrets_are_160_bits_and_never_the_same() -> None:
    assert len(new_secret()) == 32
    assert new_secret() != new_secret()
    assert enrolment_address(SECRET, login="zhang", service="直达").startswith("otpauth://totp/")


def test_recovery_codes_are_found_however_they_are_typed() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    plain = recovery_code(codes[0])
    assert plain is not None
    assert len(plain) == 16
    assert recovery_code(codes[0].lower().replace("-", "  ")) == plain
    assert recovery_code("OIL0-1111-2222-3333") == "0110111122223333"
    assert recovery_code("ＯIL0－１１１１-ａaaa-3333") == "01101111AAAA3333"
    assert recovery_code("123456") is None
    assert recovery_code("٠١١٠١١١١٢٢٢٢٣٣٣٣") is None
    assert recovery_code("一二三四一二三四一二三四一二三四") is None
    assert digests(codes, digest_of)[0] == digest_of(plain)
