"""`./zhida contracts [--check]`: what the Python contract types say, written down for everybody else.

JSON Schemas, the codes of all refusals, OpenAPI 3.1 and AsyncAPI 3 in `contracts/generated`, which is committed:
whoever changes a contract sees in the difference what that means for the others.
"""

from __future__ import annotations

import argparse
import base64
import difflib
import json
from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI

from chassis.edge.frame import Frame
from chassis.foundation.settings import Settings
from console.contracts import asyncapi
from console.contracts.growth import Use, shrinkage
from console.contracts.refusals import lost_codes, refusal_table
from console.contracts.schemas import ANSWER_FOLDER, schema_files
from console.place import CHECKOUT
from gateway.app import create_app
from gateway.bus import Bus

GENERATED = CHECKOUT / "contracts" / "generated"
DOCUMENTS = ("openapi.json", "asyncapi.json")
REFUSALS = "refusals.json"
NOWHERE = "postgresql+psycopg://nobody@localhost/none"


def main(argv: list[str]) -> int:
    """Writes what has changed. With `--check` nothing is written: 1 and the differences when something would be.

    A contract that has shrunk is refused with what it no longer keeps, unless `--shrink` says that it is meant.
    """
    parser = argparse.ArgumentParser(prog="./zhida contracts", description="生成接口契约 · generate the contracts")
    parser.add_argument("--check", action="store_true", help="只比较,不写入 · compare, write nothing")
    parser.add_argument("--shrink", action="store_true", help="允许不兼容的修改 · accept what breaks others")
    options = parser.parse_args(argv)
    wanted = generated_texts()
    if options.check:
        differences = stale(wanted)
        print("\n".join(differences) or "契约文件与代码一致。 The contracts are up to date.")
        return 1 if differences else 0
    broken = [] if options.shrink else shrunk(committed_schemas(), wanted)
    if broken:
        print("契约只能增加,不能减少(确需如此,用 --shrink) · contracts may only grow:\n" + "\n".join(broken))
        return 1
    changed = write(wanted)
    print(f"已写入 {len(changed)} 个文件 · written" if changed else "契约文件已是最新。 Nothing has changed.")
    return 0


def generated_texts() -> dict[str, str]:
    """Path below `contracts/generated` → the file's text, with keys in a stable order."""
    documents = {
        "openapi.json": unconnected_gateway().openapi(),
        "asyncapi.json": asyncapi.document(),
        REFUSALS: refusal_table(),
        **schema_files(),
    }
    return {
        path: json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        for path, document in documents.items()
    }


def unconnected_gateway() -> FastAPI:
    """The gateway's application, complete and connected to nothing: it can be described, not used."""
    key = base64.b64encode(bytes(32)).decode()
    settings = Settings("gateway", NOWHERE, NOWHERE, "amqp://localhost", key)
    return create_app(Frame(settings), Bus(settings.amqp_url), None)


def stale(wanted: Mapping[str, str], folder: Path = GENERATED) -> list[str]:
    """The lines of a unified difference between the files of `folder` and what they should be."""
    lines: list[str] = []
    there = {str(file.relative_to(folder)) for file in folder.rglob("*.json")}
    for path in sorted(there | set(wanted)):
        old = (folder / path).read_text() if path in there else ""
        new = wanted.get(path, "")
        lines += difflib.unified_diff(old.splitlines(), new.splitlines(), f"a/{path}", f"b/{path}", "", "", lineterm="")
    return lines


def committed_schemas(folder: Path = GENERATED) -> dict[str, str]:
    """Path → text of the schemas and codes that are there now, without the documents made from them."""
    files = {str(file.relative_to(folder)): file.read_text() for file in sorted(folder.rglob("*.json"))}
    return {path: text for path, text in files.items() if path not in DOCUMENTS}


def shrunk(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What the schemas of `now` no longer keep of those of `before`, by file."""
    found: list[str] = []
    for path, text in before.items():
        if path not in now:
            found.append(f"{path}: 契约消失 (removed)")
            continue
        old, new = json.loads(text), json.loads(now[path])
        use: Use = "given" if path.startswith(f"{ANSWER_FOLDER}/") else "taken"
        findings = lost_codes(old, new) if path == REFUSALS else shrinkage(old, new, use)
        found += [path + finding for finding in findings]
    return found


def write(wanted: Mapping[str, str], folder: Path = GENERATED) -> list[str]:
    """Make `folder` hold exactly `wanted`; the paths that changed or went away."""
    there = {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*.json")}
    changed = [path for path in sorted({*there, *wanted}) if there.get(path) != wanted.get(path)]
    for path in changed:
        file = folder / path
        if path in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted[path])
        else:
            file.unlink()
    return changed
