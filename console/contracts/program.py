"""`./zhida contracts`: what the Python contract types say, written down for everybody else.

JSON Schemas, the codes of all refusals, OpenAPI 3.1 and AsyncAPI 3 in `contracts/generated`, and the picture of the
flow, all committed. `--diff` says what a change means for others; what `contracts/baseline.json` records must be kept.
"""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from chassis.edge.frame import Frame
from chassis.foundation.keyring import KeyRing
from chassis.foundation.settings import Settings
from console.contracts import asyncapi, flow_picture, metrics_page, permission_table
from console.contracts.changes import broken, sentences
from console.contracts.files import (
    BASELINE,
    FLOW_PICTURE,
    FOLDER,
    METRICS_PAGE,
    METRICS_RULES,
    PERMISSION_TABLE,
    committed_files,
    generated_files,
    has_history,
    stale,
    write,
)
from console.contracts.item_schema import FILE as ITEM_SCHEMA
from console.contracts.item_schema import item_schema
from console.contracts.layout import text_of
from console.contracts.outside import NotComparable, Outside, outside_of, recorded, recorded_text
from console.contracts.refusals import refusal_table
from console.contracts.schemas import NOTE, schema_documents
from console.contracts.unions import name_unions
from console.place import CHECKOUT
from console.refusal import CommandRefusal
from contracts.keys import KEYS
from gateway.app import create_app
from gateway.bus import Bus

NOWHERE = "postgresql+psycopg://nobody@localhost/none"
ABOUT = "生成接口契约，说明改动对外的影响 · generate the contracts, say what a change does to others"


def main(argv: list[str]) -> int:
    """Writes what has changed; 1, and nothing is written, when the contracts no longer keep what is recorded.

    With `--check` or `--diff` nothing is written: the one returns 1 when something would be, the other says what the
    change means for others. `--record-baseline` writes, and records the contracts as what must be kept from now on.
    """
    options = _parser().parse_args(argv)
    wanted = generated_texts()
    now = outside_of_texts(wanted)
    if options.check:
        differences = stale(wanted)
        print("\n".join(differences) or "契约文件与代码一致。 The contracts are up to date.")
        return 1 if differences else 0
    if options.diff:
        return _diff(options.against, now)
    given_up = [str(each) for each in broken(baseline(), now)] if (CHECKOUT / BASELINE).exists() else []
    if options.record_baseline:
        (CHECKOUT / BASELINE).write_text(recorded_text(now))
        print("\n".join([f"已记录基线 {BASELINE} · recorded", *given_up]))
    elif given_up:
        heading = "契约只能增加，不能减少（确需如此，用 --record-baseline 重新记录）· contracts may only grow:"
        print("\n".join([heading, *given_up]))
        return 1
    changed = write(wanted)
    print(f"已写入 {len(changed)} 个文件 · written" if changed else "契约文件已是最新。 Nothing has changed.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./zhida contracts", description=ABOUT)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="只比较，不写入 · compare, write nothing")
    what.add_argument("--diff", action="store_true", help="逐句说明改动对外的影响 · say what the change does to others")
    what.add_argument(
        "--record-baseline", action="store_true", help="记录当前契约，今后只增不减 · what is there now must be kept"
    )
    parser.add_argument(
        "--against",
        metavar="FILE|REV",
        help="与 --diff 合用：基线文件或提交，默认为最近的提交 · a baseline file or a commit; by default the last commit",
    )
    return parser


def _diff(against: str | None, now: Outside) -> int:
    found = sentences(earlier(against), now)
    print("\n".join(str(each) for each in found) or "对外没有变化。 Nothing has changed for others.")
    if found:
        breaking = sum(each.breaks for each in found)
        print(f"共 {len(found)} 处变化，其中 {breaking} 处不兼容。 {len(found)} changes, {breaking} break others.")
    return 0


def earlier(against: str | None) -> Outside:
    """What the contracts were: in a baseline file, in a commit, or (by default) in the last one. Raises Refusal."""
    try:
        if against is not None and Path(against).is_file():
            return recorded(Path(against).read_text())
        if against is None and not has_history():
            return outside_of_texts(generated_files())
        return outside_of_texts(committed_files(against or "HEAD"))
    except NotComparable as missing:
        raise CommandRefusal(
            f"{against or 'HEAD'} 中没有可比较的契约文件（{missing}）。",
            f"there are no contract files to compare with in {against or 'HEAD'} ({missing})",
        ) from missing


def baseline() -> Outside:
    """What was recorded to be kept."""
    return recorded((CHECKOUT / BASELINE).read_text())


@cache
def generated_texts() -> dict[str, str]:
    """Path below the checkout → the file's text: worked out once, since the code stays as it is."""
    documents = {
        "openapi.json": {"x-generated": NOTE, **openapi_document()},
        "asyncapi.json": {"x-generated": NOTE, **asyncapi.document()},
        "refusals.json": {"$comment": NOTE, "codes": refusal_table()},
        **schema_documents(),
        Path(ITEM_SCHEMA).name: item_schema(),
    }
    texts = {f"{FOLDER}/{name}": text_of(document) for name, document in documents.items()}
    pages = {
        FLOW_PICTURE: flow_picture.text(),
        PERMISSION_TABLE: permission_table.text(),
        METRICS_PAGE: metrics_page.text(),
        METRICS_RULES: metrics_page.rules(),
    }
    return {**texts, **pages}


def outside_of_texts(texts: Mapping[str, str]) -> Outside:
    """What generated files say to others. Raises NotComparable."""
    return outside_of(
        {path.removeprefix(f"{FOLDER}/"): json.loads(text) for path, text in texts.items() if path.startswith(FOLDER)}
    )


def openapi_document() -> dict[str, Any]:
    """What the gateway serves, with each union of the contracts described once."""
    document = unconnected_gateway().openapi()
    schemas = name_unions(document["components"]["schemas"], "#/components/schemas/")
    return {**document, "components": {**document["components"], "schemas": schemas}}


def unconnected_gateway() -> FastAPI:
    """The gateway's application, complete and connected to nothing: it can be described, not used."""
    keys = KeyRing(dict.fromkeys(KEYS, base64.b64encode(bytes(32)).decode()))
    settings = Settings("gateway", NOWHERE, NOWHERE, "amqp://localhost", keys)
    return create_app(Frame(settings), Bus(settings.amqp_url), None)
