"""Words of plans that mean a department by what it is there for (税务部门, 统计数据), where nobody has said what they mean.

The words are `contracts.departments.FUNCTION_WORDS`. A word means the nearest department with that function: the tenant's own, else
that of the level above. What a tenant has mapped, and a department that is called so, go before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from contracts.departments import FUNCTION_WORDS, WORD_ENDINGS, DepartmentFunction
from copies.departments import ACTS, ASKED, LEVELS

PATTERNS: Mapping[DepartmentFunction, str] = {
    function: f"^({'|'.join(words)})({'|'.join(WORD_ENDINGS)})?([(（].*)?$"
    for function, words in FUNCTION_WORDS.items()
}
"""The same for the database and for us."""

_CASES = " ".join(f"WHEN a.name ~ '{said}' THEN '{function}'" for function, said in PATTERNS.items())
FUNCTION_OF_WORD = f"(CASE {_CASES} END)"
"""What the words `a.name` mean a department for; null where they mean none."""

FOUND_BY_FUNCTION = f"""EXISTS (SELECT FROM up JOIN known_department d ON d.tenant = up.id
        WHERE up.origin = a.tenant AND {ACTS} AND {FUNCTION_OF_WORD} = ANY (d.functions))"""
"""Whether the words `a` (tenant, name) are those of a department on `:day`: for statements that have `LEVELS`."""

BY_FUNCTION = f"""
WITH RECURSIVE {ASKED}, {LEVELS}
SELECT DISTINCT ON (a.tenant, a.name) a.tenant, a.name, d.tenant AS home, d.id
FROM asked a JOIN up ON up.origin = a.tenant
JOIN known_department d ON d.tenant = up.id AND {ACTS} AND {FUNCTION_OF_WORD} = ANY (d.functions)
ORDER BY a.tenant, a.name, up.depth, d.id
"""


def function_of_word(word: str) -> DepartmentFunction | None:
    """What these words mean a department for, if they mean any."""
    return next((function for function, said in PATTERNS.items() if re.search(said, word)), None)
