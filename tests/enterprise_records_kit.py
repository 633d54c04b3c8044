"""What is kept of an enterprise of the samples: accounts, contacts, consents, materials, dossier, people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from enterprise_kit import KNOWN, NAME, TODAY, checked, fact
from page_samples.public import NOON

from console.policy.items import sample_item
from contracts.consents import ConsentList, ConsentView, DisclosurePage, DisclosureView
from contracts.credentials import PartnerBank, PartnerBankList
from contracts.enterprises import (
    ContactChange,
    ContactChangeList,
    DossierSheet,
    EnterpriseView,
    FormerName,
    PayeeAccountList,
    PayeeAccountRecord,
)
from contracts.labels import LabelView
from contracts.materials import MaterialList, MaterialRef, MaterialView
from contracts.payee_holder_accounts import (
    HolderAccountRecord,
    PayeeHolderPage,
    PayeeHolderSheet,
    PayeeHolderView,
)
from contracts.people import EVERYTHING, MandatePage, MandateView
from contracts.refusal import Reason
from contracts.rule import State
from services.catalog.enterprises.shown_facts import in_order_of_names

OWN = EnterpriseView(
    enterprise_id="ent-1",
    tenant="zhanggong",
    uscc="91360702DEM000014H",
    name=NAME,
    industry="计算机、通信和其他电子设备制造业",
    contact_name="王五",
    contact_masked="139****0002",
    contact_changed_at=NOON - timedelta(days=3),
    labels=(
        LabelView(
            code="tech_sme",
            name="科技型中小企业",
            label_version=1,
            defined_by="zhanggong",
            sample=True,
            needs_consent=True,
            state=State.MET,
            reasons=checked("GZ-009").verdict.reasons,
            as_of=TODAY,
        ),
        LabelView(
            code="high_tech_enterprise",
            name="高新技术企业",
            label_version=1,
            defined_by="zhanggong",
            sample=True,
            needs_consent=False,
            state=State.UNDETERMINED,
            reasons=checked("FJ-011").verdict.reasons,
            as_of=TODAY,
        ),
    ),
    former_names=(FormerName(name="赣州示例贸易行", until=TODAY - timedelta(days=400)),),
    version=7,
)


def account(number: int, standing: str, **more: Any) -> PayeeAccountRecord:
    return PayeeAccountRecord(
        account_id=f"acc-{number}",
        enterprise_id="ent-1",
        account_name=NAME,
        account_masked=f"6222 **** **** 00{number:02d}",
        bank_name="中国工商银行赣州章贡支行",
        account_version=number,
        confirmed=standing in ("paid", "superseded"),
        version=1,
        standing=standing,
        registered_by="p-owner",
        registered_at=NOON - timedelta(days=40 - number),
        **more,
    )


ACCOUNTS = PayeeAccountList(
    items=(
        account(3, "waiting"),
        account(2, "paid", confirmed_by="clerk", confirmed_at=NOON - timedelta(days=30)),
        account(
            1,
            "withdrawn",
            withdrawn_by="p-owner",
            withdrawn_at=NOON - timedelta(days=38),
            withdrawn_why="账号抄错",
        ),
    )
).model_dump(mode="json")

HOLDER = PayeeHolderView(
    holder_id="holder-1",
    kind="person",
    name="示例毕业生甲",
    code_masked="360***********0016",
    standing="paid",
    account_waits=True,
    registered_at=NOON - timedelta(days=20),
    version=1,
)
HOLDERS = PayeeHolderPage(
    items=(
        HOLDER,
        HOLDER.model_copy(
            update={
                "holder_id": "holder-2",
                "kind": "organisation",
                "name": "示例银行章贡支行",
                "code_masked": "91360702DEM000022C",
                "standing": "waiting",
            }
        ),
        HOLDER.model_copy(
            update={"holder_id": "holder-3", "kind": "enterprise", "standing": "none", "account_waits": False}
        ),
    ),
    next_cursor="abc",
).model_dump(mode="json")


SHARED = {
    "parts": [{"part": 1, "who": "graduate", "label": "毕业生本人"}, {"part": 3, "who": "bank", "label": "经办银行"}],
    "receivers": [
        {name: each[name] for name in ("holder_id", "name", "code_masked", "standing")} for each in HOLDERS["items"]
    ],
    "credit": "承诺所填内容真实，愿接受核查；不实的退回资金并承担责任。",
}
"""What the form of an item says whose money is shared, and which may be granted on credit."""


def holder_account(number: int, standing: str, **more: Any) -> HolderAccountRecord:
    said = account(number, standing, **more).model_dump(exclude={"enterprise_id"})
    return HolderAccountRecord.model_validate({**said, "holder_id": "holder-1", "account_name": HOLDER.name})


HOLDER_SHEET = PayeeHolderSheet(
    holder=HOLDER,
    accounts=(
        holder_account(3, "waiting"),
        holder_account(2, "paid", confirmed_by="clerk", confirmed_at=NOON - timedelta(days=30)),
        holder_account(
            1,
            "withdrawn",
            withdrawn_by="p-owner",
            withdrawn_at=NOON - timedelta(days=38),
            withdrawn_why="账号抄错",
        ),
    ),
).model_dump(mode="json")

CHANGES = ContactChangeList(
    items=(
        ContactChange(
            contact_name="王五",
            contact_masked="139****0002",
            former_masked="138****1234",
            reason="原联系人离职",
            changed_by="p-owner",
            changed_by_name="李文华",
            changed_at=NOON - timedelta(days=3),
        ),
    )
).model_dump(mode="json")


def consent(number: int, standing: str, **more: Any) -> ConsentView:
    return ConsentView(
        consent_id=f"con-{number}",
        enterprise_id="ent-1",
        grantee="bank-1",
        grantee_name="示例农村商业银行",
        labels=("tech_sme", "technology_score"),
        purposes=("credit_assessment", "product_matching"),
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        given_by="p-owner",
        given_at=NOON,
        standing=standing,
        version=1,
        **more,
    )


CONSENTS = ConsentList(
    items=(consent(2, "standing"), consent(1, "revoked", revoked_by="p-owner", revoked_at=NOON))
).model_dump(mode="json")

LOOKS = DisclosurePage(
    items=(
        DisclosureView(
            disclosure_id="d-2",
            enterprise_id="ent-1",
            subject="tech_sme",
            reason="credit_assessment",
            consent_id="con-2",
            seen_by="bank-1",
            seen_by_name="示例农村商业银行",
            seen_at=NOON,
        ),
        DisclosureView(
            disclosure_id="d-1",
            enterprise_id="ent-1",
            subject="contact",
            reason="核对申报材料，需要电话联系",
            seen_by="officer-1",
            seen_by_name="张三",
            seen_at=NOON - timedelta(days=1),
        ),
        DisclosureView(
            disclosure_id="d-0",
            enterprise_id="ent-1",
            subject="technology_score",
            reason="post_loan_monitoring",
            seen_by="bank-2",
            seen_by_name="示例银行",
            seen_at=NOON - timedelta(days=9),
            refused=Reason(code="no_consent", message="未向该机构授权"),
        ),
    ),
    next_cursor="next",
).model_dump(mode="json")

BANKS = PartnerBankList(
    items=(PartnerBank(bank_id="bank-1", name="示例农村商业银行"), PartnerBank(bank_id="bank-2", name="示例银行"))
).model_dump(mode="json")

LABELS = {
    "items": [
        {
            "label_id": code,
            "tenant": "zhanggong",
            "label_version": 1,
            "department": None,
            "rule": {
                "code": code,
                "name": name,
                "basis": "示例",
                "sample": True,
                "needs_consent": True,
                "fact_types": [{"name": "is_sme", "label": "中小企业", "kind": "flag"}],
                "eligibility": {"node": "condition", "fact": "is_sme", "operator": "is_true"},
            },
            "sentence": "中小企业",
            "version": 1,
        }
        for code, name in (("tech_sme", "科技型中小企业"), ("technology_score", "科技积分"))
    ]
}


def material(number: int, standing: str, **more: Any) -> MaterialView:
    said = {"kind": "qualification", "name": "质量管理体系认证证书", "number": f"QMS-2026-{number:03d}", **more}
    return MaterialView(
        ref=MaterialRef(material_id=f"mat-{number}", sha256="0" * 64),
        enterprise_id="ent-1",
        issuer="示例认证中心",
        valid_from=date(2023, 4, 1),
        valid_until=date(2026, 3, 31),
        standing=standing,
        kept_by="clerk",
        kept_at=NOON,
        version=1,
        **said,
    )


MATERIALS = MaterialList(
    items=(material(2, "expiring"), material(1, "valid", kind="business_licence", name="营业执照"))
).model_dump(mode="json")

TYPES = {
    name: declared
    for code in ("SD-002", "AH-002", "FJ-011", "GZ-009")
    for name, declared in sample_item(code).rules.fact_types_by_name.items()
}
SHEET = DossierSheet(
    enterprise=OWN,
    facts=in_order_of_names((*KNOWN, fact("unheard_of", "number", "12", "2025", "件")), TYPES, TODAY),
).model_dump(mode="json")


def mandate(number: int, person: str, kind: str, scope: frozenset[Any], **more: Any) -> MandateView:
    return MandateView(
        mandate_id=f"man-{number}",
        tenant="zhanggong",
        person_id=person,
        person_name={"p-owner": "李文华", "p-agent": "陈小兰"}[person],
        enterprise_id="ent-1",
        enterprise_name=NAME,
        kind=kind,
        scope=scope,
        since=date(2026, 1, 1),
        version=1,
        **more,
    )


OWNER = mandate(1, "p-owner", "legal_representative", EVERYTHING)
AGENT = mandate(2, "p-agent", "agent", frozenset({"view", "apply"}), until=date(2026, 12, 31))


def mandates(body: dict[str, Any]) -> dict[str, Any]:
    """Everybody, or those of the person that is asked for."""
    found = [each for each in (OWNER, AGENT) if body.get("person_id") in (None, each.person_id)]
    return MandatePage(items=tuple(found)).model_dump(mode="json")
