"""What can be wrong with a list, said all at once: of groups, and of words by what search makes of them."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.refusal import Reason
from contracts.synonyms import SynonymGroup
from services.catalog.search_index.synonyms import MOST_TOGETHER, national_words
from services.catalog.search_index.words import cut, is_common, name_of, telling

SHORTEST, LONGEST = 2, 20
"""Characters of a word."""

MOST_GROUPS = 300
MOST_OF_A_GROUP = 12
"""Words: with those of the national group that it joins it stays below what is looked up at once."""


def wrong_with(groups: Sequence[Sequence[str]]) -> list[Reason]:
    """All that is wrong with these groups, by group and word; people count groups from one."""
    reasons: list[Reason] = []
    if len(groups) > MOST_GROUPS:
        text = f"共 {len(groups)} 组，超过 {MOST_GROUPS} 组：请合并或删去很少有人搜的"
        reasons.append(Reason(code="synonym_groups_too_many", message=text, field="groups"))
    seen: dict[str, int] = {}
    for index, group in enumerate(groups):
        reasons += _wrong_with_group(group, index)
        for place, word in enumerate(group):
            reasons += _wrong_with_word(word, index, place, seen)
    return reasons


def _wrong_with_group(group: Sequence[str], index: int) -> list[Reason]:
    where, field = f"第 {index + 1} 组", f"groups.{index}"
    if not any(name_of(word) for word in group):
        text = f"{where}是空的：请写上两个以上的词，或删去这一组"
        return [Reason(code="synonym_group_empty", message=text, field=field)]
    reasons = []
    if len(group) < 2:
        text = f"{where}只有“{group[0]}”一个词：请写上与它同义的词，或删去这一组"
        reasons.append(Reason(code="synonym_group_of_one", message=text, field=field))
    if len(group) > MOST_OF_A_GROUP:
        text = f"{where}有 {len(group)} 个词，超过 {MOST_OF_A_GROUP} 个：请只留人们真会用来搜索的"
        reasons.append(Reason(code="synonym_group_too_large", message=text, field=field))
    joined = _national_groups_in(group)
    if len(joined) > 1:
        (one, _), (other, _) = joined[:2]
        text = f"{where}的“{one}”和“{other}”在全国表中是两个意思：请分成两组"
        reasons.append(Reason(code="synonym_groups_joined", message=text, field=field))
    elif joined and len(joined[0][1]) + len(group) > MOST_TOGETHER:
        text = f"{where}与全国表中“{joined[0][0]}”一组合起来超过 {MOST_TOGETHER} 个词：请删去全国表已有的和很少用的"
        reasons.append(Reason(code="synonym_group_too_large", message=text, field=field))
    return reasons


def _national_groups_in(group: Sequence[str]) -> list[tuple[str, SynonymGroup]]:
    """The national groups that words of this one are in, each with the first such word."""
    known = national_words()
    found: dict[SynonymGroup, str] = {}
    for word in group:
        national = known.get(name_of(word))
        if national is not None:
            found.setdefault(national, word.strip())
    return [(word, national) for national, word in found.items()]


def _wrong_with_word(word: str, index: int, place: int, seen: dict[str, int]) -> list[Reason]:
    """What is wrong with one word; `seen` says in which group each word was first, and learns this one."""
    name, where, field = name_of(word), f"第 {index + 1} 组的“{word.strip()}”", f"groups.{index}.{place}"
    if not name:
        return []  # told of the group where all are so; a blank between words says nothing
    found = []
    if len(name) < SHORTEST:
        found.append(("synonym_word_too_short", f"{where}只有一个字：一个字的词会找出太多无关事项，请写成完整的词"))
    elif len(name) > LONGEST:
        found.append(("synonym_word_too_long", f"{where}超过 {LONGEST} 个字：请写人们搜索时用的短词"))
    elif not telling(cut(name)):
        found.append(("synonym_word_says_nothing", f"{where}搜索时不起作用（虚词）：请删去"))
    elif is_common(name) and name not in national_words():
        found.append(("synonym_word_too_common", f"{where}几乎每个事项都有，会找出所有事项：请删去"))
    if name in seen:
        again = "同一组中写了两次" if seen[name] == index else f"已在第 {seen[name] + 1} 组中：一个词只能在一组里"
        found.append(("synonym_word_twice", f"{where}{again}"))
    seen.setdefault(name, index)
    return [Reason(code=code, message=text, field=field) for code, text in found]
