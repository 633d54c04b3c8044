"""What people type, in the writing that programs read.

A Chinese keyboard writes digits, letters and signs wide (１３８) as easily as narrow: both mean the same, and both are
taken. Digits of other scripts (٣, ३) and look-alikes (², ①) are nobody's slip of the keyboard here: what is checked by
its shape refuses them, because banks and telephone networks do. So no pattern says `\\d`, which in Python and in pydantic
means the digits of every script (tests/architecture/test_shapes.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, ValidationError, core_schema

_WIDE = {0xFF01 + place: 0x21 + place for place in range(94)} | {0x3000: 0x20, 0xFFE5: 0xA5, 0x2212: 0x2D}
"""Wide forms of ASCII (U+FF01 to U+FF5E), the ideographic space, the wide yuan sign, and the sign for minus."""

_DIGITS = frozenset("0123456789")


def half_width(text: str) -> str:
    """The text with wide digits, letters, signs and blanks made narrow; nothing else is changed, nor is its length."""
    return text if text.isascii() else text.translate(_WIDE)


def is_digits(text: str, most: int = 4000) -> bool:
    """Whether the text is made of the digits 0 to 9, at least one and at most so many. Python reads no longer number."""
    return 0 < len(text) <= most and _DIGITS.issuperset(text)


@dataclass(frozen=True, slots=True)
class Typed:
    """Marks a text of a contract that people type and whose shape is checked: `Annotated[str, Field(pattern=…), Typed(…)]`.

    It is made half-width before it is checked. `sentence` says, in Chinese, what it should be like; the code of the
    reason stays `field_string_pattern_mismatch`.
    """

    sentence: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._read, handler(source))

    def _read(self, value: Any, check: core_schema.ValidatorFunctionWrapHandler) -> Any:
        try:
            return check(half_width(value) if isinstance(value, str) else value)
        except ValidationError as error:
            (first, *_) = error.errors(include_url=False, include_input=False)
            if first["type"] != MISFIT:
                raise
            raise PydanticCustomError(MISFIT, "String should match the pattern", {"sentence": self.sentence}) from None


MISFIT = "string_pattern_mismatch"

Telephone = Annotated[str, Field(pattern=r"^[0-9-]{3,20}$"), Typed("电话应为 3 至 20 个数字和“-”，用 0 至 9 书写")]
"""A telephone number that is shown and rung: digits and hyphens."""
