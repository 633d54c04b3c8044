"""A closed list of codes is named in words, each of its members, wherever a page or a sentence shows it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import Any, get_args

import pytest

from console.contracts.refusals import refusal_classes
from console.place import CHECKOUT
from contracts import status_labels
from contracts.accounts import AccountState
from contracts.authoring import ItemNotice
from contracts.award_register import AwardPartView, AwardState, AwardWhat, FreedGround
from contracts.case_events import SupplementFault
from contracts.case_instalments import InstalmentState
from contracts.case_materials import MaterialFinding
from contracts.case_notices import SERVICE_NAMES
from contracts.case_sheet import FactChange, SheetInstalment
from contracts.case_steps import PauseCause, SlotVerdict, StepKind, StepState
from contracts.case_tasks import TaskState
from contracts.code_admissions import CodeAdmissionState
from contracts.consents import ConsentPurpose, ConsentView
from contracts.department_systems import DepartmentSystemState
from contracts.departments import PlanTermUse, WindowPermission
from contracts.documents import DocumentState
from contracts.drafting import PartyKind, Stage
from contracts.duties import Role
from contracts.inspections import InspectionState
from contracts.integrity import RecordState
from contracts.issuers import IssuerAudience, IssuerState
from contracts.item import BenefitKind, ItemStatus
from contracts.materials import MaterialKind, MaterialStanding
from contracts.message import ServiceName
from contracts.onboarding import ChecklistSubject
from contracts.panels import PanelState
from contracts.payee_holder_accounts import HolderStanding
from contracts.payee_holders import HolderKind
from contracts.people import MandateKind, MandateScope
from contracts.policies import GroundKind, ItemState
from contracts.public_notices import NoticeState, ObjectionState
from contracts.quota_batches import BatchState, LineOutcome
from contracts.recoveries import RecoveryState
from contracts.reopening import ReopeningState
from contracts.rule import HeadlineState, Mode, State, TimeUnit
from contracts.rule.facts import FactKind
from contracts.rule.results import MissingFact, MissingWhy
from contracts.rule.shares import Level
from contracts.search import AmountBand, FoundPolicies, WindowState
from contracts.security_events import SecurityEventKind, SecurityOutcome
from contracts.stuck_work import StuckKind
from contracts.supplements import SupplementState, SupplementView
from contracts.treasury import BudgetLineView, DisbursementView
from gateway.portal.shell.language import PageTexts

HAN = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"(?<![A-Za-z])[a-z]+(_[a-z]+)+(?![A-Za-z])")
PORTAL = CHECKOUT / "gateway" / "portal"


def members(listed: Any) -> list[str]:
    """The codes of an enumeration, of a Literal, or of a collection."""
    if isinstance(listed, type) and issubclass(listed, Enum):
        return [str(each.value) for each in listed]
    if isinstance(listed, Collection):
        return [str(each) for each in listed]
    found: list[str] = []
    for each in get_args(getattr(listed, "__value__", listed)):
        found += members(each) if get_args(each) else [each] if isinstance(each, str) else []
    return found


def of_field(model: Any, field: str) -> list[str]:
    return members(model.model_fields[field].annotation)


PROVIDED = ("applicant", "department", "data_exchange")
TABLES: Mapping[str, Any] = {
    "cases.instalment_state": InstalmentState,
    "cases.instalment_outcome": of_field(SheetInstalment, "outcome"),
    "cases.counts": of_field(FactChange, "counts"),
    "public.mode": Mode,
    "public.benefit_kind": BenefitKind,
    "public.level": Level,
    "public.document_status": ItemStatus,
    "public.provided_by": PROVIDED,
    "public.window": WindowState,
    "public.amount": AmountBand,
    "public.track.turn": list(status_labels.TRACKED),
    "public.item.state": [each for each in members(ItemState) if each != "published"],
    "public.search.matched": [each for each in of_field(FoundPolicies, "matched") if each != "all"],
    "steps.inspection_state": InspectionState,
    "steps.panel_state": PanelState,
    "window.code_state": CodeAdmissionState,
    "cases.reopening.state": ReopeningState,
    "integrity.recovery_state": ReopeningState,
    "integrity.record_state": RecordState,
    "platform.level": Level,
    "platform.mode": Mode,
    "platform.service": ServiceName,
    "platform.stuck_kind": StuckKind,
    "platform.system_state": DepartmentSystemState,
    "platform.term_use": PlanTermUse,
    "platform.term_to": ("duty", "department", "source"),
    "platform.window_permission": WindowPermission,
    "platform.clock": ("review", "payout", "acceptance", "supplement"),
    "platform.checklist.subject": ChecklistSubject,
    "platform.checklist.mend": ChecklistSubject,
    "platform.map.lead": PlanTermUse,
    "security.account_state": AccountState,
    "security.issuer_audience": IssuerAudience,
    "security.issuer_state": IssuerState,
    "security.machine": ("platform", "partner", "bank", "enterprise"),
    "security.mandate_kind": MandateKind,
    "security.mandate_scope": MandateScope,
    "window.holder_kind": HolderKind,
    "window.holder_standing": HolderStanding,
    "enterprise.receivers.kind": HolderKind,
    "enterprise.receivers.standing": HolderStanding,
    "window.mandate_kind": MandateKind,
    "window.mandate_scope": MandateScope,
    "audit.kind": SecurityEventKind,
    "audit.outcome": SecurityOutcome,
    "authoring.draft.turn": Stage,
    "authoring.party": PartyKind,
    "authoring.ground": GroundKind,
    "authoring.term": PlanTermUse,
    "authoring.notice": of_field(ItemNotice, "code"),
    "authoring.documents.state": DocumentState,
    "authoring.facts.kind": FactKind,
    "budgets.mode": of_field(BudgetLineView, "mode"),
    "budgets.account": ("appropriation", "available", "reserved", "paid", "swept"),
    "payments.limit": TimeUnit,
    "payments.holder_kind": HolderKind,
    "payments.tax": of_field(DisbursementView, "income_tax"),
    "payments.recovery_state": RecoveryState,
    "cases.verdict": State,
    "cases.why": MissingWhy,
    "cases.provided_by": PROVIDED,
    "awards.state": AwardState,
    "awards.what": AwardWhat,
    "awards.source": of_field(AwardPartView, "source"),
    "awards.ground": FreedGround,
    "awards.level": Level,
    "cases.supplement": SupplementState,
    "cases.material_finding": MaterialFinding,
    "enterprise.supplement.state": SupplementState,
    "enterprise.supplement.fault": SupplementFault,
    "enterprise.supplement.then": of_field(SupplementView, "then"),
    "batches.state": BatchState,
    "batches.outcome": LineOutcome,
    "findings.state": ("open", "closed"),
    "notices.notice_state": NoticeState,
    "notices.objection_state": ObjectionState,
    "public_notices.objection_state": ObjectionState,
    "public_notices.period": TimeUnit,
    "public_notices.first_day": ("counts", "not"),
    "shell.service_means": SERVICE_NAMES,
    "window.notices.signature": ("signed", "refused"),
    "shell.verdict": State,
    "shell.headline": HeadlineState,
    "enterprise.cases.turn": list(status_labels.TRACKED),
    "enterprise.consents.purpose": ConsentPurpose,
    "enterprise.consents.standing": of_field(ConsentView, "standing"),
    "enterprise.material.kind_of": MaterialKind,
    "enterprise.material.standing_of": MaterialStanding,
    "enterprise.entitlement.is": State,
    "enterprise.entitlement.lacking": of_field(MissingFact, "kind"),
    "enterprise.entitlements.state": State,
    "enterprise.entitlements.about": State,
    "enterprise.entitlements.none": State,
    "enterprise.people.kind": MandateKind,
    "enterprise.people.scope": MandateScope,
    "enterprise.people.scope_text": MandateScope,
}
"""Which codes a table of texts names."""

NO_CODES = {
    "audit.detail", "audit.value", "budgets.account_text", "platform.field", "shell.done", "shell.problem.advice", "shell.problem.title",
}  # fmt: skip
"""Tables that name what they can of an open list: fields, kinds of notice, statuses."""


@pytest.mark.parametrize("table", TABLES)
def test_every_member_is_named_in_both_languages(table: str) -> None:
    for language in get_args(status_labels.Language):
        texts = PageTexts(language)
        unnamed = [code for code in members(TABLES[table]) if texts.find(f"{table}.{code}") is None]
        assert unnamed == [], language
    chinese = PageTexts("zh")
    assert [code for code in members(TABLES[table]) if not HAN.search(chinese(f"{table}.{code}"))] == []


def asked_tables() -> Iterator[str]:
    for file in [*PORTAL.rglob("*.html"), *PORTAL.rglob("*.py")]:
        yield from re.findall(r"\bt\.(?:of|pairs)\(\"([a-z_.]+)\",", file.read_text())


def test_every_table_that_a_page_looks_a_code_up_in_stands_here() -> None:
    assert set(asked_tables()) - set(TABLES) - NO_CODES == set()


@pytest.mark.parametrize(
    ("labels", "listed"),
    [
        (status_labels.LEVEL, Level),
        (status_labels.MODE, Mode),
        (status_labels.ROLE, Role),
        (status_labels.TASK, StepKind),
        (status_labels.STEP, StepState),
        (status_labels.VERDICT, SlotVerdict),
        (status_labels.TASK_STATE, TaskState),
        (status_labels.SUPPLEMENT_FAULT, SupplementFault),
        (status_labels.PAUSE, PauseCause),
    ],
)
def test_levels_modes_and_roles_have_words_for_sentences(labels: Mapping[Any, Any], listed: Any) -> None:
    assert {str(getattr(each, "value", each)) for each in labels} == set(members(listed))
    assert all(HAN.search(each.staff_zh) for each in labels.values())


CODED = frozenset({"state", "mode", "kind", "level", "role", "duty", "value", "standing", "status", "outcome", "use"})
"""Attributes that hold codes."""


def sentences_with_codes(tree: ast.AST, refusals: Collection[str]) -> Iterator[tuple[int, str]]:
    """Where a refusal's sentence is given what holds a code, as it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in refusals:
            for said in node.keywords:
                inside = said.value.values if isinstance(said.value, ast.JoinedStr) else [said.value]
                parts = [each.value if isinstance(each, ast.FormattedValue) else each for each in inside]
                for part in parts:
                    if said.arg != "field" and isinstance(part, ast.Attribute) and part.attr in CODED:
                        yield node.lineno, f"{node.func.id}({said.arg}=….{part.attr})"


def test_no_refusal_puts_a_code_into_its_sentence() -> None:
    refusals = {each.__name__ for each in refusal_classes()}
    found = [
        (str(file.relative_to(CHECKOUT)), *each)
        for package in ("services", "chassis", "gateway", "copies", "rules")
        for file in (CHECKOUT / package).rglob("*.py")
        for each in sentences_with_codes(ast.parse(file.read_text()), refusals)
    ]
    assert found == []


IN_CHINESE_ALREADY = {
    ("console/operating/work.py", "piece.state"),
    ("console/operating/checks/deadlines.py", "row.kind"),
}
"""A word that was chosen before; and the technical name of a timer, by which an operator looks for it in the log."""


def codes_in_chinese(tree: ast.AST) -> Iterator[str]:
    """What holds a code and is put, as it is, into a text that is Chinese around it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            around = "".join(str(each.value) for each in node.values if isinstance(each, ast.Constant))
            inside = [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
            coded = [each for each in inside if isinstance(each, ast.Attribute) and each.attr in CODED - {"value"}]
            if HAN.search(around):
                yield from (ast.unparse(each) for each in coded)


def test_no_chinese_text_is_put_together_with_a_code_in_it() -> None:
    found = {
        (str(file.relative_to(CHECKOUT)), code)
        for package in ("services", "chassis", "gateway", "copies", "rules", "console")
        for file in (CHECKOUT / package).rglob("*.py")
        for code in codes_in_chinese(ast.parse(file.read_text()))
    }
    assert found - IN_CHINESE_ALREADY == set()
    assert list(codes_in_chinese(ast.parse('f"资金账为 {attempt.state}"'))) == ["attempt.state"]


def test_no_sentence_of_a_refusal_is_written_with_a_code() -> None:
    assert [each.sentence for each in refusal_classes() if CODE.search(re.sub(r"{[^}]*}", "", each.sentence))] == []


def test_a_code_in_a_sentence_is_found() -> None:
    tree = ast.parse("def f(x):\n    raise Nope(now=f'{x.level.value}', field=x.kind)\n")
    assert list(sentences_with_codes(tree, {"Nope"})) == [(2, "Nope(now=….value)")]
