"""Clients that are made of openapi.json do real work on the running system: an application is filed, decided and followed
with the Python one, and read with the TypeScript one."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.demo.actors import application_form
from console.demo.people import ADMINISTRATORS, FINANCE, PARTNER, officer_of
from console.demo.preparation import Stage
from console.demo.scene import item_content
from console.quality.client_makers import make_python_client, typescript_maker

CLIENTS = Path(__file__).parents[1] / "clients"


@pytest.fixture(scope="module")
def stage(standing_house: House) -> Stage:
    standing_house.stand_up()
    return standing_house.prepare(small_scene("client", [INSTANT]))


@pytest.fixture(scope="module")
def openapi(standing_house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document as the running gateway gives it out."""
    file = tmp_path_factory.mktemp("made") / "openapi.json"
    with standing_house.client() as client:
        file.write_bytes(client.get("/openapi.json").raise_for_status().content)
    return file


class Made:
    """The Python client: its operations and types by their names in the document."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._callers: list[Any] = []
        self._package = importlib.import_module("zhida_client")
        self.models = importlib.import_module("zhida_client.models")

    def caller(self, token: str | None = None) -> Any:
        made = self._package.AuthenticatedClient if token else self._package.Client
        self._callers.append(made(base_url=self.url, **({"token": token} if token else {})))
        return self._callers[-1]

    def close(self) -> None:
        while self._callers:
            self._callers.pop().get_httpx_client().close()

    def operation(self, heading: str, name: str) -> Callable[..., Any]:
        """What the operation answers, with its status and the typed body."""
        called: Callable[..., Any] = importlib.import_module(f"zhida_client.api.{heading}.{name}").sync_detailed
        return called


@pytest.fixture
def made(house: House, openapi: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    into = openapi.parent / "python"
    if not into.exists():
        said = make_python_client(openapi, into)
        assert said.returncode == 0, said.stdout
    monkeypatch.syspath_prepend(str(into))
    client = Made(house.url)
    yield client
    client.close()


def test_an_application_is_filed_decided_and_followed_with_the_generated_client(made: Made, stage: Stage) -> None:
    (claim,) = stage.scene.claims
    enterprise = made.caller(stage.enterprise_token(claim.enterprise))
    officer = made.caller(stage.people.appoint(officer_of(stage.scene.department_of(claim.item))))
    form = made.models.SubmitApplicationForm.from_dict(application_form(stage, claim))
    submit = made.operation("applications", "submit_application")

    def filed() -> Any:
        """As soon as intake has heard of the enterprise and its account."""
        answer = submit(client=enterprise, body=form, idempotency_key=f"test/{new_id()}")
        return answer.parsed if answer.status_code == 201 else None

    receipt = eventually(filed, every=0.3)
    assert isinstance(receipt, made.models.FilingReceipt)

    def waiting() -> Any:
        page = made.operation("cases", "list_cases")(client=officer, about=receipt.receipt).parsed
        return next(iter(page.items), None)

    case = eventually(waiting, every=0.3)
    assert (case.state.value, case.amount_fen) == ("accepted", claim.expected_fen)
    approve = made.operation("cases", "approve_case")
    body = made.models.ApproveCaseForm(amount_fen=case.amount_fen, opinion="符合条件，同意兑现")
    stale = approve(
        case.case_id, client=officer, body=body, idempotency_key=f"test/{new_id()}", if_match=f'"{case.version + 7}"'
    )
    assert (stale.status_code, stale.parsed.code) == (412, "stale_version")
    decided = approve(
        case.case_id, client=officer, body=body, idempotency_key=f"test/{new_id()}", if_match=f'"{case.version}"'
    )
    assert decided.parsed.state.value == "approved"

    def followed() -> bool:
        """Anybody with the receipt and its code."""
        track = made.operation("tracking", "track_case")
        told = track(receipt.receipt, client=made.caller(), code=receipt.query_code)
        return bool(told.status_code == 200 and told.parsed.amount_fen == claim.expected_fen)

    assert eventually(followed, every=0.3)


def test_a_partner_system_finds_an_enterprise_by_its_code_and_the_auditor_sees_that_it_looked(
    made: Made, stage: Stage
) -> None:
    (claim,) = stage.scene.claims
    find = made.operation("enterprises", "find_enterprise")
    partner = made.caller(stage.people.appoint(PARTNER))
    found = find(claim.enterprise.uscc, client=partner).parsed
    assert found.enterprise_id == stage.enterprises[claim.enterprise.uscc]
    assert find(claim.enterprise.uscc, client=made.caller(stage.people.appoint(FINANCE))).status_code == 403
    kind = made.models.ListSecurityEventsKindType0.ENTERPRISE_LOOKED_UP
    auditor = made.caller(stage.people.appoint(ADMINISTRATORS[2]))
    page = made.operation("security_events", "list_security_events")(client=auditor, kind=kind).parsed
    assert claim.enterprise.uscc in {each.details["uscc"] for each in page.items}


def test_the_typescript_client_reads_what_is_on_offer_and_is_told_what_is_wrong(
    house: House, stage: Stage, openapi: Path
) -> None:
    (claim,) = stage.scene.claims
    officer = stage.people.appoint(officer_of(stage.scene.department_of(claim.item)))
    maker = typescript_maker()
    folder = openapi.parent / "typescript"
    made = maker.runs("@hey-api/openapi-ts/bin/run.js", "-i", openapi, "-o", folder / "made", cwd=openapi.parent)
    assert made.returncode == 0, made.stdout
    for name in ("use.ts", "tsconfig.json"):
        (folder / name).write_bytes((CLIENTS / name).read_bytes())
    compiled = maker.runs("typescript/bin/tsc", "-p", folder, "--outDir", folder / "out", cwd=folder)
    assert compiled.returncode == 0, compiled.stdout
    ran = maker.runs_script(folder / "out" / "use.js", house.url, officer, item_content(claim.item)["title"])
    assert ran.returncode == 0, ran.stdout
    told = json.loads(ran.stdout)
    assert told["title"] == item_content(claim.item)["title"]
    assert told["sentences"] >= 3
    assert (told["status"], told["code"]) == (404, "item_unknown")
