"""Two counties, the city above them and a zone below one: everybody who works there, and what belongs to one of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
from begun_by_a_firm import odd_code, own_a_draft
from files_kit import pdf
from held_against_a_firm import own_an_integrity_finding, take_the_integrity_finding_away
from scene_kit import COMMITTED, INSTANT, new_uscc, small_scene
from system_kit import House, answered

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.demo.door import DemoDoor
from console.demo.people import (
    ACCOUNTS,
    ADMINISTRATORS,
    FINANCE,
    PARTNER,
    SUPERVISOR,
    WINDOW,
    DemoPeople,
    Office,
    made_up_resident_id,
    officer_of,
)
from console.demo.preparation import Stage
from console.demo.scene import HERE, SAMPLE
from services.review.tasks.task import task_id_of

Json = dict[str, Any]

EXPERT = Office("panel-expert", "评审专家", ("expert",))
BANK_OFFICE = Office("partner-bank", "合作银行", ("bank",))
ZONE = "zhanggong-zone"
STRANGE_PLACES: Mapping[str, str] = {"xingguo": "sibling county", "ganzhou": "city above", ZONE: "zone below"}
SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN = ADMINISTRATORS
OFFICES: Mapping[str, Office] = {
    "window": WINDOW,
    "bureau": ACCOUNTS,
    "finance": FINANCE,
    "supervisor": SUPERVISOR,
    "partner": PARTNER,
    "bank": BANK_OFFICE,
    "expert": EXPERT,
    "system": SYSTEM_ADMIN,
    "security": SECURITY_ADMIN,
    "auditor": AUDIT_ADMIN,
}
"""Who works in every place, by what they are there for; departments' officers and enterprises come beside them."""


@dataclass
class Belongings:
    """What is there in one county, and the tokens of all who might want it."""

    house: House
    stage: Stage
    client: httpx.Client
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    """(place, office) → token."""
    ids: dict[str, str] = field(default_factory=dict)
    """`cases/{case_id}` → the id of one that belongs to the county."""

    def token(self, office: str, place: str = HERE) -> str:
        return self.tokens[place, office]

    def ask(self, path: str, office: str, **parameters: Any) -> Json:
        answer = answered(
            lambda: self.client.get(f"/api/v1{path}", params=parameters, headers=self._signed(self.token(office)))
        )
        assert answer.status_code == 200, (path, answer.text)
        found: Json = answer.json()
        return found

    def order(self, path: str, office: str, body: Json, **headers: str) -> Json:
        key = f"attack/{new_id()}"
        answer = answered(
            lambda: self.client.post(
                f"/api/v1{path}",
                json=body,
                headers={**self._signed(self.token(office)), "Idempotency-Key": key, **headers},
            )
        )
        assert answer.is_success, (path, answer.text)
        done: Json = answer.json()
        return done

    def upload(self, content: bytes, office: str) -> str:
        """The hash under which the file is kept."""
        headers = {**self._signed(self.token(office)), "Content-Type": "application/octet-stream"}
        answer = self.client.post(
            "/api/v1/uploads", content=content, headers={**headers, "Idempotency-Key": f"attack/{new_id()}"}
        )
        assert answer.is_success, answer.text
        return str(answer.json()["sha256"])

    def _signed(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}


@contextmanager
def belongings(house: House) -> Iterator[Belongings]:
    """Everything that an id can stand for, in one county, and strangers of every kind."""
    stage = house.prepare(small_scene("belongings", [INSTANT, INSTANT, COMMITTED]))
    stage.people.appoint(BANK_OFFICE)
    house.play(stage)
    with house.client() as client:
        mine = Belongings(house, stage, client)
        _employ(mine)
        _own(mine)
        try:
            yield mine
        finally:
            _take_the_batch_away(mine)
            take_the_integrity_finding_away(mine.house, mine.ids)


def _employ(mine: Belongings) -> None:
    door = DemoDoor(mine.house.url)
    try:
        zone = {
            "id": ZONE,
            "parent_id": HERE,
            "level": "county",
            "division_code": "360799",
            "name": "章贡区试验园区",
            "settings": {"receipt_prefix": "ZZ"},
        }
        door.order("/tenants", token=mine.house.platform_token, key="attack/zone", body=zone)
        department = mine.stage.scene.departments[0]
        for place in (HERE, *STRANGE_PLACES):
            people = mine.stage.people if place == HERE else DemoPeople(door, mine.house.platform_token, place)
            for name, office in {**OFFICES, "department": officer_of(department)}.items():
                mine.tokens[place, name] = people.appoint(office)
            other = officer_of("另一部门") if place == HERE else None
            if other:
                mine.tokens[place, "sibling department"] = people.appoint(other)
    finally:
        door.close()
    enterprises = list(mine.stage.scene.enterprises)
    for name, enterprise in (("enterprise", enterprises[0]), ("sibling enterprise", enterprises[2])):
        mine.tokens[HERE, name] = mine.stage.enterprise_token(enterprise)


def _own(mine: Belongings) -> None:
    _own_from_lists(mine)
    _own_from_the_register(mine)
    _own_of_the_department(mine)
    _own_of_the_enterprise(mine)
    _own_a_receiver(mine)
    _own_a_name_change(mine)
    _own_decisions(mine)
    _own_a_finding(mine)
    _own_a_batch(mine)
    own_an_integrity_finding(mine.house, mine.ids)
    own_a_draft(mine.client, mine.token("enterprise"), mine.ids)


def _own_from_lists(mine: Belongings) -> None:
    uscc = mine.stage.scene.enterprises[0].uscc
    claims = mine.ask("/cases", "bureau", limit=200)["items"]
    (case,) = (each for each in claims if each["claim"]["uscc"] == uscc)
    payments = mine.ask("/disbursements", "bureau", limit=200)["items"]
    (payment,) = (each for each in payments if each["claim"]["uscc"] == uscc)
    inspected = next(each["case_id"] for each in claims if each["inspection_passed"])
    inspections = mine.ask(f"/cases/{inspected}/inspections", "bureau")["items"]
    papers = mine.ask(f"/cases/{case['case_id']}/papers", "bureau")["items"]
    mine.ids |= {
        "cases/{case_id}": case["case_id"],
        "inspections/{inspection_id}": inspections[0]["inspection_id"],
        "papers/{notice_id}": papers[0]["notice_id"],
        "disbursements/{disbursement_id}": payment["disbursement_id"],
        "tasks/{task_id}": task_id_of(case["case_id"], 1),
        "joint-checks/{task_id}": task_id_of(case["case_id"], 1),
        "enterprises/{enterprise_id}": mine.stage.enterprises[uscc],
        "enterprise-codes/{uscc}": uscc,
        "policies/{item_id}": case["claim"]["item_id"],
        "items/{item_id}": case["claim"]["item_id"],
        "application-forms/{item_id}": case["claim"]["item_id"],
        "by-receipt/{receipt}": case["claim"]["receipt"],
        "tenants/{tenant}": HERE,
        "tenants/{id}": HERE,
    }


FIRST_OF: Mapping[str, tuple[str, str]] = {
    "departments/{department_id}": ("/departments", "system"),
    "credentials/{credential_id}": ("/credentials", "security"),
    "appointments/{appointment_id}": ("/appointments", "security"),
    "mandates/{mandate_id}": ("/mandates", "security"),
    "people/{person_id}": ("/people", "security"),
}
"""Where the first of a list will do; its id's name is that of the path's parameter."""


def _own_from_the_register(mine: Belongings) -> None:
    for place, (path, office) in FIRST_OF.items():
        name = re.findall(r"{(\w+)}", place)[0]
        mine.ids[place] = str(mine.ask(path, office)["items"][0][name])
    department = mine.ids["departments/{department_id}"]
    window = {"department_id": department, "name": f"专窗{new_id()[-4:]}", "address": "一楼大厅"}
    mine.ids["windows/{window_id}"] = mine.order("/windows", "system", {"window": window})["window_id"]
    system = {
        "department_id": department,
        "name": "部门业务系统",
        "address": "https://yjj.example.gov.cn/zhida",
        "secret": "whsec_c2VjcmV0LW9mLWJvdGgtc2lkZXM=",
    }
    registered = mine.order("/department-systems", "system", system)
    mine.ids["department-systems/{system_id}"] = registered["system_id"]
    newcomer = f"newcomer-{new_id()[-8:]}"
    mine.order(
        "/people",
        "security",
        {"person_id": newcomer, "name": "新来的人", "resident_id": made_up_resident_id(newcomer)},
    )
    mine.order("/accounts", "security", {"person_id": newcomer, "login": newcomer})
    accounts = mine.ask("/accounts", "security", limit=200)["items"]
    mine.ids["accounts/{account_id}"] = next(each["account_id"] for each in accounts if each["login"] == newcomer)
    terms = {
        "issuer": f"https://id-{newcomer}.example.gov.cn",
        "client_id": "zhida",
        "audience": "staff",
        "label_zh": "政务统一认证",
        "label_en": "Government sign-in",
    }
    mine.order("/issuers", "security", {"issuer_id": newcomer, "terms": terms})
    duty = {"kind": "first_review", "name": f"受理岗{newcomer[-4:]}"}
    mine.ids["duties/{duty_id}"] = mine.order("/duties", "security", duty)["duty_id"]
    mine.ids["issuers/{issuer_id}"] = newcomer


def _own_of_the_department(mine: Belongings) -> None:
    new = new_id()[-6:]
    content = next(iter(mine.stage.scene.items.values()))
    draft = mine.order("/authoring/drafts", "department", {"content": {**content, "code": f"ZZ-{new}"}})
    document = {"name": f"试验办法{new}", "authority": "区政府", "level": "county", "number": f"章试〔2026〕{new}号"}
    figure = {
        "name": f"zone_{new}",
        "value": "1",
        "unit": "元",
        "source": "统计",
        "as_of": "2026-01-01",
        "period": "2025",
    }
    kept = mine.order("/authoring/documents", "department", {"document": document})
    figures = mine.order("/outside-figures", "department", {"figures": [figure]})
    table = f"统一社会信用代码,企业名称\n{new_uscc()},试验企业{new}\n".encode()
    told = {"format": "csv", "sha256": mine.upload(table, "department"), "source": "统计", "file_name": "t.csv"}
    expert = {"name": f"试验专家{new}", "employer": "试验大学", "fields": ["试验"]}
    mine.ids |= {
        "experts/{expert_id}": mine.order("/experts", "department", expert)["expert_id"],
        # Nothing was given for the scene's cases, and nobody sends a file now.
        "given-materials/{material_id}": new_id(),
        "resumable-uploads/{upload_id}": new_id(),
        # None of the scene's items has a panel or a public notice: an id that nobody has is as good as another's.
        "panels/{panel_id}": new_id(),
        "credit-draws/{draw_id}": new_id(),
        "credit-checks/{check_id}": new_id(),
        "archive/{receipt}": "ZD-20260310-AAAA0001",
        "objections/{objection_id}": new_id(),
        # Nor has any of its cases a task left once the scene is played.
        "tasks/{task_id}": new_id(),
        "drafts/{draft_id}": draft["draft_id"],
        "documents/{document_id}": kept["document_id"],
        "outside-figures/{figure_id}": figures["items"][0]["figure_id"],
        "operations/{service}/{operation_id}": mine.order("/enterprises/imports", "department", told)["operation_id"],
    }


def _own_of_the_enterprise(mine: Belongings) -> None:
    enterprise = mine.ids["enterprises/{enterprise_id}"]
    other = mine.stage.enterprises[mine.stage.scene.enterprises[2].uscc]
    accounts = mine.ask(f"/enterprises/{enterprise}/payee-accounts", "bureau")["items"]
    bank = next(each for each in mine.ask("/credentials", "security", limit=200)["items"] if "bank" in each["roles"])
    label = json.loads((SAMPLE / "labels" / "tech_sme.json").read_bytes())
    mine.order("/labels", "department", {"rule": label})
    consent = {
        "grantee": bank["credential_id"],
        "grantee_name": BANK_OFFICE.name,
        "labels": [label["code"]],
        "purposes": ["credit_assessment"],
        "valid_from": f"{date.today()}",
        "valid_until": f"{date.today() + timedelta(days=30)}",
    }
    material = {
        "kind": "business_licence",
        "name": "营业执照",
        "issuer": "市场监管局",
        "sha256": mine.upload(pdf(), "enterprise"),
        "valid_from": "2026-01-01",
    }
    look = {"reason": "核对联系方式"}
    merge = {"absorbed_id": other, "surviving_id": enterprise, "reason": "同一企业重复建档"}
    duties = eventually(lambda: mine.ask("/my/duty-messages", "bureau", limit=1)["items"])
    mine.ids |= {
        "payee-accounts/{account_id}": accounts[0]["account_id"],
        "messages/{message_id}": mine.ask("/my/messages", "enterprise")["items"][0]["message_id"],
        "duty-messages/{message_id}": duties[0]["message_id"],
        "applications/{application_id}": mine.ask("/applications", "enterprise")["items"][0]["claim"]["application_id"],
        "consents/{consent_id}": mine.order(f"/enterprises/{enterprise}/consents", "enterprise", consent)["consent_id"],
        "contact-looks/{disclosure_id}": mine.order(f"/enterprises/{enterprise}/contact-looks", "window", look)[
            "disclosure_id"
        ],
        "materials/{material_id}": mine.order(f"/enterprises/{enterprise}/materials", "enterprise", material)["ref"][
            "material_id"
        ],
        "code-admissions/{admission_id}": mine.order("/code-admissions", "window", odd_code())["admission_id"],
        "enterprise-merges/{merge_id}": mine.order("/enterprise-merges", "window", merge)["merge_id"],
    }


def _own_a_receiver(mine: Belongings) -> None:
    person = {"kind": "person", "name": "示例毕业生甲", "resident_id": made_up_resident_id("attack/graduate")}
    holder = mine.order("/payee-holders", "enterprise", person)["holder_id"]
    named = {"account_name": person["name"], "account_number": "3607020000000001", "bank_name": "示例银行"}
    account = mine.order(f"/payee-holders/{holder}/accounts", "enterprise", named)
    mine.ids |= {"payee-holders/{holder_id}": holder, "holder-accounts/{account_id}": account["account_id"]}


def _own_a_name_change(mine: Belongings) -> None:
    enterprise = mine.ids["enterprises/{enterprise_id}"]
    said = {
        "name": "改名后的示例企业",
        "effective_on": "2026-01-05",
        "notice": "变更〔2026〕1 号",
        "notice_on": "2026-01-05",
    }
    made = mine.order(f"/enterprises/{enterprise}/name-changes", "window", said)
    mine.ids["enterprise-name-changes/{change_id}"] = made["change_id"]


def _own_decisions(mine: Belongings) -> None:
    """Somebody wants a decided case to be looked at again, and has tried to decide it once more in a bulk."""
    case_id = mine.ids["cases/{case_id}"]
    version = mine.ask(f"/cases/{case_id}", "department")["version"]
    proposal = {"reason": "审计发现数据有误"}
    proposed = mine.order(f"/cases/{case_id}/reopenings", "department", proposal, **{"If-Match": f'"{version}"'})
    lines = [{"case_id": case_id, "expected_version": version}]
    begun = mine.order("/cases/bulk-approvals", "department", {"lines": lines})
    mine.ids |= {
        "reopenings/{reopening_id}": proposed["reopening_id"],
        "bulk-decisions/{operation_id}": begun["operation_id"],
    }


def _own_a_finding(mine: Belongings) -> None:
    """Two dossiers that have had the same award turn out to be one enterprise's."""
    first, second, _third = (mine.stage.enterprises[each.uscc] for each in mine.stage.scene.enterprises)
    merge = {"absorbed_id": second, "surviving_id": first, "reason": "同一企业重复建档"}
    proposed = mine.order("/enterprise-merges", "window", merge)
    mine.order(f"/enterprise-merges/{proposed['merge_id']}/confirm", "bureau", {}, **{"If-Match": '"1"'})
    uscc = mine.stage.scene.enterprises[0].uscc

    def found() -> str | None:
        everything = mine.ask("/award-findings", "supervisor", limit=200)["items"]
        return next((each["finding_id"] for each in everything if uscc in str(each)), None)

    mine.ids["award-findings/{finding_id}"] = eventually(found, within=30)
    mine.ids["awards/{award_id}"] = mine.ask("/awards", "supervisor", limit=1)["items"][0]["award_id"]


BATCH = """
INSERT INTO quota_batch (tenant, id, version, sequence, item_id, family, item_title, item_version, department, department_id,
    number, quota, name, until, used, places_taken, before_zh, claims, served, allotted_fen, drawn_by, drawn_at, state,
    proposed_by, proposed_at)
SELECT c.tenant, %s, 1, 0, c.item_id, c.item_id, 'x', 1, c.department, c.department_id, 0, '{"places": 1}', '第一批',
    '2026-03-09', 0, 0, '1 个名额', 0, 0, 0, 'nobody', now(), 'proposed', 'nobody', now()
FROM review_case c WHERE c.id = %s
"""


def _own_a_batch(mine: Belongings) -> None:
    """A batch of the department's, as the database has it: no item of the scene ranks its claims."""
    batch = new_id()
    with mine.house.database("review") as connection:
        connection.execute(BATCH, [batch, mine.ids["cases/{case_id}"]])
        connection.commit()
    mine.ids["quota-batches/{batch_id}"] = batch


def _take_the_batch_away(mine: Belongings) -> None:
    """Nobody has drawn it up, and so nothing was sealed of it: no later proof of the house may find it."""
    with mine.house.database("review") as connection:
        connection.execute("DELETE FROM quota_batch WHERE id = %s", [mine.ids["quota-batches/{batch_id}"]])
        connection.commit()
