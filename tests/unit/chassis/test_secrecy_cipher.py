"""What is sealed opens only for whom it was sealed, and what is masked does not give itself away."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.foundation.secrecy import AesCipher, KeyUnusable, Unsealable, mask_account, mask_name, mask_phone

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
CIPHER = AesCipher([OLD])


def key_text(*keys: bytes) -> str:
    return ",".join(base64.b64encode(key).decode() for key in keys)


def sealed(text: str = "6222021234561234") -> str:
    return CIPHER.seal(text, purpose="payee_account", tenant="zhanggong")


@given(st.text(), st.text(), st.text())
def test_what_is_sealed_opens_for_the_same_purpose_and_tenant(text: str, purpose: str, tenant: str) -> None:
    assert CIPHER.open(CIPHER.seal(text, purpose=purpose, tenant=tenant), purpose=purpose, tenant=tenant) == text


@pytest.mark.parametrize(("purpose", "tenant"), [("phone", "zhanggong"), ("payee_account", "xingguo")])
def test_what_is_sealed_does_not_open_for_another_purpose_or_tenant(purpose: str, tenant: str) -> None:
    with pytest.raises(Unsealable):
        CIPHER.open(sealed(), purpose=purpose, tenant=tenant)


def test_purpose_and_tenant_cannot_be_read_as_one_another() -> None:
    text = CIPHER.seal("x", purpose="ab", tenant="c")
    with pytest.raises(Unsealable):
        CIPHER.open(text, purpose="a", tenant="bc")


def test_any_changed_character_makes_it_unsealable() -> None:
    text = sealed()
    for position in range(len(text)):
        changed = text[:position] + ("A" if text[position] != "A" else "B") + text[position + 1 :]
        with pytest.raises(Unsealable):
            CIPHER.open(changed, purpose="payee_account", tenant="zhanggong")


@pytest.mark.parametrize(
    "text",
    ["", "v1", "v1:", "v1::", "6222021234561234", "v1:00000000:AAAA", sealed()[:-8], "v1:é:é"],
    ids=["empty", "v1", "v1-colon", "two-colons", "plain", "unknown-key", "cut-short", "not-ascii"],
)
def test_what_was_never_sealed_here_is_unsealable(text: str) -> None:
    with pytest.raises(Unsealable):
        CIPHER.open(text, purpose="payee_account", tenant="zhanggong")


def test_the_same_text_is_sealed_differently_each_time_and_shows_nothing_of_itself() -> None:
    assert sealed() != sealed()
    assert "6222" not in base64.urlsafe_b64decode(sealed().split(":")[2]).decode("latin-1")


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens() -> None:
    rotated = AesCipher.from_key(key_text(NEW, OLD))
    assert rotated.open(sealed("旧"), purpose="payee_account", tenant="zhanggong") == "旧"
    fresh = rotated.seal("新", purpose="payee_account", tenant="zhanggong")
    assert AesCipher([NEW]).open(fresh, purpose="payee_account", tenant="zhanggong") == "新"
    with pytest.raises(Unsealable, match="the key is not here"):
        CIPHER.open(fresh, purpose="payee_account", tenant="zhanggong")


def test_a_signature_is_the_same_each_time_and_holds_for_its_text_purpose_and_tenant_only() -> None:
    signature = CIPHER.hmac("91360702MA35", purpose="receipt", tenant="zhanggong")
    assert signature == CIPHER.hmac("91360702MA35", purpose="receipt", tenant="zhanggong")
    assert CIPHER.verify("91360702MA35", signature, purpose="receipt", tenant="zhanggong")
    assert not CIPHER.verify("91360702MA36", signature, purpose="receipt", tenant="zhanggong")
    assert not CIPHER.verify("91360702MA35", signature, purpose="cursor", tenant="zhanggong")
    assert not CIPHER.verify("91360702MA35", signature, purpose="receipt", tenant="xingguo")


@pytest.mark.parametrize("signature", ["", "v1:00000000:aa", "é", "v1:630dcd29:é"])
def test_what_is_no_signature_does_not_hold(signature: str) -> None:
    assert not CIPHER.verify("x", signature, purpose="receipt", tenant="zhanggong")


def test_a_signature_of_the_old_key_holds_during_a_rotation() -> None:
    signature = CIPHER.hmac("x", purpose="receipt", tenant="zhanggong")
    assert AesCipher([NEW, OLD]).verify("x", signature, purpose="receipt", tenant="zhanggong")
    assert not AesCipher([NEW]).verify("x", signature, purpose="receipt", tenant="zhanggong")


def test_the_digest_is_sha_256_in_hex() -> None:
    assert CIPHER.digest("直达") == hashlib.sha256("直达".encode()).hexdigest()


@pytest.mark.parametrize("text", ["", " , ", "not base64!", key_text(b"short"), key_text(OLD, b"x" * 33)])
def test_a_key_that_is_not_thirty_two_bytes_of_base64_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(KeyUnusable) as refusal:
        AesCipher.from_key(text)
    assert not text.strip(" ,") or text not in str(refusal.value)


def test_the_refusal_of_a_key_says_how_long_it_is() -> None:
    with pytest.raises(KeyUnusable, match="data key 2 has 33 bytes, not 32"):
        AesCipher.from_key(key_text(OLD, b"x" * 33))


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (mask_account, "6222021234561234", "6222…1234"),
        (mask_account, "6222 0212 3456 1234 567", "6222…4567"),
        (mask_account, "20010012", "…12"),
        (mask_account, "1234", "…"),
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "+8613812345678", "+86138****5678"),
        (mask_phone, "0797-8391234", "0797****1234"),
        (mask_phone, "8391234", "****34"),
        (mask_phone, "110", "****"),
        (mask_name, "张三", "张*"),
        (mask_name, "欧阳修远", "欧***"),
        (mask_name, "张", "*"),
        (mask_name, "", "*"),
    ],
)
def test_masked_text_keeps_enough_to_recognise_and_not_enough_to_use(mask, text: str, shown: str) -> None:
    assert mask(text) == shown


@given(st.text(alphabet="0123456789", max_size=20))
def test_a_masked_number_hides_four_digits_or_all_of_them(number: str) -> None:
    for mask in (mask_account, mask_phone):
        shown = sum(character.isdigit() for character in mask(number))
        assert shown == 0 or len(number) - shown >= 4
