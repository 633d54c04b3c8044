"""Every purpose that something is sealed for has a key, held by those who seal and open and by nobody else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from contracts.keys import EVERYBODY, KEYS
from tests.architecture.source_tree import modules, tree_of, where

USES = {"seal", "open", "hmac", "hmacs", "verify"}


def owner_of(file: Path) -> str:
    """The service that runs the module; `chassis` for what all run."""
    parts = Path(where(file)).parts
    return parts[1] if parts[0] == "services" else parts[0]


def strings_in(tree: ast.Module) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def purposes_in(tree: ast.Module) -> Iterator[str]:
    """What a Cipher is asked for, where the module says it itself: a text, or a name that it gives one."""
    named = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in USES:
            for keyword in call.keywords:
                if keyword.arg == "purpose" and isinstance(keyword.value, ast.Constant):
                    yield str(keyword.value.value)
                if keyword.arg == "purpose" and isinstance(keyword.value, ast.Name) and keyword.value.id in named:
                    yield str(named[keyword.value.id])


def wrong_uses(owner: str, tree: ast.Module) -> list[str]:
    holders = {purpose: key.holders for key in KEYS.values() for purpose in key.purposes}
    users = EVERYBODY if owner == "chassis" else (owner,)
    return [
        f"{user} has no key for {purpose}: contracts/keys.py"
        for purpose in purposes_in(tree)
        for user in users
        if user not in holders.get(purpose, ())
    ]


def test_whoever_seals_or_opens_holds_the_key() -> None:
    found = [
        f"{where(file)}: {wrong}"
        for file in modules("services", "gateway", "chassis")
        for wrong in wrong_uses(owner_of(file), tree_of(file))
    ]
    assert found == []


def test_whoever_holds_a_key_has_a_use_for_it() -> None:
    said: dict[str, set[str]] = {}
    for file in modules("services", "gateway", "chassis"):
        said.setdefault(owner_of(file), set()).update(strings_in(tree_of(file)))
    for name, key in KEYS.items():
        for holder in key.holders:
            assert set(key.purposes) & (said[holder] | said["chassis"]), f"{holder} holds {name} for nothing"
        assert set(key.purposes) <= set().union(*(said[holder] | said["chassis"] for holder in key.holders)), name


def test_a_purpose_belongs_to_one_key() -> None:
    purposes = [purpose for key in KEYS.values() for purpose in key.purposes]
    assert len(purposes) == len(set(purposes))


def test_a_use_without_a_key_is_found() -> None:
    tree = ast.parse(
        'P = "query_code"\ncipher.open(x, purpose=P, tenant=t)\ncipher.seal(x, purpose="secret", tenant=t)'
    )
    assert wrong_uses("intake", tree) == ["intake has no key for secret: contracts/keys.py"]
    assert len(wrong_uses("notify", tree)) == 2
    assert len(wrong_uses("chassis", ast.parse('c.seal(x, purpose="contact", tenant=t)'))) == len(EVERYBODY) - 3
