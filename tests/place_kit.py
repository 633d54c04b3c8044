"""A county and its city, opened and staffed over HTTP, and what their people do there day by day."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from later_kit import LaterHouse
from scene_kit import new_uscc

from chassis.foundation.ids import new_id, random_code
from chassis.testing.waiting import eventually
from console.demo.door import DemoDoor, Json, RequestRefused
from console.demo.people import (
    ACCOUNTS,
    CHECKER,
    FINANCE,
    PARTNER,
    SUPERVISOR,
    WINDOW,
    DemoPeople,
    Office,
    enterprise_office,
    leader_of,
    officer_of,
    second_officer_of,
)
from console.demo.scene import item_content

NOT_YET = frozenset(
    {
        "item_unknown",
        "enterprise_unknown",
        "payee_account_missing",
        "facts_missing",
        "tenant_unknown",
        "department_unknown",
    }
)
"""Somebody has not heard of what was said a moment ago."""

YUAN = 100
APPROVER = "政策主管部门审批岗"
BODY, COURT = "示例市人民政府", "示例市中级人民法院"
"""Whom one turns to who does not agree with a decision."""


@dataclass(frozen=True)
class Firm:
    id: str
    uscc: str
    name: str
    account: str
    office: Office


@dataclass
class Place:
    """One tenant with its people. Everybody signs in with a token of their own; what they order is said once."""

    house: LaterHouse
    door: DemoDoor
    id: str
    people: DemoPeople

    # -- what everybody does ------------------------------------------------------------------------------

    def order(self, path: str, body: Mapping[str, Any], *, by: Office, version: int | None = None) -> Json:
        """Raises RequestRefused."""
        return self.door.order(path, token=self.people.token(by), key=f"test/{new_id()}", body=body, version=version)

    def ordered(self, path: str, body: Mapping[str, Any], *, by: Office) -> Json:
        """The same, again and again until whoever takes it has heard of what it is about."""

        def taken() -> Json | None:
            try:
                return self.order(path, body, by=by)
            except RequestRefused as refused:
                if refused.reasons <= NOT_YET:
                    return None
                raise AssertionError(str(refused)) from refused

        return eventually(taken, every=0.2)

    def refused(self, path: str, body: Mapping[str, Any], *, by: Office, version: int | None = None) -> RequestRefused:
        try:
            done = self.order(path, body, by=by, version=version)
        except RequestRefused as refusal:
            return refusal
        raise AssertionError(f"{path} was not refused: {done}")

    def ask(self, path: str, *, by: Office, **parameters: str | int) -> Json:
        return self.door.ask(path, token=self.people.token(by), **parameters)

    def all(self, path: str, *, by: Office, **parameters: str | int) -> list[Json]:
        return self.door.everything(path, token=self.people.token(by), **parameters)

    def uploads(self, content: bytes, name: str, *, by: Office) -> str:
        """→ the file's hash."""
        headers = {"Authorization": f"Bearer {self.people.token(by)}", "Idempotency-Key": f"test/{new_id()}"}
        with self.house.client() as client:
            answer = client.post("/api/v1/uploads", params={"file_name": name}, content=content, headers=headers)
        assert answer.is_success, answer.text
        return str(answer.json()["sha256"])

    def platform(self, path: str, body: Mapping[str, Any]) -> Json:
        return self.door.order(path, token=self.house.platform_token, key=f"test/{new_id()}", body=body)

    # -- before anything is claimed -----------------------------------------------------------------------

    def staffed(self, departments: Mapping[str, str]) -> None:
        """The standing offices, and officer, second officer and leader of each department (name → what it is there for)."""
        for name, function in departments.items():
            self.people.department(name, function)
        offices = [make(name) for name in departments for make in (officer_of, second_officer_of, leader_of)]
        _each((WINDOW, PARTNER, ACCOUNTS, CHECKER, FINANCE, SUPERVISOR, *offices), self.people.appoint)

    def means(self, use: str, term: str, meaning: Mapping[str, str]) -> None:
        self.platform("/plan-terms", {"tenant": self.id, "use": use, "term": term, "meaning": meaning})

    def publishes(self, content: Mapping[str, Any]) -> str:
        """→ the item's id."""
        owner = officer_of(content["rules"]["plan"]["department"])
        return str(self.order("/policies", {"content": content, "guide_confirmed": True}, by=owner)["item_id"])

    def appropriates(self, department: str, item: str, yuan: int) -> None:
        year = self.house.now().year
        body = {
            "year": year,
            "department": department,
            "item_id": item,
            "amount_fen": yuan * YUAN,
            "document_number": f"财示例〔{year}〕{random_code(6)}号",
        }
        self.ordered("/budgets", body, by=FINANCE)

    def registers(self, name: str, facts: Iterable[Mapping[str, Any]] = ()) -> Firm:
        """A firm with its file and an account that a second person has confirmed."""
        code, digits = new_uscc(), random_code(8)
        known = {"uscc": code, "name": name, "industry": "示例", "contact_mobile": f"199{str(int(digits, 36))[:8]:0>8}"}
        id = str(self.ordered("/enterprises", known, by=WINDOW)["enterprise_id"])
        firm = Firm(id, code, name, f"36073209{str(int(digits, 36))[:8]:0>8}001", enterprise_office(code, name, id))
        self.people.appoint(firm.office)
        if said := list(facts):
            self.order(f"/enterprises/{id}/facts", {"facts": said}, by=PARTNER)
        account = {"account_name": name, "account_number": firm.account, "bank_name": "示例银行"}
        kept = self.order(f"/enterprises/{id}/payee-accounts", account, by=firm.office)
        self.order(f"/payee-accounts/{kept['account_id']}/confirm", {}, by=ACCOUNTS, version=kept["version"])
        return firm

    # -- a claim ------------------------------------------------------------------------------------------

    def applies(self, firm: Firm, item: str, *commitments: str, **more: Any) -> Json:
        """→ the receipt."""
        body = {
            "item_id": item,
            "declared_facts": [],
            "payee_name": firm.name,
            "commitments": list(commitments),
            **more,
        }
        return self.ordered("/applications", body, by=firm.office)

    def case_of(self, receipt: Mapping[str, Any], by: Office) -> Json:
        """As soon as review has heard of it."""

        def found() -> Json | None:
            kept = self.all("/cases", by=by, about=str(receipt["receipt"]))
            return kept[0] if kept else None

        return eventually(found, every=0.2)

    def case(self, case_id: str, by: Office) -> Json:
        return self.ask(f"/cases/{case_id}", by=by)

    def on(self, case_id: str, verb: str, body: Mapping[str, Any], *, by: Office) -> Json:
        """With the version that was just read."""
        return self.order(f"/cases/{case_id}/{verb}", body, by=by, version=self.case(case_id, by)["version"])

    def answers_check(self, receipt: str, department: str, **said: Any) -> Json:
        """The department's officer finds the check among its tasks and answers it, of yesterday's data."""
        officer = officer_of(department)

        def task() -> Json | None:
            found = self.all("/tasks", by=officer, about=receipt, task="joint_check")
            return found[0] if found else None

        asked = eventually(task, every=0.2)
        words = {
            "answer": "clear",
            "source": department,
            "as_of": str(self.house.now().date() - timedelta(days=1)),
            "remark": "经查询无异议",
            **said,
        }
        way = f"/joint-checks/{asked['task_id']}"
        return self.order(f"{way}/answer", words, by=officer, version=self.ask(way, by=officer)["version"])

    def inspects(self, case_id: str, department: str) -> None:
        """Two officers: one records, the other confirms."""
        first, second = officer_of(department), second_officer_of(department)
        found = {
            "passed": True,
            "findings": "现场与申报一致",
            "place": "厂区",
            "inspected_at": self.house.now().isoformat(),
            "with_officers": [second.actor_id],
        }
        self.on(case_id, "inspections", found, by=first)
        (kept,) = self.ask(f"/cases/{case_id}/inspections", by=first)["items"]
        self.on(case_id, f"inspections/{kept['inspection_id']}/confirm", {"was_there": True}, by=second)

    def approves(self, case_id: str, department: str) -> Json:
        """As soon as nothing stands against it."""
        leader = leader_of(department)

        def free() -> Json | None:
            case = self.case(case_id, leader)
            return case if not case["obstacles"] else None

        case = eventually(free, every=0.2)
        opinion = {"amount_fen": case["amount_fen"], "opinion": "符合条件，同意兑现"}
        return self.order(f"/cases/{case_id}/approve", opinion, by=leader, version=case["version"])

    # -- money --------------------------------------------------------------------------------------------

    def payment_of(self, receipt: str, state: str) -> Json:
        """The tenant's own share of the claim, as soon as it stands so."""

        def there() -> Json | None:
            found = [each for each in self.all("/disbursements", by=CHECKER, about=receipt) if each["state"] == state]
            return found[0] if found else None

        return eventually(there, every=0.2, within=30)

    def releases(self, receipt: str) -> Json:
        """The second person releases the share; → it, settled by the bank."""
        ready = self.payment_of(receipt, "ready")
        self.order(f"/disbursements/{ready['disbursement_id']}/authorise", {}, by=CHECKER, version=ready["version"])
        return self.payment_of(receipt, "settled")

    def told(self, firm: Firm, receipt: str, template: str) -> list[Json]:
        """What the firm was told so about the claim, over each channel, once it has arrived over inbox and SMS."""

        def arrived() -> list[Json] | None:
            mine = [
                each
                for each in self.all("/my/messages", by=firm.office)
                if (each["receipt"], each["template"], each["state"]) == (receipt, template, "delivered")
            ]
            return mine if {each["channel"] for each in mine} >= {"inbox", "sms"} else None

        return eventually(arrived, every=0.2, within=30)

    def tracked(self, receipt: Mapping[str, Any]) -> Json:
        return self.ask(f"/track/{receipt['receipt']}", by=SUPERVISOR, code=str(receipt["query_code"]))

    def idle_cases(self, *departments: str) -> list[str]:
        """Receipts of open cases in which nobody has a task with a clock."""
        cases = [
            case
            for name in departments
            for state in ("received", "accepted")
            for case in self.all("/cases", by=leader_of(name), state=state)
        ]
        return [each["claim"]["receipt"] for each in cases if not _asks(each)]


def _asks(case: Json) -> bool:
    return any(slot["due_at"] and slot["state"] == "open" for step in case["steps"] for slot in step["slots"])


def _each(things: Collection[Any], act: Any) -> list[Any]:
    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(act, things))


@dataclass
class Region:
    """A city and one of its counties."""

    city: Place
    county: Place


def opened(house: LaterHouse, name: str, county: Mapping[str, str], city: Mapping[str, str] | None = None) -> Region:
    """Both with these departments; nobody has claimed anything there."""
    tag = random_code(6).lower()
    door = DemoDoor(house.url)
    house.lends(door)
    ids = (f"{name}-city-{tag}", f"{name}-{tag}")
    places = [Place(house, door, id, DemoPeople(door, house.platform_token, id)) for id in ids]
    remedies = {"reconsideration_body": BODY, "court": COURT}
    for place, parent, level, code in zip(places, (None, ids[0]), ("city", "county"), ("3607", "360732"), strict=True):
        body = {
            "id": place.id,
            "parent_id": parent,
            "level": level,
            "division_code": code,
            "name": f"示例{'市' if parent is None else '县'}{tag}",
            "settings": {"receipt_prefix": f"{tag}{'C' if parent is None else ''}".upper(), "remedies": remedies},
        }
        place.platform("/tenants", body)
    region = Region(*places)
    region.city.staffed(city or {})
    region.county.staffed(county)
    region.county.means("approver", APPROVER, {"to": "duty", "kind": "leader"})
    return region


def item(code: str, title: str, yuan: int, plan: Mapping[str, Any], city: str = "0") -> dict[str, Any]:
    """An item for firms above scale that grants a fixed sum; `city` is the city's part of it, as a fraction."""
    content = copy.deepcopy(dict(item_content("ZJ-005")))
    whole = "1"
    county = {"0": whole, "2/5": "3/5", "1/2": "1/2"}[city]
    parts = [{"payer": "county", "fraction": county}]
    if city != "0":
        parts.insert(0, {"payer": "city", "fraction": city})
    amount = {"node": "fixed", "value": str(yuan), "unit": "元"}
    content |= {"code": f"{code}-{random_code(6)}", "title": title, "summary": f"规模以上企业，给予 {yuan} 元。"}
    content["guide"] |= {
        "conditions": "规模以上企业",
        "standard": f"{yuan} 元",
        "mode": "按方案办理",
        "time_limits": "见方案",
    }
    content["rules"] = {
        "version": "1",
        "fact_types": [{"name": "above_scale", "label": "规模以上企业", "kind": "flag"}],
        "eligibility": {"node": "condition", "fact": "above_scale", "operator": "is_true"},
        "amount": amount,
        "shares": {"node": "split", "mode": "direct", "parts": parts, "remainder_to": "county"},
        "plan": {"frequency": "once", "budget_line": f"{code}-01", **plan},
    }
    return content


def above_scale(day: date) -> list[dict[str, Any]]:
    return [{"name": "above_scale", "kind": "flag", "value": True, "source": "统计局", "as_of": str(day)}]


def days(limit: int) -> dict[str, Any]:
    return {"limit": limit, "unit": "working_days"}
