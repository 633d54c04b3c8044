"""What everybody may look at: pages of the sample items, as the catalogue and oversight would answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

from chassis.read.reader import Reader
from console.policy.items import sample_item
from contracts.item import PolicyItemContent
from contracts.open_data import OpenData
from contracts.oversight import TrackedStep, TrackingView
from contracts.policy_guide import GetGuide
from contracts.refusal import Refusal
from contracts.search import Facet, FacetCount, FoundPolicies, PolicyHit, Segment, Snippet, WindowState
from page_samples import PageSample
from services.catalog.search.guide import get_guide
from services.catalog.search_index.ceiling import most_payable

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
CODES = ("NM-002", "GZ-009", "JX-005", "SD-002", "AH-010", "GZ-001")
WINDOWS = (WindowState.OPEN, WindowState.OPEN, WindowState.CLOSING_SOON, WindowState.NOT_YET_OPEN, WindowState.CLOSED)


def guide(code: str, *, latest_version: int = 1, **changed: Any) -> dict[str, Any]:
    """The guide of a sample item, as the catalogue answers with it."""
    row = SimpleNamespace(
        id=code,
        tenant="zhanggong",
        version=1,
        latest_version=latest_version,
        state="published",
        state_reason="",
        published_at=NOON,
        content=sample_item(code).model_dump(mode="json"),
    )
    reader = SimpleNamespace(execute=lambda *_: SimpleNamespace(first=lambda: row), now=NOON)
    made = get_guide(GetGuide(item_id=code), cast("Reader", reader))
    return {**made.model_dump(mode="json"), **changed}


def hit(code: str, at: int, *, marked: bool) -> PolicyHit:
    item = sample_item(code)
    plan, most = item.rules.plan, most_payable(item.rules.amount, item.rules.rounding, item.rules.values_by_name)
    window = WINDOWS[at % len(WINDOWS)]
    half = len(item.title) // 2
    return PolicyHit(
        item_id=code,
        tenant="zhanggong",
        version=1,
        code=code,
        title=(Segment(text=item.title[:half], hit=marked), Segment(text=item.title[half:])),
        summary=item.summary,
        level=item.level,
        theme=item.theme,
        industries=(),
        mode=plan.mode,
        benefit_kind=item.benefit_kind,
        department=plan.department,
        document=item.document.name,
        status=item.status,
        sample=item.sample,
        max_amount_fen=most.fen if most else None,
        closes=date(2026, 3, 31) if window is WindowState.CLOSING_SOON else None,
        window=window,
        snippet=Snippet(
            field="summary", segments=(Segment(text=item.summary[:6], hit=True), Segment(text=item.summary[6:80]))
        )
        if marked
        else None,
    )


def facet(name: str, values: list[str], chosen: tuple[str, ...] = ()) -> Facet:
    counted = Counter(values).most_common()
    return Facet(
        name=name,
        values=tuple(FacetCount(value=value, count=count * 7, chosen=value in chosen) for value, count in counted),
    )


def found(*, marked: bool = False, more: bool = True, chosen: Mapping[str, tuple[str, ...]] | None = None) -> Any:
    """What a search finds, with counts of everything."""
    items: list[PolicyItemContent] = [sample_item(code) for code in CODES]
    hits = tuple(hit(code, at, marked=marked) for at, code in enumerate(CODES))
    values = {
        "window": [str(each.window) for each in hits],
        "mode": [str(each.mode) for each in hits],
        "amount": ["under_100k", "from_100k", "from_100k", "unknown", "from_5m"],
        "theme": [item.theme for item in items],
        "level": [str(item.level) for item in items],
        "department": [item.rules.plan.department for item in items],
        "industry": ["制造业", "软件和信息技术服务业"],
        "benefit_kind": [str(item.benefit_kind) for item in items],
    }
    return FoundPolicies(
        items=hits,
        matched="all" if marked else None,
        total=1234,
        facets=tuple(facet(name, each, (chosen or {}).get(name, ())) for name, each in values.items()),
        next_cursor="next-page" if more else None,
    ).model_dump(mode="json")


def tracked(state: str, **changed: Any) -> dict[str, Any]:
    """A case with a few steps behind it."""
    steps = (
        ("ApplicationSubmitted", "企业提交申报，系统出具收件回执", "企业"),
        ("CaseAccepted", "行政审批局已受理", "行政审批局"),
        ("CaseApproved", "审核通过，金额 200,000.00 元", "政策主管部门"),
        ("DisbursementAuthorised", "支付复核通过", "行政审批局"),
        ("DisbursementSettled", "200,000.00 元已到账", "银行"),
    )
    view = TrackingView(
        receipt="ZGQ-20260310-000123",
        tenant="zhanggong",
        item_title="新增产值奖励",
        enterprise_masked="赣州****有限公司",
        mode="instant",
        state=state,
        amount_fen=20_000_000,
        due_at=datetime(2026, 3, 17, 9, 30, tzinfo=UTC),
        submitted_at=NOON,
        paid_at=NOON if state == "settled" else None,
        steps=tuple(
            TrackedStep(code=code, text=text, by=by, at=NOON.replace(hour=4 + at))
            for at, (code, text, by) in enumerate(steps)
        ),
        as_of=NOON,
    )
    return {**view.model_dump(mode="json"), **changed}


NOT_FOUND = {"refused": Refusal(kind="not_found", code="x", message="收件编号或查询码不正确。").model_dump(mode="json")}
SAYS_NOTHING = {
    "refused": Refusal(kind="invalid", code="query_says_nothing", message="请换一个更具体的说法。").model_dump(
        mode="json"
    )
}
AWAY = {"fault": {"retryable": True}}
OPEN_DATA = OpenData(revision="7", changed_at=NOON).model_dump(mode="json")
SUSPENDED = {"state": "suspended", "state_reason": "本年度预算已用完，待追加。"}
CHOSEN = {"mode": ("instant",), "theme": (sample_item("NM-002").theme,)}
EXPLAINED = [
    {"kind": "text", "title": "问：什么时候到账？", "text": "审核通过后 1 个工作日内。\n以银行到账为准。"},
    {"kind": "picture", "title": "一图读懂", "sha256": "0" * 64, "alternative": "产值增长的企业最高得 300 万元。"},
    {"kind": "video", "title": "三分钟讲清楚", "url": "https://example.test/video", "text": None},
]

SAMPLES = [
    PageSample("/", "/", {"search_policies": found()}),
    PageSample("/", "/?lang=en", {"search_policies": AWAY}),
    PageSample("/find", "/find?q=技改", leads_to="/items?q=%E6%8A%80%E6%94%B9"),
    PageSample("/find", "/find?q=zgq-20260310-000123", leads_to="/track?receipt=zgq-20260310-000123"),
    PageSample("/items", "/items", {"search_policies": found()}),
    PageSample(
        "/items",
        f"/items?q=奖励&mode=instant&theme={CHOSEN['theme'][0]}&amount_at_least_yuan=100000&closes_by=2026-12-31&lang=en",
        {"search_policies": found(marked=True, chosen=CHOSEN)},
    ),
    PageSample("/items", "/items?cursor=second", {"search_policies": {**found(), "facets": [], "total": None}}),
    PageSample("/items", "/items?q=没有", {"search_policies": {"items": [], "total": 0}}),
    PageSample("/items", "/items?q=的", {"search_policies": SAYS_NOTHING}, status=422),
    PageSample("/items", "/items?closes_by=soon&amount_at_least_yuan=lots", status=422),
    PageSample("/items/{item_id}", "/items/NM-002", {"get_guide": guide("NM-002")}),
    PageSample("/items/{item_id}", "/items/GZ-009?lang=en", {"get_guide": guide("GZ-009", **SUSPENDED)}),
    PageSample(
        "/items/{item_id}",
        "/items/AH-010?version=1",
        {"get_guide": guide("AH-010", latest_version=3, interpretations=EXPLAINED)},
    ),
    PageSample("/items/{item_id}/card", "/items/NM-002/card", {"get_guide": guide("NM-002")}, gives="application/pdf"),
    PageSample(
        "/items/{item_id}/card", "/items/GZ-009/card?lang=en", {"get_guide": guide("GZ-009")}, gives="application/pdf"
    ),
    PageSample(
        "/items/{item_id}/pictures/{sha256}",
        f"/items/AH-010/pictures/{'1' * 64}",
        {"get_guide": guide("AH-010", interpretations=EXPLAINED)},
        status=404,
    ),
    PageSample("/open-data", "/open-data", {"read_open_data": OPEN_DATA}),
    PageSample("/open-data", "/open-data?lang=en", {"read_open_data": AWAY}),
    PageSample("/track", "/track"),
    PageSample("/track", "/track?receipt=?&code=?&lang=en", status=422),
    PageSample("/track", "/track?receipt=ZGQ-1234&code=ABCD", leads_to="/track/ZGQ-1234?code=ABCD"),
    PageSample("/track/{receipt}", "/track/ZGQ-1234?code=ABCD", {"track_case": tracked("settled")}),
    PageSample("/track/{receipt}", "/track/ZGQ-1234?code=ABCD&lang=en", {"track_case": tracked("accepted")}),
    *(
        PageSample(
            "/track/{receipt}",
            f"/track/ZGQ-1234?code=ABCD&lang={lang}&x={state}",
            {"track_case": tracked(state, amount_fen=None, paused=paused, projected_due_at="2026-03-26T10:00:00Z")},
        )
        for lang in ("zh", "en")
        for state, paused in (("supplementing", "supplement"), ("accepted", "objection"))
    ),
    PageSample("/track/{receipt}", "/track/ZGQ-1234", {}),
    PageSample("/track/{receipt}", "/track/ZGQ-1234?code=WRONG", {"track_case": NOT_FOUND}, status=404),
]
