"""What departments see of their own items: all states, what needs attention, what was changed, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.authoring import (
    AuthoredItemPage,
    AuthoredItemSummary,
    ChangeView,
    CheckedItem,
    CheckPolicyItem,
    CompareItemVersions,
    GetAuthoredItem,
    GetItemHistory,
    ItemDifferences,
    ItemHistory,
    ItemNotice,
    ListAuthoredItems,
)
from contracts.item import PolicyItemContent
from contracts.plan_terms import ListUnmappedTerms, UnmappedTerm, UnmappedTermPage
from contracts.policies import AuthoredItemView
from contracts.rule import ItemRules
from copies.departments import LEVELS
from copies.plan_terms import WITHOUT_MEANING, KnownPlanTerms
from rules import sentences
from rules.checking.overpaying import would_overpay
from rules.plan_terms import terms_of
from services.catalog.policies.differences import differences
from services.catalog.policies.domain import ItemUnknown
from services.catalog.policies.guides import agreement, followed
from services.catalog.policies.outline import outline
from services.catalog.policies.texts import examine

ACTIONS: Mapping[str, str] = {
    "published": "发布",
    "revised": "修订",
    "suspended": "暂停",
    "resumed": "恢复",
    "withdrawn": "废止",
    "expired": "到期",
    "drafted": "起草",
    "edited": "修改草稿",
    "consultation_opened": "发起征求意见",
    "answered": "反馈意见",
    "consultation_closed": "征求意见结束",
    "consultation_recalled": "撤回征求意见",
    "draft_published": "草稿发布",
    "draft_discarded": "草稿作废",
    "registered": "登记文件",
    "amended": "更正文件信息",
    "repealed": "文件废止",
}
"""What people call what is done to items, drafts and documents."""

ITEMS = """
SELECT p.id AS item_id, p.code, p.content ->> 'title' AS title,
    p.content #>> '{rules,plan,department}' AS department, CAST(p.content ->> 'sample' AS boolean) AS sample,
    p.state, p.state_reason, p.version, p.item_version, p.published_at, p.expires_on, r.days_left,
    d.state = 'repealed' AS repealed, coalesce(d.text ->> 'name', p.content #>> '{document,name}') AS basis,
    CASE WHEN p.content #> '{rules,instalments}' <> 'null' OR CAST(p.content -> 'rules' AS text) LIKE '%"elapsed"%'
        THEN p.content -> 'rules' END AS rules,
    d.repealed_on, coalesce(d.valid_to, CAST(p.content #>> '{document,valid_to}' AS date)) AS basis_ends, l.broken
FROM policy_item p
LEFT JOIN policy_document d ON d.id = p.content #>> '{document,document_id}'
LEFT JOIN LATERAL (SELECT min(a.level) AS days_left FROM alarm a
    WHERE a.tenant = p.tenant AND a.subject_type = 'policy_item' AND a.subject = p.id
    AND a.clock = 'validity:' || p.expires_on) r ON true
LEFT JOIN LATERAL (SELECT array_agg(k.url ORDER BY k.url) AS broken FROM policy_link k
    WHERE k.tenant = p.tenant AND k.state = 'broken' AND k.url IN (
        SELECT p.content #>> '{document,url}'
        UNION SELECT jsonb_array_elements(p.content #> '{document,attachments}') ->> 'url'
        UNION SELECT jsonb_array_elements(p.content -> 'interpretations') ->> 'url')) l ON true
WHERE p.tenant = :tenant AND p.id > :after
    AND (CAST(:department AS text) IS NULL OR p.content #>> '{rules,plan,department}' = :department
        OR p.department_id = :department_id)
    AND (CAST(:state AS text) IS NULL OR p.state = :state)
"""

ZOMBIES = """
SELECT * FROM (%s) z WHERE z.state IN ('published', 'suspended')
    AND (z.repealed OR (z.basis_ends < :today AND NOT z.sample) OR z.broken IS NOT NULL)
"""

ITEM = """
SELECT id AS item_id, tenant, version, item_version, state, state_reason, state_since, published_at, expires_on,
    ground, content, department_id
FROM policy_item WHERE tenant = :tenant AND id = :id
"""

HISTORY = """
SELECT c.subject_type AS subject, c.action, c.at, c.actor_id, c.actor_name, c.actor_department, c.reason,
    c.item_version, c.differences, c.subject_id, c.version
FROM policy_change c
WHERE c.tenant = :tenant
    AND (c.item_id = :id OR (c.subject_type = 'draft' AND c.subject_id IN (
        SELECT d.id FROM policy_draft d WHERE d.tenant = :tenant AND d.item_id = :id)))
    AND (CAST(:at AS timestamptz) IS NULL OR (c.at, c.subject_id, c.version) < (:at, :subject, :version))
ORDER BY c.at DESC, c.subject_id DESC, c.version DESC LIMIT :limit
"""

VERSIONS = """
SELECT item_version, content FROM policy_item_version
WHERE tenant = :tenant AND item_id = :id AND item_version = ANY (CAST(:versions AS integer[]))
"""

UNMAPPED = f"""
WITH RECURSIVE used AS (
    SELECT p.tenant, t.use, t.name, p.id, p.code, p.content ->> 'title' AS title
    FROM policy_item p, LATERAL (
        SELECT 'department' AS use, p.content #>> '{{rules,plan,department}}' AS name
        UNION SELECT 'approver', jsonb_array_elements_text(p.approvers)
        UNION SELECT 'check', jsonb_array_elements_text(p.checks)) t
    WHERE p.tenant = :tenant AND p.state IN ('published', 'suspended')),
asked AS (SELECT DISTINCT tenant, use, name FROM used), {LEVELS}
SELECT a.use, a.name AS term, (
    SELECT jsonb_agg(jsonb_build_object('item_id', u.id, 'code', u.code, 'title', u.title) ORDER BY u.code)
    FROM used u WHERE (u.use, u.name) = (a.use, a.name)) AS items
FROM asked a
WHERE {WITHOUT_MEANING} AND (a.use, a.name) > (:use, :term)
ORDER BY a.use, a.name LIMIT :limit
"""


def list_authored_items(query: ListAuthoredItems, reader: Reader) -> AuthoredItemPage:
    """The tenant's items; an officer of a department sees that department's. Raises CursorInvalid."""
    after, today = decode_cursor(query.cursor, str), reader.now.astimezone(CHINA).date()
    officer = "department" in reader.actor.roles
    wanted = {
        "tenant": reader.tenant,
        "department": reader.actor.department if officer else query.department,
        "department_id": reader.actor.department_id if officer else None,
        "state": query.state,
        "after": str(after[0]) if after else "",
        "today": today,
        "limit": query.limit + 1,
    }
    statement = ZOMBIES % ITEMS if query.zombies else f"SELECT * FROM ({ITEMS}) z"
    rows = reader.execute(f"{statement} ORDER BY z.item_id LIMIT :limit", wanted).mappings().all()
    shown, more = cut_page(rows, query.limit)
    items = tuple(_summary(dict(row), today) for row in shown)
    return AuthoredItemPage(items=items, next_cursor=encode_cursor(items[-1].item_id) if more else None)


def get_authored_item(query: GetAuthoredItem, reader: Reader) -> AuthoredItemView:
    """One of the tenant's items as it is kept. Raises ItemUnknown."""
    row = reader.execute(ITEM, {"tenant": reader.tenant, "id": query.item_id}).mappings().first()
    if row is None:
        raise ItemUnknown()
    content = PolicyItemContent.model_validate(row["content"])
    spoken, today = sentences(content.rules).model_dump(), reader.now.astimezone(CHINA).date()
    unmapped = KnownPlanTerms(reader).unmapped(reader.tenant, terms_of(content.rules.plan), today)
    told = {"content": content, "sentences": spoken, "unmapped": unmapped}
    overpays = tuple(each.text_zh for each in would_overpay(content.rules))
    return AuthoredItemView.model_validate({**row, **told, "may_overpay": overpays})


def list_unmapped_terms(query: ListUnmappedTerms, reader: Reader) -> UnmappedTermPage:
    """What plans of items on offer say and nobody has said the meaning of, with these items. Raises CursorInvalid."""
    use, term = decode_cursor(query.cursor, str, str) or ("", "")
    wanted = {"tenant": reader.tenant, "day": reader.now.astimezone(CHINA).date(), "limit": query.limit + 1}
    rows, more = cut_page(
        reader.execute(UNMAPPED, {**wanted, "use": str(use), "term": str(term)}).mappings().all(), query.limit
    )
    items = tuple(UnmappedTerm.model_validate(dict(row)) for row in rows)
    return UnmappedTermPage(items=items, next_cursor=encode_cursor(items[-1].use, items[-1].term) if more else None)


def get_item_history(query: GetItemHistory, reader: Reader) -> ItemHistory:
    """The newest change first. Raises ItemUnknown, CursorInvalid."""
    after = decode_cursor(query.cursor, datetime, str, int) or (None, "", 0)
    wanted = {"tenant": reader.tenant, "id": query.item_id, "limit": query.limit + 1}
    wanted |= {"at": after[0], "subject": after[1], "version": after[2]}
    rows, more = cut_page(reader.execute(HISTORY, wanted).mappings().all(), query.limit)
    if not rows and query.cursor is None:
        raise ItemUnknown()
    changes = tuple(
        ChangeView.model_validate({**row, "action_name": ACTIONS.get(row["action"], row["action"])}) for row in rows
    )
    last = rows[-1] if rows else None
    cursor = encode_cursor(last["at"], last["subject_id"], last["version"]) if more and last else None
    return ItemHistory(changes=changes, next_cursor=cursor)


def compare_item_versions(query: CompareItemVersions, reader: Reader) -> ItemDifferences:
    """What reads differently in the later version. Raises ItemUnknown, also for a version that there never was."""
    wanted = {"tenant": reader.tenant, "id": query.item_id, "versions": [query.earlier, query.later]}
    texts = {row.item_version: row.content for row in reader.execute(VERSIONS, wanted)}
    if not {query.earlier, query.later} <= set(texts):
        raise ItemUnknown()
    before, after = (PolicyItemContent.model_validate(texts[each]) for each in (query.earlier, query.later))
    return ItemDifferences(
        item_id=query.item_id, earlier=query.earlier, later=query.later, differences=differences(before, after)
    )


def check_policy_item(query: CheckPolicyItem, reader: Reader) -> CheckedItem:
    """What stands against publishing this text today; of one that cannot be read, where and why."""
    problems, content = examine(query.content, reader, reader.tenant, reader.now.astimezone(CHINA).date())
    rules = query.content.get("rules")
    said = outline(rules) if isinstance(rules, Mapping) else {}
    return CheckedItem(
        publishable=not problems,
        problems=tuple(problems),
        sentences=sentences(content.rules).model_dump() if content is not None else {},
        parts={f"/rules{where}": text for where, text in said.items()},
        guide=agreement(content, followed(query.content)) if content is not None else (),
    )


def _summary(row: dict[str, Any], today: date) -> AuthoredItemSummary:
    notices = [*_basis_notices(row, today), *_link_notices(row)] if row["state"] in ("published", "suspended") else []
    zombie = bool(notices)
    notices += _overpaying_notices(row)
    if row["days_left"] is not None and row["state"] in ("published", "suspended"):
        left = (row["expires_on"] - today).days
        text = f"有效期至 {row['expires_on']}，还剩 {left} 天，请评估后延续、修订或任其到期"
        notices.append(ItemNotice(code="review_due", text=text))
    return AuthoredItemSummary.model_validate({**row, "notices": notices, "zombie": zombie})


def _basis_notices(row: dict[str, Any], today: date) -> list[ItemNotice]:
    basis = f"《{row['basis']}》" if row["basis"] else ""
    if row["repealed"]:
        return [ItemNotice(code="basis_repealed", text=f"所依据的文件{basis}已于 {row['repealed_on']} 废止")]
    if row["basis_ends"] is not None and row["basis_ends"] < today and not row["sample"]:
        return [ItemNotice(code="basis_expired", text=f"所依据的文件{basis}有效期已于 {row['basis_ends']} 届满")]
    return []


def _overpaying_notices(row: dict[str, Any]) -> list[ItemNotice]:
    """What the newest version may pay too much by. Only rules that can are read: see `ITEMS`."""
    if row["rules"] is None or row["state"] not in ("published", "suspended"):
        return []
    why = [each.text_zh for each in would_overpay(ItemRules.model_validate(row["rules"]))]
    return (
        [ItemNotice(code="may_overpay", text=f"规则可能多付，办件须人工核定，请修订：{'；'.join(why)}")] if why else []
    )


def _link_notices(row: dict[str, Any]) -> list[ItemNotice]:
    return [ItemNotice(code="link_broken", text=f"链接已失效：{url}") for url in row["broken"] or ()]
