"""Whose word a fact may be said to be: by a credential, a department, a duty (`Actor.speaks_for`). Pure.

Whoever records a fact vouches for its source. So an office says what it knows in its own name, or as a source that its
entry in the register names; nobody says that the tax bureau has said so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from contracts.fact_sources import OTHER_SOURCES, SOURCE_NAMES, SPOKEN_FOR_NAMES, SourceKind
from contracts.message import Actor
from contracts.refusal import Reason

OFFICES: tuple[tuple[re.Pattern[str], frozenset[SourceKind]], ...] = tuple(
    (re.compile(words), frozenset(kinds))
    for words, kinds in (
        ("税务|国税|地税", {SourceKind.TAX}),
        ("市场监督管理|市场监管|工商行政管理|工商局", {SourceKind.MARKET_REGULATION}),
        ("统计", {SourceKind.STATISTICS}),
        ("社会保险|社保", {SourceKind.SOCIAL_SECURITY}),
        ("公积金", {SourceKind.HOUSING_FUND}),
        ("海关", {SourceKind.CUSTOMS}),
        ("科技|科学技术", {SourceKind.SCIENCE_TECHNOLOGY}),
        ("工信|经信|工业和?信息化", {SourceKind.INDUSTRY_INFORMATION}),
        ("自然资源|不动产登记", {SourceKind.NATURAL_RESOURCES}),
        ("生态环境|环境保护|环保局", {SourceKind.ECOLOGY}),
        ("供电|电力公司|电网|自来水|供水|燃气|水电气", {SourceKind.UTILITIES}),
        ("法院", {SourceKind.COURTS}),
        ("信用平台|信用信息|信用中国", {SourceKind.CREDIT_PLATFORM}),
        ("(?<!人民)银行(?!间)", {SourceKind.BANK}),
        ("知识产权", {SourceKind.INTELLECTUAL_PROPERTY}),
        ("人力资源|人社", {SourceKind.HUMAN_RESOURCES, SourceKind.SOCIAL_SECURITY}),
        ("企业自报|企业申报", {SourceKind.ENTERPRISE}),
        ("窗口代录", {SourceKind.WINDOW}),
    )
)
"""By what words people know a source of each kind. 中国人民银行 and 银行间市场 publish rates; they are no enterprise's bank."""


PUBLICATION = re.compile("年鉴|公报|《.+》")
"""What a yearbook or a gazette says everybody can read there; whoever cites it names no office as having told it."""


def kinds_named(source: str) -> frozenset[SourceKind]:
    """The kinds of source that these words name; none where they name nobody of them."""
    plain = _plain(source)
    return frozenset(kind for words, kinds in OFFICES if words.search(plain) for kind in kinds)


@dataclass(frozen=True, slots=True)
class Voice:
    """For whom somebody may speak: in the `names` of the own office, and for sources of these `kinds`.

    `passes_on`: for offices that are none of the 18 kinds as well. `others` are the names of other offices of the place,
    as far as they were looked for.
    """

    names: frozenset[str] = frozenset()
    kinds: frozenset[SourceKind] = frozenset()
    others: frozenset[str] = frozenset()
    passes_on: bool = False

    @classmethod
    def of(cls, actor: Actor, names: Iterable[str] = (), others: Iterable[str] = ()) -> Voice:
        """`names` is what the actor's office is called, beside what the actor says of it."""
        own = {_plain(each) for each in (*names, actor.department or "") if each}
        # What a newer gateway may know besides is no source of ours yet.
        kinds = frozenset(kind for kind in SourceKind if kind in actor.speaks_for)
        known = frozenset(_plain(each) for each in others) - own
        return cls(frozenset(own), kinds, known, OTHER_SOURCES in actor.speaks_for)

    def against(self, source: str, kind: SourceKind | None, where: str) -> Reason | None:
        """Why it may not be said that this source has said it; `where` is the place of the field `source`."""
        own = _plain(source) in self.names
        named = frozenset() if own else kinds_named(source)
        if kind is not None and kind not in self.kinds:
            text = f"不能代表“{SOURCE_NAMES[kind]}”录入数据；{self._may()}"
            return Reason(code="source_not_yours", message=text, field=f"{where}_kind")
        if own or (kind is None and self.passes_on and not named):
            return None
        if named and not named & self.kinds:
            text = f"不能以“{source}”的名义录入数据；{self._may()}"
            return Reason(code="source_not_yours", message=text, field=where)
        if kind is not None and named and kind not in named:
            text = f"来源“{source}”与来源类型“{SOURCE_NAMES[kind]}”不符，请核对"
            return Reason(code="source_kind_differs", message=text, field=f"{where}_kind")
        if not named and not self.passes_on and _plain(source) in self.others:
            text = f"不能以“{source}”的名义录入数据；{self._may()}"
            return Reason(code="source_not_yours", message=text, field=where)
        if kind is None and not named:
            text = f"看不出来源“{source}”属于哪一类，请写明来源类型；{self._may()}"
            return Reason(code="source_kind_missing", message=text, field=f"{where}_kind")
        return None

    def against_all(self, told: Collection[tuple[str, SourceKind | None]], field: str = "facts") -> Iterator[Reason]:
        """The same of many, each at its place: `facts.3.source`."""
        for index, (source, kind) in enumerate(told):
            if (reason := self.against(source, kind, f"{field}.{index}.source")) is not None:
                yield reason

    def against_figure(self, source: str, where: str) -> Reason | None:
        """The same of an outside figure, which has no kind: its publisher may be nobody of the 18."""
        named = kinds_named(source)
        if _plain(source) in self.names or named & self.kinds or PUBLICATION.search(source):
            return None
        if not named and (self.passes_on or _plain(source) not in self.others):
            return None
        text = f"不能以“{source}”的名义录入外部参数；{self._may()}"
        return Reason(code="source_not_yours", message=text, field=where)

    def _may(self) -> str:
        names = [SOURCE_NAMES[kind] for kind in SourceKind if kind in self.kinds]
        names += [SPOKEN_FOR_NAMES[OTHER_SOURCES]] if self.passes_on else []
        ways = ["以本单位名义录入"] if self.names else []
        ways += [f"代表：{'、'.join(names)}"] if names else []
        if not ways:
            return "您的凭证或部门没有可以代表的数据来源，请联系管理员在凭证或部门登记中指定"
        return f"您可以{'，或'.join(ways)}"


def without_blanks(text: str) -> str:
    """As it would be written in a register: no blanks, letters and digits of one width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _plain(text: str) -> str:
    """Width, blanks and the case of letters tell no names apart."""
    return without_blanks(text).casefold()
