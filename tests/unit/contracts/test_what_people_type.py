"""Wide digits are what they mean; digits of other scripts are refused with the field's own sentence."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chassis.foundation.reasons import reasons_for
from contracts.enterprises import AccountNumber, Mobile
from contracts.identity import TimeOfDay
from contracts.intake import ReceiptNumber
from contracts.money import Money
from contracts.typed import Telephone, half_width, is_digits

TYPED: dict[str, tuple[Any, str, str]] = {
    "mobile": (Mobile, "13800000001", "手机号码"),
    "account": (AccountNumber, "6222000000000001", "账号"),
    "telephone": (Telephone, "0797-8100000", "电话"),
    "hour": (TimeOfDay, "09:30", "时刻"),
    "receipt": (ReceiptNumber, "ZG-20260302-0001", "收件编号"),
}
OTHER_DIGITS = [
    chr(code)
    for code in range(0x80, 0x20000)
    if unicodedata.category(chr(code)) in ("Nd", "No", "Nl") and not 0xFF10 <= code <= 0xFF19
]
"""Every sign for a number that is neither narrow nor wide: Arabic, Thai, superscripts, circled ones, mathematical ones."""


def wide(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


@pytest.mark.parametrize(("kind", "text", "word"), TYPED.values(), ids=TYPED)
def test_what_is_typed_wide_is_kept_narrow(kind: Any, text: str, word: str) -> None:
    adapter = TypeAdapter(kind)
    assert adapter.validate_python(wide(text)) == adapter.validate_python(text) == text


@pytest.mark.parametrize(("kind", "text", "word"), TYPED.values(), ids=TYPED)
@pytest.mark.parametrize("digit", ["٣", "३", "๓", "²", "③", "𝟑", "三"])
def test_another_digit_is_refused_with_the_fields_sentence(kind: Any, text: str, word: str, digit: str) -> None:
    place = next(at for at, each in enumerate(text) if each.isdigit())
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(text[:place] + digit + text[place + 1 :])
    (reason,) = reasons_for(refused.value.errors())
    assert reason.code == "field_string_pattern_mismatch"
    assert word in reason.message
    assert digit not in reason.message or digit == "三"


@given(st.sampled_from(OTHER_DIGITS), st.integers(0, 15))
def test_no_number_of_another_script_gets_into_an_account(digit: str, place: int) -> None:
    number = "6222000000000001"
    with pytest.raises(ValidationError):
        TypeAdapter(AccountNumber).validate_python(number[:place] + digit + number[place + 1 :])
    assert not is_digits(digit)


@given(st.text())
def test_making_narrow_changes_no_length_and_is_done_once(text: str) -> None:
    narrow = half_width(text)
    assert len(narrow) == len(text)
    assert half_width(narrow) == narrow


@pytest.mark.parametrize("text", ["", "-1", "1.5", " 1", "1_0", "１", "٣", "²", "1" * 19])
def test_only_so_many_digits_are_digits(text: str) -> None:
    assert not is_digits(text, 18)


def test_digits_are() -> None:
    assert is_digits("0123456789", 10)


@pytest.mark.parametrize("yuan", ["١٠٠", "10²", "1_000", "１００", "1e5", "NaN"])
def test_an_amount_is_written_with_the_digits_0_to_9(yuan: str) -> None:
    with pytest.raises(ValueError, match="yuan"):
        Money.from_yuan(yuan)
