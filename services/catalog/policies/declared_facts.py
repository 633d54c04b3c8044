"""The facts that an author may use: those that items on offer here declare, and those of the dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chassis.read.reader import Reader
from contracts.authoring import DeclaredFact, DeclaredFacts, FindDeclaredFacts, FormerFactName
from contracts.rule import FactType
from services.catalog.dictionary.facts import DictionaryFact, dictionary, present_names
from services.catalog.dictionary.finding import FoundFact, find, nearest
from services.catalog.policies.views import LINEAGE

DECLARED_FACTS = f"""{LINEAGE}
SELECT fact_type, items FROM (
    SELECT DISTINCT ON (f ->> 'name') f AS fact_type, count(*) OVER (PARTITION BY f ->> 'name') AS items
    FROM policy_item p CROSS JOIN LATERAL jsonb_array_elements(p.content #> '{{rules,fact_types}}') f
    WHERE p.state = 'published' AND p.tenant IN (SELECT id FROM lineage)
        AND (CAST(:names AS text[]) = '{{}}' OR f ->> 'name' = ANY (CAST(:names AS text[])))
    ORDER BY f ->> 'name', p.published_at DESC) declared
ORDER BY items DESC, fact_type ->> 'name' LIMIT :limit
"""


def find_declared_facts(query: FindDeclaredFacts, reader: Reader) -> DeclaredFacts:
    """By words: the nearest first, of those the most used. Without words: what items declare, the most used first.

    `names` are looked up as they are: in the items, and what no item declares in the dictionary.
    """
    searched = bool(query.words.strip())
    wanted = {"tenant": reader.tenant, "names": list(query.names), "limit": None if searched else query.limit}
    declared: dict[str, tuple[FactType, int]] = {}
    for row in reader.execute(DECLARED_FACTS, wanted):
        fact_type = FactType.model_validate(row.fact_type)
        declared[fact_type.name] = (fact_type, row.items)
    words = known_words(each for each, _items in declared.values())
    if query.names:
        words = {name: words[name] for name in query.names if name in words}
    if searched:
        found = find(query.words, words)
        found.sort(key=lambda each: (each.rank, -declared[each.name][1] if each.name in declared else 0, each.name))
        near = [] if found else nearest(query.words, words)
    else:
        shown = words if query.names else {name: words[name] for name in declared}
        found, near = [FoundFact(name, fact) for name, fact in shown.items()], []
    return DeclaredFacts(
        facts=tuple(_shown(each, declared) for each in found[: query.limit]),
        nearest=tuple(_shown(each, declared) for each in near),
    )


def known_words(declared: Iterable[FactType]) -> Mapping[str, DictionaryFact]:
    """All facts by their names: as the newest item declares it, else as the dictionary has it.

    The dictionary says the meaning and the former names of what it knows, where the kind is the same.
    """
    words = dict(dictionary())
    for fact_type in declared:
        known = words.get(fact_type.name)
        same = known is not None and known.kind is fact_type.kind
        words[fact_type.name] = DictionaryFact(
            label=fact_type.label,
            kind=fact_type.kind,
            unit=fact_type.unit,
            codes=fact_type.codes,
            meaning=known.meaning if known is not None and same else "",
            formerly=known.formerly if known is not None and same else (),
        )
    return words


def _shown(found: FoundFact, declared: Mapping[str, tuple[FactType, int]]) -> DeclaredFact:
    fact_type, items = declared.get(found.name, (found.fact.typed(found.name), 0))
    return DeclaredFact(
        fact_type=fact_type,
        items=items,
        meaning=found.fact.meaning,
        former_names=tuple(FormerFactName(name=each.name, said=each.said) for each in found.fact.formerly),
        note=_outdated(found.name) or found.why,
    )


def _outdated(name: str) -> str:
    """Of a name that items still declare although the dictionary has another: what to use, and what stays."""
    if name not in present_names():
        return ""
    present, former = present_names()[name]
    label = dictionary()[present].label
    return (
        f"{name} 是旧名，词典中现名 {present}（{label}）：{former.said}"
        "已发布的事项和已记录的数据仍按旧名，新事项请用现名，并按现名记录数据。"
    )
