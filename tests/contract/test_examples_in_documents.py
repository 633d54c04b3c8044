"""The documents' own examples do what they say: every address that they name is there and knows its parameters, and every
call that they show is answered."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from door_kit import YesMan, ask, door_with, registers
from fastapi import FastAPI

from console.place import CHECKOUT
from gateway.access import ROLES

DOCUMENTS = sorted([*(CHECKOUT / "docs").glob("*.md"), *CHECKOUT.glob("README*.md")])
NAMED = re.compile(r"`(GET|POST|PUT) (/api/v1/[^`\s]*)")
BLOCK = re.compile(r"```(?:bash|sh)?\n(.*?)```", re.S)
SHORTENED = re.compile(r"\{,([^}]*)\}")


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return door_with(YesMan(), registers)


def named() -> list[tuple[str, str, str]]:
    """(document, method, address) of everything that is named in a line of text."""
    found = []
    for document in DOCUMENTS:
        for method, address in NAMED.findall(document.read_text()):
            endings = ["", *SHORTENED.search(address)[1].split(",")] if SHORTENED.search(address) else [""]
            found += [(document.name, method, SHORTENED.sub(ending, address)) for ending in endings]
    return found


def shown() -> Iterator[tuple[str, str]]:
    """(document, command) of every `curl` with a whole address, its lines put together."""
    for document in DOCUMENTS:
        for block in BLOCK.findall(document.read_text()):
            command = ""
            for line in block.replace("\\\n", " ").splitlines():
                command = f"{command}\n{line}" if command else line
                if command.count("'") % 2:
                    continue  # the body goes on in the next line
                if command.startswith("curl ") and "/api/v1/" in command:
                    yield document.name, command
                command = ""


def as_request(command: str) -> dict[str, Any]:
    """What this `curl` sends; what comes of its answer behind a pipe or in a file is not looked at."""
    command = re.sub(r"\$\([^)]*\)", '"x"', command)
    words = shlex.split(command.split(" | ")[0], comments=True)
    request: dict[str, Any] = {"method": "GET", "headers": {}, "params": []}
    values = {"-X", "-H", "-d", "--data-urlencode", "-D", "-o", "-w"}
    at = 1
    while at < len(words):
        word, value = words[at], words[at + 1] if at + 1 < len(words) else ""
        if word == "-X":
            request["method"] = value
        elif word == "-H":
            name, _, said = value.partition(":")
            request["headers"][name] = said.strip()
        elif word == "-d":
            request["content"] = value
        elif word == "--data-urlencode":
            request["params"].append(tuple(value.split("=", 1)))
        elif word.startswith("http"):
            parts = urlsplit(word.replace("$ID", "x-1"))
            request["url"], request["params"] = parts.path, [*parse_qsl(parts.query), *request["params"]]
        at += 2 if word in values else 1
    return request


def test_every_address_that_a_document_names_is_there_and_knows_its_parameters(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    wrong = []
    for document, method, address in named():
        path, _, query = address.partition("?")
        known = next((each for each in paths if _same(each, path) and method.lower() in paths[each]), None)
        if known is None:
            if not path.endswith("…"):
                wrong.append((document, method, path))
            continue
        parameters = {each.get("name") for each in paths[known][method.lower()].get("parameters", ())}
        wrong += [(document, path, name) for name, _value in parse_qsl(query) if name not in parameters]
    assert wrong == []
    assert len(named()) > 20


def _same(template: str, path: str) -> bool:
    here, there = template.split("/"), path.split("/")
    return len(here) == len(there) and all(
        a == b or (a.startswith("{") and bool(b)) for a, b in zip(here, there, strict=True)
    )


@pytest.mark.parametrize(("document", "command"), list(shown()), ids=[command[:90] for _document, command in shown()])
def test_every_call_that_a_document_shows_is_answered(app: FastAPI, document: str, command: str) -> None:
    request = as_request(command)
    tokens = sorted(ROLES) if "Authorization" in request["headers"] else [""]
    answers = [
        ask(
            app, {**request, "headers": {**request["headers"], **({"Authorization": f"Bearer {role}"} if role else {})}}
        )
        for role in tokens
    ]
    assert any(answer.is_success for answer in answers), (document, {answer.text for answer in answers})


def test_there_are_examples(tmp_path: Path) -> None:
    assert len(list(shown())) >= 6
