"""A paper's words as the paper that is set."""

from __future__ import annotations

from chassis.papers.paper import Block, Facts, NumberedList, Paper, Paragraph, Subheading
from contracts.case_notices import NoticeContent
from contracts.refusal_grounds import RefusalGround


def paper_of(content: NoticeContent) -> Paper:
    """Said from the frozen content alone: the same content is the same paper."""
    blocks: list[Block] = [Paragraph(content.opening)]
    if content.lines:
        blocks.append(Facts(tuple((each.label, each.value) for each in content.lines)))
    if content.points:
        blocks += [Subheading("需要补正的内容"), NumberedList(content.points)]
    for number, ground in enumerate(content.grounds, 1):
        blocks += [Subheading(f"理由{number if len(content.grounds) > 1 else ''}"), Facts(_rows(ground))]
    blocks += [Paragraph(each) for each in content.closing]
    return Paper(
        title=content.title,
        number=content.number,
        issuer=content.issuer,
        place=content.place,
        addressee=content.addressee,
        on=content.on,
        blocks=tuple(blocks),
        query_code=content.number,
    )


def _rows(ground: RefusalGround) -> tuple[tuple[str, str], ...]:
    known = "，".join(each for each in (ground.source, str(ground.as_of) if ground.as_of else "") if each)
    rows = (
        ("条件或情形", ground.text),
        ("事实", f"{ground.fact}：{ground.value}" if ground.fact else ground.value),
        ("来源及日期", known),
        ("依据", ground.clause),
        ("改变结果需要", ground.would_change),
    )
    return tuple((label, value) for label, value in rows if value)
