"""What one version of a tenant has otherwise than the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from contracts.tenants import TenantVersion

COMPARED = frozenset({"name", "parent_id", "division_code", "division_code_since", "settings"})


@dataclass(frozen=True)
class ChangedField:
    """`field` as it is named in forms; empty where there was or is nothing."""

    field: str
    before: str
    after: str


def changes_of(versions: Sequence[TenantVersion]) -> list[list[ChangedField]]:
    """For each version, the newest first, what it changed; nothing for the last, before which none is known."""
    flattened = [dict(_flat(each.model_dump(mode="json", include=set(COMPARED)))) for each in versions]
    changed = [_between(older, newer) for newer, older in pairwise(flattened)]
    return [*changed, *([[]] if versions else [])]


def _between(before: Mapping[str, str], after: Mapping[str, str]) -> list[ChangedField]:
    return [
        ChangedField(field, before.get(field, ""), after.get(field, ""))
        for field in dict.fromkeys((*before, *after))
        if before.get(field, "") != after.get(field, "")
    ]


def _flat(tree: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, Mapping):
        for part, value in tree.items():
            yield from _flat(value, f"{name}.{part}" if name else part)
    elif isinstance(tree, list):
        yield name, "、".join(map(str, tree))
    elif tree is not None:
        yield name, str(tree)
