"""`./zhida administrators --file three.json`: the first three administrators, by the installation's own token (三员分立).

Each of the three is registered, given the one duty, and an account whose link is handed over in person. Afterwards the
token is taken away (docs/onboarding.md). Said again with the same file it goes on, and shows new links to those who have not set
up their accounts yet.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from pydantic import Field, ValidationError

from chassis.foundation.reasons import reasons_for
from chassis.time.clock import CHINA
from console.demo.door import DemoDoor, RequestRefused
from console.operating.onboard import file_text
from console.operating.operator_door import operator_door
from console.refusal import CommandRefusal
from contracts.accounts import LoginName
from contracts.departments import RegisteredName
from contracts.duties import DUTY_NAMES
from contracts.enterprises import Mobile
from contracts.identity import PLATFORM
from contracts.message import Model
from contracts.people import PersonName, ResidentId

ThreeDuties = Literal["system_admin", "security_admin", "audit_admin"]


class FirstAdministrator(Model):
    name: PersonName
    login: LoginName
    resident_id: ResidentId | None = None
    mobile: Mobile | None = None


class Administration(Model):
    """Who runs the platform: the department that they belong to, and the three of them."""

    department: RegisteredName
    administrators: dict[ThreeDuties, FirstAdministrator] = Field(min_length=3)


def main(argv: list[str]) -> int:
    """Returns 0; refuses (exit code 1) for a file that does not fit, and for what the gateway refuses."""
    options = _parser().parse_args(argv)
    said = administration_in(file_text(options.file))
    with operator_door(options.url) as (door, token, address):
        appointing = Appointing(door, token)
        department = appointing.department(said.department)
        for duty, person in said.administrators.items():
            link = appointing.appoint(duty, person, department)
            print(f"{DUTY_NAMES[duty]} {person.name}(登录名 {person.login}):{address}{link}")
    print("链接当面交给本人,由本人设置口令和动态口令。三人都能登录后,收回安装时的平台凭证(docs/onboarding.md)。")
    return 0


class Appointing:
    """What is ordered, each with a key that follows from what is said: to say it again is to go on."""

    def __init__(self, door: DemoDoor, token: str) -> None:
        self._door, self._token = door, token

    def department(self, name: str) -> str:
        """The id of the department that runs the platform, which may be there already."""
        body = {"tenant": PLATFORM, "department": {"name": name, "functions": ["platform"]}}
        try:
            return str(self._order("/departments", body)["department_id"])
        except RequestRefused as refused:
            if "department_name_taken" not in refused.reasons:
                raise
        known = self._door.everything("/departments", token=self._token, tenant=PLATFORM)
        return next(str(each["department_id"]) for each in known if each["name"] == name)

    def appoint(self, duty: ThreeDuties, person: FirstAdministrator, department: str) -> str:
        """The path of the link by which the person sets up the account."""
        who = person.model_dump(include={"name", "resident_id", "mobile"}, exclude_none=True)
        person_id = str(self._order("/people", who)["person_id"])
        held = {"tenant": PLATFORM, "person_id": person_id, "department_id": department, "duty_id": duty}
        try:
            self._order("/appointments", {**held, "since": f"{datetime.now(UTC).astimezone(CHINA):%Y-%m-%d}"})
        except RequestRefused as refused:
            if "appointed_already" not in refused.reasons:
                raise
        return self._link(person_id, person.login)

    def _link(self, person_id: str, login: str) -> str:
        """The path of a new link. Raises RequestRefused for an account that is set up: nobody takes that away by saying
        the same again."""
        try:
            return str(self._order("/accounts", {"person_id": person_id, "login": login})["path"])
        except RequestRefused as refused:
            if refused.code not in ("already_issued", "account_exists"):
                raise
            known = self._door.everything("/accounts", token=self._token, tenant=PLATFORM, person_id=person_id)
            waiting = next((each for each in known if each["login"] == login and each["state"] == "invited"), None)
            if waiting is None:
                raise
        path = f"/accounts/{waiting['account_id']}/recover"
        again = {"why": "首次登录链接重新发出"}
        return str(self._door.order(path, token=self._token, key=uuid4().hex, body=again)["path"])

    def _order(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]
        return self._door.order(path, token=self._token, key=f"first{path}/{digest}", body=body)


def administration_in(text: str) -> Administration:
    """Refuses what does not fit, and three duties in fewer than three hands."""
    try:
        said = Administration.model_validate_json(text)
    except ValidationError as error:
        wrong = reasons_for(error.errors(include_url=False))
        raise CommandRefusal("；".join(each.message for each in wrong), "The file does not fit.") from error
    people = {(each.name, each.resident_id) for each in said.administrators.values()}
    logins = {each.login for each in said.administrators.values()}
    if len(people) < 3 or len(logins) < 3:
        raise CommandRefusal(
            "系统管理员、安全管理员、审计管理员须由三人分别担任。", "The three administrators must be three persons."
        )
    return said


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./zhida administrators", description="任命最初的三名管理员 · the first three administrators"
    )
    parser.add_argument("--file", required=True, metavar="FILE", help="三名管理员(JSON),示例见 sample/onboarding")
    parser.add_argument("--url", help="网站网址,缺省为本机 · the gateway's address")
    return parser
