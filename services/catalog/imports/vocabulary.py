"""The words that the heading of a table may use: the facts that items ask for; and the codes that such a fact may have."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.read.reader import Reader
from contracts.rule.facts import CodeLabel, FactType

VOCABULARY = (
    "WITH RECURSIVE up AS (SELECT id, parent_id, 0 AS depth FROM tenant WHERE id = :tenant"
    " UNION ALL SELECT t.id, t.parent_id, up.depth + 1 FROM tenant t JOIN up ON t.id = up.parent_id WHERE up.depth < 8)"
    " SELECT fact, false AS of_label FROM policy_item i JOIN up ON up.id = i.tenant,"
    " jsonb_array_elements(i.content -> 'rules' -> 'fact_types') AS fact"
    " UNION SELECT fact, true FROM label_rule l JOIN up ON up.id = l.tenant,"
    " jsonb_array_elements(l.content -> 'fact_types') AS fact"
    " ORDER BY of_label"
)


def vocabulary(reader: Reader) -> dict[str, FactType]:
    """The facts that the tenant's items, and those of the levels above, ask for: by name, and by label where a label
    means one thing only. Each with all the codes that any of them, or any label rule, lists for it.
    """
    known: dict[str, FactType] = {}
    doubtful: set[str] = set()
    told: list[FactType] = []
    for row in reader.execute(VOCABULARY, {"tenant": reader.tenant}):
        fact = FactType.model_validate(row.fact)
        told.append(fact)
        for word in () if row.of_label else (fact.name, fact.label):
            other = known.setdefault(word, fact)
            if (other.name, other.kind) != (fact.name, fact.kind):
                doubtful.add(word)
    codes = codes_of(told)
    return {
        word: fact.model_copy(update={"codes": codes[fact.name]})
        for word, fact in known.items()
        if word not in doubtful
    }


def codes_of(told: Iterable[FactType]) -> dict[str, tuple[CodeLabel, ...]]:
    """All codes that are listed for each fact, each as often as it is called differently. Pure."""
    listed: dict[str, dict[CodeLabel, None]] = {}
    for fact in told:
        listed.setdefault(fact.name, {}).update(dict.fromkeys(fact.codes))
    return {name: tuple(codes) for name, codes in listed.items()}
