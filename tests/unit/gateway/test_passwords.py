"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import pytest

from gateway.identity.accounts.hashing import LANES, MEMORY_KIB, ROUNDS, Argon2Hashes
from gateway.identity.accounts.passwords import LONGEST, PasswordUnfit, check_password
from gateway.identity.digests import plain_login


def codes(password: str, *, login: str = "zhangsan", name: str = "张三丰") -> list[str]:
    try:
        check_password(password, login=login, name=name)
    except PasswordUnfit as error:
        return [reason.code for reason in error.reasons]
    return []


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "三个不相干的词语组成的一句话",
        "Gz8!kq2Lm#9x",
        "tiger-9-lamp-river",
        "8361 9274 5530 77",
        "x" * 3 + "many different words here" + "y" * 60,
    ],
)
def test_a_long_password_that_nobody_tries_first_is_taken(password: str) -> None:
    assert codes(password) == []


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short-9-lamp", []),
        ("short-9lamp", ["password_short"]),
        ("x7" * 70, ["password_long", "password_common"]),
        ("my zhangsan password", ["password_about_you"]),
        ("我就是张三丰本人没有错", ["password_short", "password_about_you"]),
        ("passwordpassword", ["password_common"]),
        ("Password2024!!", ["password_common"]),
        ("qwertyuiop123456", ["password_common"]),
        ("abcdefghijkl1234", ["password_common"]),
        ("123456789012345", ["password_common"]),
        ("111111111111aa", ["password_common"]),
        ("1qaz2wsx3edc4rfv", ["password_common"]),
        ("woaini5201314520", ["password_common"]),
        ("ab\0defgh-kilo-9-river", ["password_unstorable"]),
    ],
)
def test_a_password_that_is_short_common_or_about_its_owner_is_refused(password: str, code: list[str]) -> None:
    assert codes(password) == code


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert codes("zhangsan") == ["password_short", "password_about_you"]
    assert codes("") == ["password_short"]


def test_the_parameters_are_those_of_owasp() -> None:
    assert (MEMORY_KIB, ROUNDS, LANES) == (19_456, 2, 1)
    assert Argon2Hashes().made_of("correct horse battery").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


CHEAP = Argon2Hashes(memory_kib=64, rounds=1)


def test_a_password_fits_its_hash_and_no_other() -> None:
    kept = CHEAP.made_of("correct horse battery")
    assert CHEAP.fits(kept, "correct horse battery")
    assert not CHEAP.fits(kept, "correct horse batterz")
    assert CHEAP.made_of("correct horse battery") != kept
    assert not CHEAP.fits("no hash at all", "correct horse battery")
    assert not CHEAP.fits(None, "the account that is not there"), "nobody signs in where there is no account"


def test_it_is_the_same_password_however_a_keyboard_composes_it() -> None:
    assert CHEAP.fits(CHEAP.made_of("caf\u00e9 ｆull width words"), "cafe\u0301 full width words")


def test_it_is_the_same_login_in_wide_letters() -> None:
    assert plain_login("　Ｚｈａｎｇ.Ｓａｎ０１ ") == "zhang.san01"


def test_what_is_longer_than_any_password_costs_no_more() -> None:
    assert not CHEAP.fits(CHEAP.made_of("a" * LONGEST), "a" * 100_000)


def test_a_hash_of_other_parameters_is_to_be_made_anew() -> None:
    assert Argon2Hashes(memory_kib=128, rounds=1).outdated(CHEAP.made_of("correct horse battery"))
    assert not CHEAP.outdated(CHEAP.made_of("correct horse battery"))
