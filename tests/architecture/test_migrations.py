"""Migrations are frozen: what has run once in a county must do the same there and in a new one, whatever we change."""

from __future__ import annotations

import ast
from pathlib import Path

from console.place import CHECKOUT
from tests.architecture.source_tree import PACKAGES, imported, tree_of, where

LIBRARIES = {"__future__", "alembic", "datetime"}


def migrations() -> list[Path]:
    """Every migration of the frame, of the services and of the gateway's identity."""
    return sorted(file for package in PACKAGES for file in (CHECKOUT / package).rglob("migrations/versions/*.py"))


def foreign(tree: ast.Module) -> set[str]:
    """What a migration imports besides the standard parts that it may use."""
    return {name for name in imported(tree) if name.partition(".")[0] not in LIBRARIES}


def test_a_migration_imports_nothing_of_todays_code() -> None:
    found = {where(file): foreign(tree_of(file)) for file in migrations()}
    assert len(found) > 20
    assert {file: names for file, names in found.items() if names} == {}


def test_an_import_of_todays_code_is_found() -> None:
    assert foreign(ast.parse("from alembic import op\nfrom chassis.write.store import AggregateStore")) == {
        "chassis.write.store",
        "chassis.write.store.AggregateStore",
    }
