"""The words that the heading of a table may use: the facts that items ask for."""

from __future__ import annotations

from chassis.read.reader import Reader
from contracts.rule.facts import FactType

VOCABULARY = (
    "WITH RECURSIVE up AS (SELECT id, parent_id, 0 AS depth FROM tenant WHERE id = :tenant"
    " UNION ALL SELECT t.id, t.parent_id, up.depth + 1 FROM tenant t JOIN up ON t.id = up.parent_id WHERE up.depth < 8)"
    " SELECT DISTINCT fact FROM policy_item i JOIN up ON up.id = i.tenant,"
    " jsonb_array_elements(i.content -> 'rules' -> 'fact_types') AS fact"
)


def vocabulary(reader: Reader) -> dict[str, FactType]:
    """The facts that the tenant's items, and those of the levels above, ask for: by name, and by label where a label
    means one thing only."""
    known: dict[str, FactType] = {}
    doubtful: set[str] = set()
    for (written,) in reader.execute(VOCABULARY, {"tenant": reader.tenant}):
        fact = FactType.model_validate(written)
        for word in (fact.name, fact.label):
            other = known.setdefault(word, fact)
            if (other.name, other.kind) != (fact.name, fact.kind):
                doubtful.add(word)
    return {word: fact for word, fact in known.items() if word not in doubtful}
