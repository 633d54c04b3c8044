"""A panel as the department, and as one of its experts, sees it. Pure."""

from __future__ import annotations

from contracts.message import Id
from contracts.panels import PanelSeat, PanelView
from services.review.panels.panel import CasePanel, DrawnExpert
from services.review.panels.scores import exact_text, total_of


def view_of(panel: CasePanel) -> PanelView:
    """Whole, as the department sees it: seats first, then who has recused."""
    gone = {each.expert_id: each.reason for each in panel.recusals}
    recused = [_seat(panel, each, gone[each.id]) for each in panel.drawn if each.id in gone]
    ended = panel.conclusion
    return PanelView(
        **_same(panel),
        seats=(*(_seat(panel, each) for each in panel.seats), *recused),
        sets=panel.sets,
        seed=panel.seed,
        register_hash=panel.register_hash,
        drawn_from=tuple(sorted(each.id for each in panel.drawn)),
        left_out=len(panel.left_out),
        reserve=panel.reserve,
        drawn_by=panel.drawn_by,
        mean=ended.mean if ended else None,
        minutes=ended.minutes if ended else "",
        minutes_sha256=ended.minutes_sha256 if ended else None,
        concluded_by=ended.by if ended else None,
        concluded_at=ended.at if ended else None,
    )


def view_for(panel: CasePanel, person_id: Id) -> PanelView:
    """What one of its experts may see: the own seat."""
    own = tuple(_seat(panel, each) for each in panel.seats if each.person_id == person_id)
    return PanelView(**_same(panel), seats=own)


SAME = ("case_id", "receipt", "item_title", "enterprise_name", "state", "field", "members", "quorum", "criteria")


def _same(panel: CasePanel) -> dict[str, object]:
    told = {name: getattr(panel, name) for name in (*SAME, "pass_score", "drawn_at", "version")}
    return {"panel_id": panel.id, **told}


def _seat(panel: CasePanel, expert: DrawnExpert, recused_why: str | None = None) -> PanelSeat:
    sheet = panel.counted.get(expert.id)
    return PanelSeat(
        expert_id=expert.id,
        name=expert.name,
        employer=expert.employer,
        has_account=expert.person_id is not None,
        recused_why=recused_why,
        scores=sheet.scores if sheet else (),
        total=exact_text(total_of(sheet.scores)) if sheet else None,
        scored_at=sheet.at if sheet else None,
        sheet_sha256=sheet.sha256 if sheet else None,
    )
