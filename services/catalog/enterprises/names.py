"""Names that look alike: who is called so already, and what is refused of a second one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from chassis.write.uow import UnitOfWork
from contracts.names import NameDifference, difference, looks, same_name
from contracts.refusal import Conflict

LOOKING_SO = (
    "SELECT e.id, e.uscc, e.name, look FROM unnest(CAST(:looks AS text[])) AS look CROSS JOIN LATERAL"
    " (SELECT tenant, id, uscc, name, merged_into FROM enterprise WHERE name_looks = look OFFSET 0) AS e"
    " WHERE e.tenant = :tenant AND e.merged_into IS NULL ORDER BY look, e.id"
)
"""Look by look from their index, for the reason that IDS_OF_CREDIT_CODES gives."""


class NameLooksAlike(Conflict):
    """Another enterprise has a name that is taken for this one: one of the two is mistyped, or somebody means to deceive."""

    code = "name_looks_alike"
    sentence = (
        "名称与已登记的“{name}”（统一社会信用代码 {uscc}）看起来相同，却不是同一名称：{difference}。"
        "请核对营业执照改正名称；确为另一家企业的，请在“已核对的相近企业”中填写对方的统一社会信用代码。"
    )


class KnownName(NamedTuple):
    """An enterprise by what it is called."""

    enterprise_id: str
    uscc: str
    name: str


KnownNames = Mapping[str, Sequence[KnownName]]
"""By their looks."""


class EnterpriseNames:
    """What the enterprises of the unit of work's tenant are called."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def like(self, names: Collection[str]) -> dict[str, list[KnownName]]:
        """Those whose names look like one of these, by their looks."""
        found: dict[str, list[KnownName]] = defaultdict(list)
        asked = {"tenant": self._uow.tenant, "looks": sorted({looks(name) for name in names})}
        for row in self._uow.execute(LOOKING_SO, asked) if names else ():
            found[row.look].append(KnownName(row.id, row.uscc, row.name))
        return found


def unlike(name: str, known: KnownNames, *, own: str | None = None) -> tuple[KnownName, NameDifference] | None:
    """The first enterprise besides `own` (an id) whose name looks like this one and is another, and where they differ."""
    for each in known.get(looks(name), ()):
        if each.enterprise_id != own and (found := difference(name, each.name)) is not None:
            return each, found
    return None


def namesakes(name: str, known: KnownNames) -> list[KnownName]:
    """Those who have this very name, however it is written."""
    return [each for each in known.get(looks(name), ()) if same_name(name, each.name)]


def refuse_look_alike(name: str, uow: UnitOfWork, *, own: str | None = None, apart_from: str | None = None) -> None:
    """Raise NameLooksAlike unless whoever asks has compared the two: `apart_from` is the other one's credit code."""
    found = unlike(name, uow.of(EnterpriseNames).like([name]), own=own)
    if found is None:
        return
    other, where = found
    if "".join((apart_from or "").upper().split()) != other.uscc:
        raise NameLooksAlike(name=other.name, uscc=other.uscc, difference=where.sentence, field="name")
