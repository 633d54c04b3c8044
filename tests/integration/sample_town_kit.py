"""A town for the sample items: four levels of government, whoever is asked or decides there, enterprises and receivers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from calendar_kit import nations_year
from remedies import REMEDIES
from scene_kit import new_uscc
from stdnum.cn import ric
from whole_office_kit import Offices

from contracts.award_register import ImportAwards
from contracts.calendars import NATION
from contracts.departments import (
    DatedName,
    DepartmentFunction,
    DepartmentRegistered,
    PlanTermMapped,
    PlanTermMeaning,
    ToDepartment,
    ToDuty,
)
from contracts.enterprises import ConfirmPayeeAccount, RecordFacts, RegisterEnterprise, RegisterPayeeAccount
from contracts.fact_sources import SPOKEN_FOR_NAMES
from contracts.identity import TenantOnboarded, TenantSettings
from contracts.item import PolicyItemContent
from contracts.message import Actor, TenantId
from contracts.operations import GetOperation, ListOperationLines
from contracts.outside_figures import RecordOutsideFigures
from contracts.payee_holder_accounts import ConfirmHolderAccount, RegisterHolderAccount, RegisterPayeeHolder
from contracts.payee_holders import HolderKind
from contracts.people import DutyAssigned
from contracts.policies import PublishPolicyItem
from contracts.rule import Award, Fact, Level, Mode, ParameterValue
from rules.plan_terms import terms_of

TENANTS: Mapping[Level, TenantId] = {
    Level.NATIONAL: "china",
    Level.PROVINCE: "jiangxi",
    Level.CITY: "ganzhou",
    Level.COUNTY: "zhanggong",
}
DIVISIONS = {"china": "00", "jiangxi": "36", "ganzhou": "3607", "zhanggong": "360702"}
COUNTY = TENANTS[Level.COUNTY]
UNDO_MINUTES = 30
YEARS = (*range(2016, 2025), *range(2027, 2030))
"""Those that the house does not come with; whoever works from Monday to Friday is good enough here."""

LONG_AGO = date(2010, 1, 1)

ASKED: Mapping[str, DepartmentFunction] = {
    "税务局": "taxation",
    "统计局": "statistics",
    "信用办": "credit",
    "市场监管局": "market_regulation",
    "应急管理局": "emergency",
    "生态环境局": "ecology",
    "财政局": "finance",
    "人力资源和社会保障局": "policy",
    "综合行政执法局": "policy",
    "教育局": "policy",
    "镇人民政府": "policy",
    "下级工业和信息化局": "policy",
}
"""Who is asked in joint checks, by what it is there for."""

CHECKS = {
    "社保": "人力资源和社会保障局",
    "社保经办机构": "人力资源和社会保障局",
    "学历学位库": "教育局",
    "行政执法部门": "综合行政执法局",
    "属地镇街（初审）": "镇人民政府",
    "区（市）县经信主管部门": "下级工业和信息化局",
}
"""Words of plans that name nobody by what it is there for: each town says once whom they mean."""

CLERK = Actor(id="window-1", roles=frozenset({"window"}), name="专窗经办")
CHECKER = Actor(id="bureau-1", roles=frozenset({"bureau"}), name="复核岗")
EVERYBODY = frozenset(map(str, SPOKEN_FOR_NAMES))
EXCHANGE = Actor(id="exchange", roles=frozenset({"partner"}), name="数据交换", speaks_for=EVERYBODY)
FIGURES = Actor(id="bureau-2", roles=frozenset({"bureau"}), name="外部参数录入岗", speaks_for=EVERYBODY)


def place_of(content: PolicyItemContent) -> TenantId:
    """Where the sample item is published: at its level. Lists are of firms of the place that lists them."""
    listed = content.rules.plan.mode is Mode.NO_APPLICATION
    return COUNTY if listed else TENANTS[content.level]


def department_id(tenant: str, name: str) -> str:
    return f"dep-{hashlib.sha256(f'{tenant} {name}'.encode()).hexdigest()[:20]}"


def officer(tenant: str, department: str, duty: str, number: int = 1) -> Actor:
    """A person who holds this one duty there; another number is another person."""
    id = department_id(tenant, department)
    return Actor(
        id=f"{duty}-{number}-{id}",
        roles=frozenset({"department"}),
        department=department,
        department_id=id,
        duties=frozenset({duty}),
    )


class Town:
    """Who is there, and what they bring into the catalogue before anybody claims anything."""

    def __init__(self, offices: Offices, objects: Path) -> None:
        self.offices, self.objects = offices, objects
        self._accounts = 0
        self.names: dict[str, str] = {}

    def settles(self, contents: Sequence[PolicyItemContent]) -> None:
        """All levels are onboarded, with their departments; the words of these plans have meanings."""
        self.offices.hear(*_onboarded(), tenant=TENANTS[Level.NATIONAL])
        self.offices.hear(*(nations_year(year) for year in YEARS), tenant=NATION)
        for tenant in TENANTS.values():
            own = [each for each in contents if place_of(each) == tenant]
            names: dict[str, DepartmentFunction] = dict.fromkeys((each.rules.plan.department for each in own), "policy")
            names |= ASKED
            self.offices.hear(*(_department(tenant, name, function) for name, function in names.items()), tenant=tenant)
            self.names |= {department_id(tenant, name): name for name in names}
            words = {term for each in own for term in terms_of(each.rules.plan)}
            mapped = [
                PlanTermMapped(use=each.use, term=each.term, meaning=meaning)
                for each in sorted(words, key=lambda term: (term.use, term.term))
                if (meaning := _meaning(tenant, each.use, each.term)) is not None
            ]
            self.offices.hear(*mapped, tenant=tenant)
            self.offices.hear(*(_second(tenant, each.rules.plan.department) for each in own), tenant=tenant)
        self.offices.open()

    def publishes(self, content: PolicyItemContent) -> str:
        """By its department, in the place of its level; → item id. Raises Refusal."""
        tenant = place_of(content)
        author = officer(tenant, content.rules.plan.department, "policy_author")
        order = PublishPolicyItem(content=content, guide_confirmed=True)
        return str(self.offices.catalog.calls(order, tenant, author)["item_id"])

    def registers(self, name: str, facts: Sequence[Fact], tenant: str = COUNTY) -> tuple[str, str]:
        """An enterprise with what is known of it and its account, confirmed by a second person; → its id and credit code."""
        code, catalog = new_uscc(), self.offices.catalog
        order = RegisterEnterprise(uscc=code, name=name, industry="示例", contact_mobile="19900000001")
        id = str(catalog.calls(order, tenant, CLERK)["enterprise_id"])
        if facts:
            catalog.calls(RecordFacts(enterprise_id=id, facts=tuple(facts)), tenant, EXCHANGE)
        account = RegisterPayeeAccount(enterprise_id=id, account_name=name, **self._bank())
        account_id = catalog.calls(account, tenant, CLERK)["account_id"]
        catalog.calls(ConfirmPayeeAccount(account_id=account_id), tenant, CHECKER)
        return id, code

    def tells(self, enterprise_id: str, facts: Sequence[Fact], tenant: str = COUNTY) -> None:
        self.offices.catalog.calls(RecordFacts(enterprise_id=enterprise_id, facts=tuple(facts)), tenant, EXCHANGE)

    def receiver(self, name: str, kind: HolderKind, tenant: str) -> str:
        """Somebody else who is paid, with an account that two persons have seen to; → holder id."""
        self._accounts += 1
        catalog = self.offices.catalog
        identity: dict[str, str] = {"uscc": new_uscc()}
        if kind == "person":
            born = f"36070219900101{self._accounts:03d}"
            identity = {"resident_id": born + ric.calc_check_digit(born + "0")}
        named = catalog.calls(RegisterPayeeHolder(kind=kind, name=name, **identity), tenant, CLERK)
        holder_id = str(named["holder_id"])
        account = RegisterHolderAccount(holder_id=holder_id, account_name=name, **self._bank())
        account_id = catalog.calls(account, tenant, CLERK)["account_id"]
        catalog.calls(ConfirmHolderAccount(account_id=account_id), tenant, CHECKER)
        return holder_id

    def records(self, figures: Sequence[ParameterValue], tenant: str) -> None:
        """Outside figures; the same again is no news."""
        self.offices.catalog.calls(RecordOutsideFigures(figures=tuple(figures)), tenant, FIGURES)

    def imports(self, awards: Sequence[tuple[str, Award]], tenant: str, by: Actor) -> None:
        """Earlier awards from a table, by credit code."""
        keys = sorted({key.fact for _, award in awards for key in award.keys})
        heading = ["统一社会信用代码", "事项编码", "年度", "金额(元)", "拨付日期", "层级", "部分", "期次"]
        lines = [heading + [f"编号:{fact}" for fact in keys]]
        for code, award in awards:
            told = [code, award.family, award.year, award.money.yuan_text().replace(",", ""), award.granted_on]
            told += [award.level.value, award.part or "", award.instalment or ""]
            lines.append([str(each) for each in told] + ["；".join(sorted(award.codes_of(fact))) for fact in keys])
        content = "\r\n".join(",".join(line) for line in lines).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.objects / tenant / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        review = self.offices.review
        begun = review.calls(ImportAwards(format="csv", sha256=sha256), tenant, by)["operation_id"]
        self.offices.settle()
        ended = review.calls(GetOperation(operation_id=begun), tenant, by)
        lines_told = review.calls(ListOperationLines(operation_id=begun), tenant, by)
        assert (ended["state"], ended["accepted"]) == ("finished", len(awards)), lines_told

    def _bank(self) -> dict[str, Any]:
        self._accounts += 1
        return {"account_number": f"3607020{self._accounts:012d}", "bank_name": "示例银行章贡支行"}


def _onboarded() -> list[TenantOnboarded]:
    chain = list(TENANTS.items())
    return [
        TenantOnboarded(
            id=tenant,
            parent_id=chain[place - 1][1] if place else None,
            level=level,
            division_code=DIVISIONS[tenant],
            name=tenant,
            settings=TenantSettings(undo_minutes=UNDO_MINUTES, receipt_prefix=tenant[:2].upper(), remedies=REMEDIES),
            settings_version=1,
        )
        for place, (level, tenant) in enumerate(chain)
    ]


def _department(tenant: str, name: str, function: DepartmentFunction) -> DepartmentRegistered:
    return DepartmentRegistered(
        department_id=department_id(tenant, name),
        name=name,
        names=(DatedName(name=name, since=LONG_AGO),),
        functions=frozenset({function}),
    )


def _meaning(tenant: str, use: str, term: str) -> PlanTermMeaning | None:
    if use == "approver" and "财政局" in term:
        return ToDuty(kind="leader", department_id=department_id(tenant, "财政局"))
    if use == "approver":
        return ToDuty(kind="review_check" if "审" in term and "审批" not in term else "leader")
    if use == "check" and term in CHECKS:
        return ToDepartment(department_id=department_id(tenant, CHECKS[term]))
    return None


def _second(tenant: str, department: str) -> DutyAssigned:
    """The other officer of an inspection is known as one who holds the duty."""
    person = officer(tenant, department, "first_review", 2)
    return DutyAssigned(
        appointment_id=f"appointment-{person.id}",
        person_id=person.id,
        person_name="示例人员乙",
        department_id=str(person.department_id),
        duty_id=f"duty-{tenant}",
        kind="first_review",
        since=LONG_AGO,
    )
