"""Every question that the services and the gateway answer, asked of a house of `bench.grown`, in one way or several."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import contracts
from bench.filings import sample_item
from bench.grown.size import BIG, EMPTY_OFFICE, ENTERPRISE, OFFICE, OTHER_OFFICE
from chassis.edge.entrypoints import Port
from chassis.edge.frame import Frame
from chassis.edge.rooms import service_class, service_names
from contracts.message import Actor, Query, snake_case
from services.catalog.search.shelf import Shelf

CASE, PAYMENT, RECEIPT = "c0000000000", "pc0000000000", f"R{BIG.upper()}-0000000000"
"""The first case: decided and paid long ago. Its receipt is the first thing that was written."""

BUREAU = Actor(id="bureau", roles=frozenset({"bureau", "finance"}), duties=frozenset({"payment_check"}))
OFFICER = Actor(
    id="officer", roles=frozenset({"department"}), name="科员", department="工信局", department_id=OFFICE,
    duties=frozenset({"first_review"}),
)  # fmt: skip
SECOND = OFFICER.model_copy(update={"department": "科技局", "department_id": OTHER_OFFICE})
IDLE = OFFICER.model_copy(update={"department": "商务局", "department_id": EMPTY_OFFICE})
EXPERT = Actor(id="expert", roles=frozenset({"expert"}), duties=frozenset({"panel_expert"}))
FIRM = Actor(id="clerk", roles=frozenset({"enterprise"}), enterprise_id=ENTERPRISE)
NOBODY = Actor(id="anyone")
WINDOW = Actor(id="window", roles=frozenset({"window"}), duties=frozenset({"window"}))
OWN = {"enterprise_id": ENTERPRISE}


@dataclass(frozen=True, slots=True)
class Call:
    """A question by its contract's name, `body`, and who asks. `page`: how many pages are turned. `where`: what answers
    what every service answers. `refused`: the code of the refusal that is the right answer.
    """

    name: str
    actor: Actor
    body: Mapping[str, Any] = field(default_factory=dict)
    page: int = 1
    tenant: str | None = BIG
    where: str | None = None
    refused: str | None = None

    @property
    def label(self) -> str:
        """The name, and what tells it from others of that name."""
        told = [f"{key}_{each}" if isinstance(each, str | int) else key for key, each in self.body.items()]
        who = self.actor.department_id or self.actor.id
        page = [f"page_{self.page}"] if self.page > 1 else []
        return "_".join(
            [snake_case(self.name), *told, *page, "by", who, *([str(self.tenant)] if self.tenant != BIG else [])]
        )

    @property
    def contract(self) -> type[Query[Any]]:
        return query_contracts()[self.name]

    @property
    def service(self) -> str:
        return self.where or str(self.contract.owner)


CLAIM = {
    "application_id": "a", "receipt": RECEIPT, "tenant": BIG, "filed_in": BIG, "enterprise_name": "企业0", "uscc": "x",
    "item_id": "i1", "item_version": 1, "item_title": "奖励", "mode": "instant", "department": "工信局", **OWN,
}  # fmt: skip
OWN_GROUND = {"text": "材料与实际不符", "clause": "办法第三条", "would_change": "更正材料后重新申报"}
POINT = {"about": "material", "code": "licence", "label": "营业执照", "fault": "missing", "text": "请上传"}
CASES = (
    *(Call("ListCases", who, {"order": order, **more}) for who in (BUREAU, OFFICER, SECOND, IDLE)
      for order in ("accepted", "due") for more in ({}, {"state": "accepted"}, {"state": "approved"}, {"state": "rejected"})),
    *(Call("ListCases", BUREAU, {"order": order, "department": "科技局", "state": "accepted"}) for order in ("accepted", "due")),
    *(Call("ListCases", BUREAU, {"order": order, "item_id": item}) for order in ("accepted", "due") for item in ("i1", "i9")),
    Call("ListCases", BUREAU, {"overdue": True}),
    Call("ListCases", OFFICER, {"overdue": True, "order": "due"}),
    Call("ListCases", OFFICER, {"item_id": "i9", "state": "approved"}),
    Call("ListCases", BUREAU, {"about": RECEIPT}),
    Call("ListCases", BUREAU, {"about": "企业7"}),
    Call("ListCases", BUREAU, page=10),
    Call("ListCases", OFFICER, {"state": "approved", "order": "due"}, page=10),
    Call("CountCases", BUREAU),
    Call("CountCases", IDLE),
    *(Call("GetCase", who, {"case_id": CASE}) for who in (BUREAU, OFFICER)),
    *(Call("GetCaseNeighbours", who, {"case_id": CASE, "order": order, **more})
      for who, more in ((BUREAU, {}), (OFFICER, {"state": "accepted"})) for order in ("accepted", "due")),
    Call("GetCaseSheet", OFFICER, {"case_id": CASE}),
    *(Call("ListTasks", who, more) for who in (OFFICER, SECOND, IDLE) for more in ({}, {"task": "approval"})),
    *(Call("ListTasks", OFFICER, more) for more in ({"mine": True}, {"overdue": True}, {"about": RECEIPT})),
    *(Call("ListTasks", OFFICER, more) for more in ({"stand_in": True}, {"given_to": "officer"})),
    *(Call(name, OFFICER) for name in ("CountMyTasks", "ListAbsentPeople")),
    Call("GetTask", OFFICER, {"task_id": f"t{CASE}"}),
    Call("ReadCaseFile", BUREAU, {"case_id": CASE}),
    *(Call("ListDispatches", who, {"case_id": CASE}) for who in (BUREAU, OFFICER)),
    Call("ListClaimInstalments", OFFICER, {"case_id": CASE}),
    *(Call("ListDepartmentSystems", NOBODY, {"closed": closed}) for closed in (False, True)),
    *(Call("ListAwardFindings", who) for who in (BUREAU, OFFICER, IDLE)),
    Call("GetAwardFinding", OFFICER, {"finding_id": "f1"}),
    *(Call("ListAwards", BUREAU, more) for more in ({}, {"uscc": "code-0000000000"}, {"state": "reserved"}, {"state": "freed"})),
    Call("ListAwards", OFFICER, page=10),
    Call("GetAward", OFFICER, {"award_id": f"{CASE}-1-1-1"}),
    Call("ListOwnAwards", FIRM, OWN),
    Call("ListReviewDeadlineMoves", OFFICER, {"case_id": CASE}),
    Call("ListJointAnswers", OFFICER, {"case_id": CASE}),
    *(Call("ListArchive", who, more) for who in (BUREAU, OFFICER) for more in ({}, {"about": RECEIPT})),
    Call("GetArchivePackages", OFFICER, {"receipt": RECEIPT}, refused="nothing_archived"),
    Call("GetArchivedVoucher", OFFICER, {"receipt": RECEIPT, "sha256": "0" * 64}, refused="nothing_archived"),
    *(Call("ListCreditDraws", who) for who in (BUREAU, OFFICER)),
    Call("GetCreditDraw", OFFICER, {"draw_id": "none"}, refused="credit_draw_unknown"),
    Call("ListMyCreditChecks", OFFICER),
    Call("ListPublishedDraws", NOBODY, {"tenant": BIG}),
    *(Call("ListBatches", who) for who in (BUREAU, OFFICER)),
    Call("GetBatch", OFFICER, {"batch_id": "none"}, refused="batch_unknown"),
    Call("GetJointCheck", OFFICER, {"task_id": "t1"}, refused="task_not_found"),
    *(Call("ListPublicNotices", NOBODY, {"tenant": BIG, **more}, page) for more, page in (
        ({}, 1), ({"limit": 3}, 3), ({"item_id": "i1"}, 1), ({"department": "工信局"}, 1), ({"about": "企业7"}, 1))),
    Call("GetPublicNotice", NOBODY, {"tenant": BIG, "notice_id": f"n{CASE}"}, refused="notice_over"),
    Call("CheckObjection", NOBODY, {"tenant": BIG, "number": "YY-AAAAAAAA", "check_code": "AAAAAAAA"}, refused="objection_untraceable"),
    *(Call("ListObjections", who) for who in (OFFICER, IDLE)),
    Call("RevealObjector", IDLE, {"objection_id": f"o{CASE}"}, refused="objection_not_found"),
    Call("GetCaseNotices", OFFICER, {"case_id": CASE}),
    Call("PreviewNotice", OFFICER, {"case_id": CASE}, refused="no_notice_in_plan"),
    *(Call("ListFindings", who, more) for who in (BUREAU, OFFICER, IDLE)
      for more in ({}, {"waiting": True}, {"state": "established"}, {"case_id": CASE})),
    Call("ListFindings", OFFICER, page=10),
    Call("GetFinding", OFFICER, {"finding_id": f"if{CASE}"}),
    Call("ListOwnRecords", FIRM, OWN),
    Call("ListOwnFindingPlaces", FIRM, OWN),
    Call("ListRecordLines", OFFICER, {"first_day": "2020-01-01", "last_day": "2030-12-31"}),
    Call("PreviewFindingNotice", OFFICER, {"claim": CLAIM, "ground": "false_materials", "facts_zh": "发票不实",
                                           "basis_zh": "条例第十四条", "intended_zh": "形成失信记录"}),
    Call("PreviewFindingDecision", OFFICER, {"claim": CLAIM, "ground": "false_materials", "established": False,
                                             "number": "信决1号", "reasons_zh": "查无实据"}),
    Call("ListReopenings", OFFICER, {"case_id": CASE}),
    *(Call(name, OFFICER, {"case_id": CASE}) for name in ("ListFigures", "ListInspections", "ListPanels", "ListSupplements")),
    Call("GetSupplement", FIRM, {"application_id": CASE}, refused="supplement_not_found"),
    Call("ListInspectionOfficers", OFFICER),
    *(Call("ListExperts", OFFICER, more) for more in ({}, {"field": "化工"}, {"retired": True})),
    Call("ListMyPanels", EXPERT),
    Call("GetMyPanel", EXPERT, {"panel_id": "none"}, refused="panel_unknown"),
    *(Call("PreviewBulkDecision", OFFICER, more) for more in ({}, {"case_ids": [CASE]}, {"about": RECEIPT})),
)  # fmt: skip
MONEY = (
    *(Call("ListDisbursements", BUREAU, {"order": order, **more}) for order in ("received", "due")
      for more in ({}, {"state": "ready"}, {"state": "settled"}, {"state": "held"}, {"overdue": True}, {"state": "failed"},
                   {"amount_fen": 20_000_000}, {"case_id": CASE}, {"ids": [PAYMENT]})),
    Call("ListDisbursements", BUREAU, {"about": RECEIPT}),
    Call("ListDisbursements", BUREAU, {"about": "企业7"}),
    Call("ListDisbursements", BUREAU, page=10),
    Call("ListDisbursements", BUREAU, {"order": "due"}, page=10),
    Call("SummariseDisbursements", BUREAU, {"state": "ready"}),
    Call("SummariseDisbursements", BUREAU, {"ids": [PAYMENT]}),
    Call("SummariseDisbursements", BUREAU, {"overdue": True}),
    Call("SummariseDisbursements", BUREAU),
    Call("GetDisbursement", BUREAU, {"disbursement_id": PAYMENT}),
    Call("ListPayoutDeadlineMoves", BUREAU, {"disbursement_id": PAYMENT}),
    Call("GetLedgerTotals", BUREAU),
    Call("ListBudgetLines", BUREAU),
    Call("GetBudgetTotals", BUREAU),
    *(Call("GetForecast", BUREAU, more) for more in ({}, {"year": 2026})),
    *(Call("ListRecoveries", BUREAU, more) for more in ({}, {"state": "open"}, {"case_id": CASE})),
)  # fmt: skip
FIRMS = (
    Call("ListApplications", FIRM, OWN),
    Call("ListApplications", FIRM, {**OWN, "receipt": RECEIPT}),
    Call("GetApplication", FIRM, {"application_id": CASE}),
    Call("GetApplicationDraft", FIRM, {**OWN, "item_id": "GZ-001"}),
    Call("ListApplicationDrafts", FIRM, OWN),
    Call("FindApplication", WINDOW, {"receipt": RECEIPT}),
    Call("ListMessages", FIRM, OWN),
    Call("CountUnread", FIRM, OWN),
    Call("CountUnread", OFFICER),
    Call("ListDutyMessages", OFFICER),
    Call("ListDutyMessages", IDLE),
    Call("GetRefusalGrounds", OFFICER, {"case_id": CASE}),
    Call("PreviewRefusal", OFFICER, {"case_id": CASE, "other_grounds": [OWN_GROUND]}),
    Call("PreviewRejection", OFFICER, {"claim": CLAIM, "reason": "不符合条件"}),
    Call("ListCaseNotices", OFFICER, {"case_id": CASE}),
    Call("ListCaseMaterials", OFFICER, {"case_id": CASE}),
    Call("ListOwnNotices", FIRM, {"application_id": CASE}),
    *(Call("ListNoticesToServe", who) for who in (WINDOW, OFFICER, IDLE)),
    Call("ListNoticesToServe", WINDOW, {"about": RECEIPT}),
    Call("GetNoticeFile", FIRM, {"notice_id": f"w{CASE}", "application_id": CASE}),
    Call("PreviewNotAccepted", OFFICER, {"claim": CLAIM, "reason": "不属于本部门职权"}),
    Call("PreviewSupplement", OFFICER, {"claim": CLAIM, "points": [POINT]}),
    Call("TrackCase", NOBODY, {"receipt": RECEIPT, "query_code": "BBBB1111"}, tenant=None, refused="case_untraceable"),
    Call("TrackOwnCases", FIRM, OWN),
    Call("TrackOwnCases", FIRM, {**OWN, "standing": "ended"}),
)
DOSSIERS = (
    *(Call(name, FIRM, OWN) for name in (
        "GetEnterprise", "GetDossierSheet", "GetFactHistory", "ListConsents", "ListContactChanges", "ListDisclosures",
        "ListMaterials", "ListPayeeAccounts", "ListEntitlements")),
    Call("FindEnterprise", NOBODY, {"uscc": "91360702DEM000014H"}, refused="uscc_unknown"),
    Call("CheckEntitlement", FIRM, {**OWN, "item_id": "i1"}),
    Call("GetApplicationForm", FIRM, {**OWN, "item_id": "i1"}),
    Call("SearchForEnterprise", FIRM, OWN),
    Call("ReadContact", OFFICER, {"disclosure_id": f"l{CASE}"}),
    Call("ListExpiringMaterials", BUREAU),
    Call("ListCodeAdmissions", BUREAU),
    Call("ListCodeAdmissions", BUREAU, {"state": "asked"}),
    Call("ListMerges", BUREAU),
    Call("ListMerges", BUREAU, {"state": "proposed"}),
    Call("ListNameChanges", BUREAU),
    Call("ListNameChanges", BUREAU, {"state": "proposed"}),
    Call("ListNameChanges", BUREAU, OWN),
    Call("ListPayeeHolders", BUREAU),
    Call("ListPayeeHolders", BUREAU, {"account_waits": True}),
    Call("ListPayeeHolders", FIRM, OWN),
    Call("GetPayeeHolder", BUREAU, {"holder_id": f"h{CASE}"}),
    Call("ListMatches", BUREAU),
    Call("ListItemEnterprises", OFFICER, {"item_id": "i1"}),
    Call("GetItemReach", OFFICER, {"item_id": "i1"}),
    Call("PreviewItem", OFFICER, {"content": sample_item()}),
    Call("TryItem", OFFICER, {"content": sample_item(), "enterprise": "企业7"}),
)  # fmt: skip
POLICIES = (
    Call("CheckPolicyItem", OFFICER, {"content": sample_item()}),
    Call("CompareItemVersions", OFFICER, {"item_id": "i1", "earlier": 1, "later": 1}),
    *(Call("FindDeclaredFacts", OFFICER, more) for more in ({}, {"words": "营收"})),
    Call("GetAuthoredItem", OFFICER, {"item_id": "i1"}),
    Call("GetDocument", OFFICER, {"document_id": "none"}, refused="document_unknown"),
    Call("GetDraft", OFFICER, {"draft_id": f"f{CASE}"}),
    Call("GetGuide", NOBODY, {"item_id": "i1"}, tenant=None),
    Call("GetItemHistory", OFFICER, {"item_id": "i1"}),
    Call("GetPolicy", NOBODY, {"item_id": "i1"}, tenant=None),
    *(Call("ListAuthoredItems", OFFICER, more) for more in ({}, {"zombies": True})),
    Call("ListDocuments", OFFICER),
    *(Call("ListDrafts", who, more) for who in (OFFICER, IDLE) for more in ({}, {"stage": "draft"}, {"awaiting": True})),
    Call("ListLabels", OFFICER),
    Call("ListOutsideFigures", OFFICER),
    Call("ListPolicies", NOBODY, tenant=None),
    Call("ListUnmappedTerms", OFFICER),
    Call("GetSynonyms", OFFICER),
    Call("ListSynonymVersions", OFFICER),
    Call("ReadOpenData", NOBODY, tenant=None),
    Call("SearchPolicies", NOBODY, {"q": "奖励"}, tenant=None),
)  # fmt: skip
FRAME = (
    Call("GetOperation", OFFICER, {"operation_id": f"o{CASE}"}, where="review"),
    *(Call("ListOperationLines", OFFICER, {"operation_id": f"o{CASE}", **more}, where="review")
      for more in ({}, {"outcome": "refused"}, {"outcome": "unchanged"})),
    *(Call("ListStuckWork", OFFICER, tenant=tenant, where="review") for tenant in (BIG, "platform")),
    Call("GetStuckWork", OFFICER, {"kind": "event", "id": "none"}, where="review", refused="not_stuck"),
    Call("ListMissingCalendars", OFFICER, where="review"),
)  # fmt: skip
REGISTERS = (
    Call("GetCalendar", NOBODY, {"year": 2026}),
    Call("ListCalendars", NOBODY),
    Call("GetDepartment", NOBODY, {"department_id": OFFICE}),
    *(Call(name, NOBODY) for name in (
        "GetOnboardingChecklist", "ListAccounts", "ListAppointments", "ListCredentials", "ListDepartments", "ListDuties",
        "ListIssuers", "ListMandates", "ListPartnerBanks", "ListPlanTerms", "ListSecurityEvents", "ListTenants", "ListWindows")),
    Call("ListAccounts", NOBODY, {"person_id": f"q{ENTERPRISE}"}),
    *(Call("ListAppointments", NOBODY, more) for more in (
        {"person_id": f"q{ENTERPRISE}"}, {"department_id": OTHER_OFFICE}, {"department_id": EMPTY_OFFICE}, {"kind": "leader"})),
    *(Call("ListMandates", NOBODY, more) for more in ({"person_id": f"q{ENTERPRISE}"}, OWN)),
    *(Call("ListSecurityEvents", NOBODY, more) for more in (
        {"kind": "case_file_opened"}, {"outcome": "refused"}, {"person_id": "nobody"})),
    *(Call("ListTenants", NOBODY, {"parent_id": parent}) for parent in (BIG, "t2")),
    Call("GetPerson", NOBODY, {"person_id": f"q{ENTERPRISE}"}, tenant="platform"),
    *(Call("ListPeople", NOBODY, more, tenant="platform") for more in ({}, {"name": "经办e0000000001"})),
    Call("ListCapacities", NOBODY, {"person_id": f"q{ENTERPRISE}"}, tenant="platform"),
    Call("GetTenant", NOBODY, {"id": BIG}),
    Call("GetTenantVersions", NOBODY, {"id": BIG}),
)  # fmt: skip
CALLS = (*CASES, *MONEY, *FIRMS, *DOSSIERS, *POLICIES, *FRAME, *REGISTERS)


@cache
def query_contracts() -> Mapping[str, type[Query[Any]]]:
    """Every question of the house by its name."""
    for module in pkgutil.iter_modules(contracts.__path__, "contracts."):
        importlib.import_module(module.name)
    found = (each for each in _below(Query) if each.__module__.startswith("contracts.") and not each.__subclasses__())
    return {each.__name__: each for each in found}


def _below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


class Answerers:
    """Who answers, on the frames of a house: the services by their entrypoints, the gateway by its views."""

    def __init__(self, frames: Mapping[str, Frame]) -> None:
        self._frames = frames
        self._services = {name: _service(name, frames[name]) for name in service_names() if name in frames}

    def ask(self, call: Call, cursor: str | None = None) -> dict[str, Any]:
        """{"ok": …}, {"refused": …} or {"fault": …}."""
        body = {**call.body, **({"cursor": cursor} if cursor is not None else {})}
        envelope = {"name": call.name, "tenant": call.tenant, "actor": call.actor.model_dump(mode="json"), "body": body}
        name = snake_case(call.name)
        if call.service == "gateway":
            answer: dict[str, Any] = self._frames["gateway"].run_query(call.contract, _views()[name], envelope)
            return answer
        found: dict[str, Any] = getattr(self._services[call.service], name)(envelope)
        return found

    def page(self, call: Call) -> str | None:
        """Turn pages up to the one that is asked for; the cursor of that."""
        cursor = None
        for _ in range(call.page - 1):
            cursor = self.ask(call, cursor)["ok"]["next_cursor"]
            assert cursor is not None, f"{call.label} has no page {call.page}"
        return cursor


class MatchingStandIn:
    """Answers as the matching process would that knows one enterprise and one item: what it does is measured elsewhere."""

    def ask(self, **question: Any) -> Mapping[str, Any]:
        counts = {"met": 1, "not_met": 0, "undetermined": 0}
        cost = dict.fromkeys(("known_fen", "valued", "unvalued", "lowest_fen", "highest_fen", "uncounted"), 0)
        said: dict[str, Mapping[str, Any]] = {
            "reach": {"version": 1, **counts},
            "enterprises": {"version": 1, "ids": [ENTERPRISE]},
            "entitlements": {"counts": counts, "ids": ["i1"]},
            "preview": counts | cost,
        }
        return {**said[question["ask"]], "matched_at": "2026-11-23T00:00:00Z"}


PORTS: Mapping[str, Callable[[], Any]] = {"matching": MatchingStandIn, "shelf": Shelf}


def _service(name: str, frame: Frame) -> Any:
    kind = service_class(name)
    service = kind.__new__(kind)
    service.frame = frame
    for port in (each for each in dir(kind) if isinstance(getattr(kind, each), Port) and each in PORTS):
        setattr(service, port, PORTS[port]())
    return service


@cache
def _views() -> Mapping[str, Callable[..., Any]]:
    """The gateway's answers to questions of its own, by name."""
    found: dict[str, Callable[..., Any]] = {}
    for file in sorted((Path(__file__).resolve().parents[2] / "gateway" / "identity").glob("**/views.py")):
        module = importlib.import_module(
            ".".join(file.relative_to(Path(__file__).resolve().parents[2]).with_suffix("").parts)
        )
        found |= {name: each for name, each in vars(module).items() if callable(each)}
    return found
