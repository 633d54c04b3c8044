"""Which passwords are taken. Pure: long, not common, not about the account; nothing else (NIST SP 800-63B, 3.1.1.2).

There are no rules about kinds of characters and no yearly change: both make people choose worse ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from contracts.refusal import Invalid, Reason

SHORTEST = 12
LONGEST = 128
LEAST_DIFFERENT = 5
COMMON = (
    "password passw0rd p@ssw0rd p@ssword qwerty qwertyuiop asdfghjkl zxcvbnm 1qaz2wsx 1q2w3e4r 123456 1234567890"
    " 0123456789 987654321 letmein welcome iloveyou admin administrator root abc123 abcdef a123456 woaini 5201314"
    " 1314520 mima wodemima zhida xingguo ganzhou zhengwu huiqi dragon monkey football superman sunshine princess"
)
COMMON_PARTS = frozenset(COMMON.split())
"""What is tried first. A password that is made of these and of figures is no better than they are."""

ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb")
RUN = 5


class PasswordUnfit(Invalid):
    """Every reason at once."""

    code = "password_unfit"
    sentence = "口令不符合要求，请按提示修改。"


def plain(password: str) -> str:
    """The password as it is hashed: the same however the keyboard composes it (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, login: str, name: str) -> None:
    """Raises PasswordUnfit with all that is wrong with it for the account `login` of the person `name`."""
    reasons = tuple(
        Reason(code=code, message=message, field="password") for code, message in _faults(plain(password), login, name)
    )
    if reasons:
        raise PasswordUnfit(*reasons)


def _faults(password: str, login: str, name: str) -> Iterator[tuple[str, str]]:
    small = password.lower()
    if len(password) < SHORTEST:
        yield "password_short", f"口令至少 {SHORTEST} 个字符；可以用几个不相干的词连成一句。"
    if len(password) > LONGEST:
        yield "password_long", f"口令至多 {LONGEST} 个字符。"
    if "\0" in password:
        yield "password_unstorable", "口令含有无法使用的字符。"
    if login in small or (len(name) > 1 and name.lower() in small):
        yield "password_about_you", "口令中请勿包含登录名或姓名。"
    if password and (len(set(small)) < LEAST_DIFFERENT or _is_common(small)):
        yield "password_common", "该口令过于常见，容易被猜中，请换一个。"


def _is_common(small: str) -> bool:
    rest = small
    for part in sorted(COMMON_PARTS, key=len, reverse=True):
        rest = rest.replace(part, "")
    rest = _without_runs(re.sub(r"(19|20)[0-9]{2}", "", rest))
    # any script: whatever is a letter to somebody counts as one
    return len(re.sub(r"[\d\W_]", "", rest)) < 4 and len(set(rest)) < 6


def _without_runs(text: str) -> str:
    """The text without stretches of five or more neighbours on the keyboard or in the alphabet, either way."""
    for row in (*ROWS, *(each[::-1] for each in ROWS)):
        for length in range(len(row), RUN - 1, -1):
            for start in range(len(row) - length + 1):
                text = text.replace(row[start : start + length], "")
    return text
