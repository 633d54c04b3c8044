"""Others make their clients of openapi.json: in Python and in TypeScript a whole one comes of it, without a warning."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from console.quality.client_makers import make_python_client, typescript_maker
from tests.contract.visible import gateway_document

CLIENTS = Path(__file__).parents[1] / "clients"


@pytest.fixture(scope="module")
def openapi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("clients") / "openapi.json"
    file.write_text(json.dumps(gateway_document()[0]), encoding="utf-8")
    return file


def operation_names() -> set[str]:
    return {declared.name for declared, _operation in gateway_document()[1]}


def test_a_whole_python_client_is_made_without_a_warning(openapi: Path) -> None:
    into = openapi.parent / "python"
    made = make_python_client(openapi, into)
    assert made.returncode == 0, made.stdout
    assert "warning" not in made.stdout.lower()
    assert (into / "zhida_client").is_dir(), "the title is ASCII, so that a package can be called after it"
    modules = {file.stem for file in (into / "zhida_client" / "api").glob("*/*.py")} - {"__init__"}
    assert modules == operation_names()


def test_a_whole_typescript_client_is_made_and_fits_its_types(openapi: Path) -> None:
    maker = typescript_maker()
    folder = openapi.parent / "typescript"
    made = maker.runs("@hey-api/openapi-ts/bin/run.js", "-i", openapi, "-o", folder / "made", cwd=openapi.parent)
    assert made.returncode == 0 and not re.search(r"warn|error", made.stdout, re.I), made.stdout
    for name in ("use.ts", "tsconfig.json"):
        (folder / name).write_bytes((CLIENTS / name).read_bytes())
    compiled = maker.runs("typescript/bin/tsc", "--noEmit", "-p", folder, cwd=folder)
    assert (compiled.returncode, compiled.stdout) == (0, "")
    functions = set(re.findall(r"^export const (\w+) = <", (folder / "made" / "sdk.gen.ts").read_text(), re.M))
    assert functions == {_camel(name) for name in operation_names()}


def test_headings_are_names_that_modules_can_be_called_by() -> None:
    document, operations = gateway_document()
    assert all(re.fullmatch(r"[a-z_]+", each["name"]) and each["description"] for each in document["tags"])
    assert {tag for _declared, operation in operations for tag in operation["tags"]} == {
        each["name"] for each in document["tags"]
    }
    assert document["info"]["title"] == "Zhida"
    assert {"cases", "own_affairs", "security_events"} <= {each["name"] for each in document["tags"]}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
