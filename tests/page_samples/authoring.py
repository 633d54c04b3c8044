"""Pages on which departments write items: lists, one draft in each of its stages, every section of it, trial, documents."""

from __future__ import annotations

import copy
from typing import Any

from duties_kit import duties_of
from portal_kit import Somebody

from console.policy.items import sample_item
from contracts.message import Actor
from contracts.rule import Fact, FactSheet
from gateway.identity.views import Principal
from gateway.portal.department.authoring.editor.blanks import new_text
from page_samples import PageSample
from rules import assess, sentences
from services.catalog.policies.guides import agreement
from services.catalog.policies.outline import outline

Json = dict[str, Any]
AT = "2026-03-10T04:00:00Z"
DEPARTMENT = "章贡区科技局"
ITEM = sample_item("SC-003")
CONTENT: Json = ITEM.model_dump(mode="json", exclude_none=True)
CONTENT["rules"]["plan"]["department"] = DEPARTMENT
CONTENT["guide"]["standard"] = "产值首破 10 亿元的奖励 12 万元。"
SENTENCES = sentences(ITEM.rules).model_dump()
GUIDE = [
    {**each.model_dump(), "written": "产值首破 10 亿元的奖励 12 万元。", "differs": ("12 万元",)}
    if each.part == "standard"
    else {**each.model_dump(), "written": None}
    for each in agreement(ITEM)
]
PROBLEMS = [
    {"code": "fair_competition_missing", "where": "/fair_competition", "text": "未附公平竞争审查结论，不得发布"},
    {"code": "field_missing", "where": "/rules/amount/of/0/bands/0/then/value", "text": "必填项未填写"},
]


def somebody(role: str, department: str) -> Somebody:
    actor = Actor(id=f"p-{role}", roles=frozenset({role}), name="李文", department=department, duties=duties_of(role))
    return Somebody(Principal("zhanggong", actor), "李文", department)


PEOPLE = {"author": somebody("department", DEPARTMENT), "treasurer": somebody("finance", "章贡区财政局")}


def answer(party: str, department: str, said: str | None = None, opinion: str = "") -> Json:
    return {
        "party": party, "department": department, "answer": said, "opinion": opinion,
        "answered_at": AT if said else None,
    }  # fmt: skip


ROUND = {
    "number": 1, "opened_at": AT, "until": "2026-03-20",
    "answers": [
        answer("development_reform", "章贡区发展和改革委员会", "agree"),
        answer("finance", "章贡区财政局"),
        answer("approval_bureau", "章贡区行政审批局", "changes", "建议写明由哪个窗口受理。"),
    ],
}  # fmt: skip


def draft(stage: str = "draft", content: Json = CONTENT, **more: Any) -> Json:
    return {
        "draft_id": "d-1", "tenant": "zhanggong", "version": 4, "code": content["code"], "title": content["title"],
        "department": DEPARTMENT, "stage": stage, "content": content, "problems": PROBLEMS, "sentences": SENTENCES,
        "guide": GUIDE, "created_at": AT, "edited_at": AT, "rounds": [] if stage == "draft" else [ROUND], **more,
    }  # fmt: skip


SUMMARY = {
    "draft_id": "d-1", "version": 4, "code": "SC-003", "title": CONTENT["title"], "department": DEPARTMENT,
    "stage": "consultation", "edited_at": AT, "answer_until": "2026-03-20",
}  # fmt: skip
CHECKED = {
    "publishable": False, "problems": PROBLEMS, "sentences": SENTENCES, "guide": GUIDE,
    "parts": {f"/rules{where}": text for where, text in outline(CONTENT["rules"]).items()},
}  # fmt: skip
DOCUMENT = {
    "document_id": "doc-1", "tenant": "zhanggong", "version": 2, "department": DEPARTMENT, "state": "in_force", "items": 3,
    "document": {
        "name": "章贡区支持工业发展若干措施", "number": "章府发〔2026〕3号", "authority": "章贡区人民政府", "level": "county",
        "date": "2026-02-11", "url": "https://example.gov.cn/a.html",
        "attachments": [{"name": "实施细则", "url": "https://example.gov.cn/b.pdf"}],
    },
}  # fmt: skip
STANDING = {
    "item_id": "i-1", "tenant": "zhanggong", "version": 5, "item_version": 3, "state": "published", "state_reason": "",
    "state_since": AT, "published_at": AT, "expires_on": "2026-12-31",
    "ground": {"kind": "issued_document", "text": "章府发〔2026〕3号"}, "content": CONTENT, "sentences": SENTENCES,
    "unmapped": [{"use": "approver", "term": "政策主管部门审批岗"}],
}  # fmt: skip
DIFFERENCE = {
    "where": "/rules/amount", "label": "扶持金额（规则）", "before": "10 亿元以上（含）的，10 万元。", "after": "10 亿元以上（含）的，12 万元。",
}  # fmt: skip


def change(action: str, name: str, **more: Any) -> Json:
    return {
        "subject": "draft",
        "action": action,
        "action_name": name,
        "at": AT,
        "actor_id": "p",
        "actor_name": "李文",
        **more,
    }


HISTORY = {
    "changes": [
        change("revised", "修订", item_version=3, reason="提高一档奖励", differences=[DIFFERENCE]),
        change("edited", "修改草稿"),
        change("edited", "修改草稿"),
        change("published", "发布", item_version=1),
    ],
    "next_cursor": None,
}
AUTHORED = {
    "item_id": "i-1", "code": "SC-003", "title": CONTENT["title"], "department": DEPARTMENT, "sample": False,
    "state": "published", "state_reason": "", "version": 5, "item_version": 3, "published_at": AT,
    "expires_on": "2026-12-31", "zombie": True,
    "notices": [
        {"code": "basis_repealed", "text": "所依据的文件《若干措施》已于 2026-02-01 废止"},
        {"code": "review_due", "text": "有效期至 2026-12-31，还剩 30 天"},
    ],
}  # fmt: skip
FACTS = tuple(
    Fact.model_validate({"source": "统计局", "as_of": "2026-01-31", "period": "2024", **each})
    for each in (
        {"name": "output_first_reach", "kind": "number", "value": "12.5", "unit": "亿元"},
        {"name": "above_scale_entry_type", "kind": "code", "value": "small_up"},
    )
)
ENTERPRISE = {"enterprise_id": "e-1", "uscc": "91360702MA35TEST0X", "name": "示例企业01（章贡）有限公司"}
NEEDED = [
    {
        "name": each.name, "period": "2024", "label": each.label, "kind": each.kind.value, "unit": each.unit,
        "codes": {code.code: code.label for code in each.codes},
    }
    for each in ITEM.rules.fact_types
]  # fmt: skip
TRIED = {
    "year": 2026, "on": "2026-03-10",
    "needed": [{**each, "known": fact.model_dump(mode="json")} for each, fact in zip(NEEDED, FACTS, strict=True)],
    "enterprise": ENTERPRISE, "decisions": [{"decision": "extra", "by": "市工信局"}],
    "assessment": assess(ITEM.rules, FactSheet(facts=FACTS, reference_year=2026), FACTS[0].as_of).model_dump(mode="json"),
}  # fmt: skip
PREVIEW = {
    "met": 12, "not_met": 340, "undetermined": 27, "known_fen": 265_000_000, "valued": 11, "unvalued": 1,
    "lowest_fen": 0, "highest_fen": 50_000_000, "uncounted": 0, "matched_at": AT,
}  # fmt: skip
LINE = {
    "line_id": "l-1", "year": 2026, "department": DEPARTMENT, "item_id": None, "mode": "quota",
    "appropriated_fen": 500_000_000, "reserved_fen": 120_000_000, "settled_fen": 0, "returned_fen": 0, "swept_fen": 0,
    "available_fen": 380_000_000, "version": 1,
}  # fmt: skip
AUTHORITY = {
    "department_id": "dep-1", "tenant": "zhanggong", "name": "章贡区财政局", "names": [], "functions": ["finance"], "version": 1,
}  # fmt: skip
DECLARED = {
    "facts": [
        {"fact_type": each.model_dump(mode="json"), "items": 4, "meaning": "该年度的数", "note": "“产值”也作“总产值”"}
        for each in ITEM.rules.fact_types
    ]
}
ANSWERS: Json = {
    "list_drafts": {"drafts": [SUMMARY, {**SUMMARY, "draft_id": "d-2", "stage": "draft", "answer_until": None}]},
    "get_draft": draft(),
    "check_policy_item": CHECKED,
    "list_departments": {"items": [AUTHORITY]},
    "find_declared_facts": DECLARED,
    "list_documents": {"documents": [DOCUMENT]},
    "get_document": DOCUMENT,
    "try_item": TRIED,
    "preview_item": PREVIEW,
    "list_budget_lines": {"items": [LINE]},
    "list_authored_items": {"items": [AUTHORED]},
    "get_authored_item": STANDING,
    "get_item_history": HISTORY,
    "compare_item_versions": {"item_id": "i-1", "earlier": 2, "later": 3, "differences": [DIFFERENCE]},
    "get_policy": {"item_id": "i-1", "tenant": "zhanggong", "version": 3, "content": CONTENT},
}


def look(path: str, address: str | None = None, who: str = "author", **answers: Any) -> PageSample:
    return PageSample(path, address or path, {**ANSWERS, **answers}, who)


def at(path: str, query: str = "", who: str = "author", **answers: Any) -> PageSample:
    """A page of the draft, the item or the document of the samples."""
    address = path.format(draft_id="d-1", item_id="i-1", document_id="doc-1")
    return look(path, f"{address}{query}", who, **answers)


DRAFT = "/department/drafts/{draft_id}"
WRITE = f"{DRAFT}/write/{{section}}"
BLANK = new_text("ZG-1", "新的事项")
PICTURED = {
    **CONTENT,
    "interpretations": [
        {"kind": "picture", "title": "一图读懂", "sha256": "0" * 64, "alternative": "产值增长的企业最高得 300 万元。"}
    ],
}
ODD = copy.deepcopy(CONTENT)
ODD["rules"]["eligibility"] = {"node": "unheard_of", "of": []}


def written(section: str, query: str = "", **answers: Any) -> PageSample:
    return look(WRITE, f"/department/drafts/d-1/write/{section}{query}", **answers)


SAMPLES = [
    look("/department/drafts"),
    look("/department/drafts", "/department/drafts?awaiting=true", "treasurer"),
    look("/department/drafts/new"),
    look("/department/drafts/new", "/department/drafts/new?like=i-1"),
    at(DRAFT),
    at(DRAFT, "?done=consultation_recalled", get_draft=draft(problems=[], item_id="i-1", base_version=2)),
    at(DRAFT, "?stage=consultation", get_draft=draft("consultation")),
    at(DRAFT, "?stage=consultation", "treasurer", get_draft=draft("consultation")),
    at(DRAFT, "?stage=discarded", get_draft=draft("discarded")),
    at(f"{DRAFT}/read"),
    at(f"{DRAFT}/publish"),
    at(f"{DRAFT}/publish", "?stage=consulted", get_draft=draft("consulted", problems=[])),
    at(f"{DRAFT}/trial"),
    at(f"{DRAFT}/trial", "?enterprise=示例", try_item={**TRIED, "candidates": [ENTERPRISE], "enterprise": None, "assessment": None}),
    at(f"{DRAFT}/preview"),
    *(written(each) for each in ("basic", "document", "facts", "conditions", "amount", "plan", "shares", "terms", "guide")),
    written("guide", "?pictured", get_draft=draft(content=PICTURED)),
    PageSample(
        f"{DRAFT}/pictures/{{sha256}}", f"/department/drafts/d-1/pictures/{'1' * 64}", ANSWERS, "author", status=404
    ),
    written("amount", "?choose=/rules/amount/of&at=/rules/amount/of"),
    written("amount", "?more=/rules/amount/of/0/by&at=/rules/amount/of/0/by"),
    written("amount", "?json=/rules/amount/of/0&at=/rules/amount/of/0"),
    written("conditions", "?odd", get_draft=draft(content=ODD)),
    written("basic", "?new", get_draft=draft(content=BLANK, sentences={}, guide=[])),
    written("plan", "?new", get_draft=draft(content=BLANK, sentences={}, guide=[])),
    look("/department/items"),
    at("/department/items/{item_id}"),
    at("/department/items/{item_id}/compare"),
    look("/department/documents"),
    look("/department/documents/new"),
    at("/department/documents/{document_id}"),
]  # fmt: skip
