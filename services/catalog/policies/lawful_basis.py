"""What a text must name to be a lawful basis: a law, a regulation or a document. Pure."""

from __future__ import annotations

import re

TITLE = re.compile(r"《([^《》]{2,200})》")
NUMBER = re.compile(
    r"[一-鿿]{1,20}\s*[〔\[［（(【]\s*(?:19|20)[0-9]{2}\s*[〕\]］）)】]\s*第?\s*[0-9]{1,5}\s*号|[一-鿿]{2,}令\s*第?\s*[0-9]{1,4}\s*号"
)
"""文号: 赣府发〔2024〕3号, in whatever brackets people type; 国务院令第783号."""

SAYS_NONE = re.compile(
    r"未(?:予)?(?:载明|说明|注明|写明|列明|明确|提供|查到|找到|见)|不详|不明|不清|暂无|暂缺|待补|待定|待查|待核|没有|无(?:法律|合法|明确|相关|上位)?依据"
)
"""Words by which a text says that it has no basis, whatever else it names."""

DEMANDS_A_BASIS = re.compile(r"《(?:中华人民共和国)?(?:公平竞争审查条例|反垄断法)[^《》]*》|国务院令\s*第?\s*783\s*号")
"""What asks for a basis is not the basis."""


def names_a_lawful_basis(text: str) -> bool:
    """Whether the text cites a law, a regulation or a document, by its title or its number.

    Whether what it cites allows a base of locally retained tax is for the fair-competition review to say:
    laws and administrative regulations may, or the State Council by approving it (Fair Competition Review
    Regulation, article 10, in force since 2024-08-01).
    """
    around = TITLE.sub("《》", text)
    if SAYS_NONE.search(around):
        return False
    cited = DEMANDS_A_BASIS.sub("", text)
    titles = [title for title in TITLE.findall(cited) if not SAYS_NONE.fullmatch(title.strip())]
    return any(len(re.findall(r"[一-鿿]", title)) >= 2 for title in titles) or NUMBER.search(cited) is not None
