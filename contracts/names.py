"""Names: kept as they were given, compared as people read them.

One name is written in many ways: full-width and half-width letters and brackets, blanks, middle dots of five kinds, letters
put together or taken apart (Unicode NFC), radicals in the place of characters (as a PDF copies them). `folded` makes all of
them one, to compare and never to keep: a bank compares a holder's name sign by sign, so that what was given is what is sent.

Two names that look alike and are not one (a Cyrillic О for a Latin O, 0 for O, 1 for l, 〇 for ○) have the same `looks` and
another `folded`; `difference` says where. Table of pairs: ours, after the kinds of Unicode Technical Standard 39.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from contracts.typed import MISFIT
from contracts.written import is_error

CATEGORIES_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control and format characters (zero-width, from right to left), halves of characters, ends of lines. What has no meaning here
may be a rare surname: GB 18030 of 2000 keeps some in the private area, and Unicode adds to its Han characters every year."""

UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Characters that show nothing although Unicode counts them among letters, marks or symbols."""

BRACKETS = dict(zip("[{〔【〖〘〚]}〕】〗〙〛", "(" * 7 + ")" * 7, strict=True))
DOTS = dict.fromkeys("•‧・∙⋅⸱", "·")
DASHES = dict.fromkeys("‐‑‒–—―−﹘", "-")
QUOTES = dict.fromkeys("“”„‟‘’‚‛'「」『』《》〈〉«»‹›`´", '"')

RADICALS = dict(
    zip(
        "⺊⺒⺓⺝⺠⺡⺧⺨⺩⺮⺰⺶⺼⺽⻄⻅⻆⻈⻉⻋⻏⻐⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻯⻰⺎⺐⺜⺟⻁⻲",
        "卜巳幺月民氵牛犭王竹纟羊肉臼西见角讠贝车邑钅長长门雨青韦页风飞食饣首马骨鬼鱼鸟卤麦黄齐齿竜龙兀尢日母虎龟",
        strict=True,
    )
)
"""CJK radicals of the supplement that are a character's own shape; NFKC knows only the Kangxi ones."""

FOLD = str.maketrans({**BRACKETS, **DOTS, **DASHES, **QUOTES, **RADICALS})

ALIKE = str.maketrans(
    {
        **dict(zip("авеѕіјкмноӏрстухүһԁԛԝ", "abesijkmholpctyxyhdqw", strict=True)),  # Cyrillic, capitals and small ones
        **dict(zip("αβεζηικμνορτυχγϲω", "abezhikmnoptyxycw", strict=True)),  # Greek: its capitals look Latin
        **dict(zip("օհոսɑɡıᎠᎢᎪᎫᎬᎳᎷᎻᎾᏀᏃᏚᏞᏟᏢᏦᏴ", "ohnuagidtajewmhogzslcpkb", strict=True)),  # Armenian, IPA, Cherokee
        **dict.fromkeys("0〇○◯⭘", "o"),
        **dict.fromkeys("1|ǀ∣", "l"),
        **dict(zip("ロ囗ニカタエトハオヒーㄧ丨", "口口二力夕工卜八才匕一一l", strict=True)),
        **dict(zip("已巳末士曰戌戍干于入治汩", "己己未土日戊戊千千人冶汨", strict=True)),
    }
)
"""What is taken for what, once the name is folded. An `i` is an `l` too, below: `I` and `l` cannot be told apart."""

SCRIPTS = {
    "LATIN": "拉丁字母",
    "CYRILLIC": "西里尔字母",
    "GREEK": "希腊字母",
    "ARMENIAN": "亚美尼亚字母",
    "CHEROKEE": "切罗基字母",
    "DIGIT": "数字",
    "FULLWIDTH": "全角字符",
    "KATAKANA": "片假名",
    "HIRAGANA": "平假名",
    "BOPOMOFO": "注音符号",
    "CJK": "汉字",
    "IDEOGRAPHIC": "汉字数字",
}


class UnseenCharacter(NamedTuple):
    """A character of a name that nobody sees; `position` counts from 1."""

    position: int
    character: str

    @property
    def sentence(self) -> str:
        return f"第 {self.position} 个字符（{code_point(self.character)}）看不见，请删去后重新填写"


class NameDifference(NamedTuple):
    """Where two names that look alike differ. Positions count from 1; a character that one has too many stands alone."""

    position: int
    given: str
    known_position: int
    known: str

    @property
    def sentence(self) -> str:
        given = described(self.given) if self.given else "没有字符"
        known = described(self.known) if self.known else "没有字符"
        return f"第 {self.position} 个字符是{given}，对方第 {self.known_position} 个字符是{known}"


def code_point(character: str) -> str:
    """`U+041E`."""
    return f"U+{ord(character):04X}"


def described(character: str) -> str:
    """`“О”（U+041E 西里尔字母）`."""
    script = SCRIPTS.get(unicodedata.name(character, "").replace("-", " ").split(" ")[0], "")
    return f"“{character}”（{code_point(character)}{f' {script}' if script else ''}）"


def is_unseen(character: str) -> bool:
    return unicodedata.category(character) in CATEGORIES_UNSEEN or UNSEEN.match(character) is not None


def unseen_in(name: str) -> UnseenCharacter | None:
    """The first character of the name that nobody sees, if there is one."""
    if name.isprintable() and not UNSEEN.search(name):
        return None
    return next((UnseenCharacter(at, each) for at, each in enumerate(name, start=1) if is_unseen(each)), None)


@lru_cache(maxsize=8192)
def folded(name: str) -> str:
    """The name as it is compared: one for all ways of writing it. Never kept in its place, and never sent anywhere."""
    while (plain := _folded_once(name)) != name:
        name = plain
    return name


def _folded_once(name: str) -> str:
    if unseen_in(name) is not None:
        name = "".join(each for each in name if each.isspace() or not is_unseen(each))
    # Twice: small letters and what stands together once the blanks are gone may have a shorter form again.
    plain = unicodedata.normalize("NFKC", name).translate(FOLD)
    return unicodedata.normalize("NFKC", "".join(plain.split()).casefold())


def looks(name: str) -> str:
    """What the name looks like at a glance: the same for names that are taken for one another."""
    seen = folded(name)
    while (plain := folded(seen.translate(ALIKE).replace("i", "l"))) != seen:
        seen = plain
    return seen


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, however each is written."""
    return one == other or folded(one) == folded(other)


def difference(given: str, known: str) -> NameDifference | None:
    """Where `given` differs from `known` though the two look alike; None if they are one name, or plainly two."""
    if same_name(given, known) or looks(given) != looks(known):
        return None
    mine, theirs = _read(given), _read(known)
    for place in range(max(len(mine), len(theirs))):
        one, two = _at(mine, place, given), _at(theirs, place, known)
        if one[0] != two[0]:
            return NameDifference(one[1] + 1, one[2], two[1] + 1, two[2])
    return NameDifference(len(given), given[-1:], len(known), known[-1:])


def _read(name: str) -> list[tuple[str, int, str]]:
    """(as it is compared, its place in the name, as it was given) for each character."""
    return [(plain, at, each) for at, each in enumerate(name) for plain in folded(each)]


def _at(read: list[tuple[str, int, str]], place: int, name: str) -> tuple[str, int, str]:
    return read[place] if place < len(read) else ("", len(name), "")


def alike(given: str, known: Iterable[str]) -> tuple[str, NameDifference] | None:
    """The first of the known names that looks like `given` and is another one, and where it differs."""
    return next(((each, found) for each in known if (found := difference(given, each)) is not None), None)


def _seen_whole(name: str) -> str:
    if (unseen := unseen_in(name)) is not None:
        raise PydanticCustomError("name_unseen", "{why}", {"why": unseen.sentence})
    return name


SEEN_WHOLE = AfterValidator(_seen_whole)
"""Refuses a name in which something stands that nobody sees: it would be another name with the same face."""


def _no_error(name: str) -> str:
    if is_error(name):
        raise PydanticCustomError(MISFIT, "no name", {"sentence": "是表格软件的错误值，不是名称"})
    return name


OrganisationName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120), SEEN_WHOLE, AfterValidator(_no_error)
]
"""An enterprise's name, or an account holder's, as somebody gives it: kept sign by sign, without the blanks around it."""
