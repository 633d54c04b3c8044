"""What an item must have before it is published: every problem at once. Pure: the day is given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from contracts.item import ItemStatus, PolicyItemContent
from contracts.policies import DirectGround, PublicationGround
from contracts.refusal import Invalid, Reason
from contracts.rule import Problem
from rules import check_publication
from rules.checking.decisions import case_by_case
from services.catalog.policies.lawful_basis import names_a_lawful_basis

OUT_OF_FORCE = (ItemStatus.DRAFT, ItemStatus.EXPIRED, ItemStatus.SUPERSEDED)

LOCAL_TAX = re.compile(r"留成|留存|财政贡献|[方区县市]级?经济贡献|地方财力|本级(税收|财力)|^local_tax|retained")
"""How a fact about tax that stays with the locality is called, in its name or its label."""

FAR = timedelta(days=366)
"""A reference day beyond this is a slip of the pen."""

ELIGIBILITY_NODES = frozenset({"condition", "all", "any", "not"})


class PublicationRefused(Invalid):
    """The item cannot be published as it is; `reasons` lists everything that must change."""

    code = "publication_refused"
    sentence = "该事项不符合发布条件，请按提示修改。"


def problems_of(content: PolicyItemContent, today: date) -> list[Problem]:
    """Everything in the text that forbids publishing it on `today` (in China); `where` points into the item."""
    found = check_publication(content)
    if not content.sample and content.status in OUT_OF_FORCE:
        # A sample shows a document of elsewhere, whatever became of it; a real item promises money now.
        _add(found, "document_not_in_force", "/status", "文件尚未生效、已经失效或已被替代，不得发布")
    for where, first, last in _periods(content):
        if first is not None and last is not None and first > last:
            _add(found, "validity_reversed", where, f"有效期起始日 {first} 晚于截止日 {last}")
    last_day = content.last_day
    if last_day is not None and last_day < today and not content.sample:
        _add(found, "validity_over", "/valid_to", f"有效期已于 {last_day} 届满，不得发布")
    review = content.fair_competition
    if review is not None and review.conclusion == "doubtful":
        text = f"公平竞争审查结论为“存疑”，在审查通过之前不得发布：{review.basis}"
        _add(found, "fair_competition_doubtful", "/fair_competition/conclusion", text)
    _check_local_tax_basis(content, found)
    _check_case_by_case(content, found, today)
    _check_reference_date(content, found, today)
    codes = {material.code for material in content.rules.plan.materials}
    for index, material in enumerate(content.guide.materials):
        if material.code is not None and material.code not in codes:
            text = f"指南材料“{material.name}”引用的材料编码 {material.code} 不在办理规则中"
            _add(found, "guide_material_unknown", f"/guide/materials/{index}/code", text)
    for index, each in enumerate(content.interpretations):
        if each.sha256 is not None and each.alternative is None:
            text = f"图片解读“{each.title}”没有替代文字：请用一两句话写明图上说了什么，看不到图片的人靠它了解"
            _add(found, "picture_without_alternative", f"/interpretations/{index}/alternative", text)
    return found


def refuse_unpublishable(content: PolicyItemContent, today: date, further: Sequence[Problem] = ()) -> None:
    """Raises PublicationRefused with everything that must change, and the `further` problems found elsewhere."""
    reasons = [
        Reason(code=problem.code, message=problem.text_zh, field=f"content{problem.where.replace('/', '.')}")
        for problem in (*problems_of(content, today), *further)
    ]
    if reasons:
        raise PublicationRefused(*reasons)


def direct_ground(content: PolicyItemContent, claimed: DirectGround | None) -> PublicationGround | None:
    """Why this text needs no consultation, as the department claims or as follows from the text; None: nothing.

    A sample promises nothing to anybody. What a document in force that was issued already says has been
    consulted on when that document was written.
    """
    if claimed is not None:
        return PublicationGround(kind=claimed.kind, text=claimed.text)
    if content.sample:
        return PublicationGround(kind="sample", text="示例事项，不构成政策承诺")
    document = content.document
    if content.status is ItemStatus.IN_FORCE and document.name is not None:
        number = f"（{document.number}）" if document.number is not None else ""
        return PublicationGround(kind="issued_document", text=f"文件已正式印发：《{document.name}》{number}")
    return None


def _add(found: list[Problem], code: str, where: str, text: str) -> None:
    found.append(Problem(code=code, where=where, text_zh=text))


def _check_local_tax_basis(content: PolicyItemContent, found: list[Problem]) -> None:
    """A base of locally retained tax is lawful only where a law, a regulation or the State Council allows it."""
    based_on = _local_tax_facts(content)
    if content.local_tax_basis is None:
        for index in based_on:
            label = content.rules.fact_types[index].label
            text = f"奖补以“{label}”（地方留成税收）为计算基数，须在 local_tax_basis 中引用其合法依据"
            _add(found, "local_tax_basis_missing", f"/rules/fact_types/{index}", text)
    elif based_on and not names_a_lawful_basis(content.local_tax_basis):
        text = (
            "地方留成税收的合法依据须写明法律、法规或文件：至少一个《名称》或文号（如 赣府发〔2024〕3号）；"
            "“来源未载明”“无”“暂无”“不详”不是依据，《公平竞争审查条例》本身也不是"
        )
        _add(found, "local_tax_basis_names_nothing", "/local_tax_basis", text)


def _check_case_by_case(content: PolicyItemContent, found: list[Problem], today: date) -> None:
    """一事一议 rests on a law or a document that can be named, and on minutes of a meeting that has been held."""
    for where, grounds in case_by_case(content.rules):
        if not names_a_lawful_basis(grounds.legal_basis):
            text = "一事一议的依据须写明法律、法规或文件：至少一个《名称》或文号（如 赣府发〔2024〕3号）"
            _add(found, "case_by_case_basis_names_nothing", f"/rules{where}/grounds/legal_basis", text)
        if grounds.minutes.date > today:
            text = f"会议纪要的日期 {grounds.minutes.date} 还没有到"
            _add(found, "minutes_in_future", f"/rules{where}/grounds/minutes/date", text)


def _check_reference_date(content: PolicyItemContent, found: list[Problem], today: date) -> None:
    """Cases are decided on facts of that day, so that none could be before it has come."""
    day, last_day = content.rules.plan.reference_date, content.last_day
    if day is None:
        return
    where = "/rules/plan/reference_date"
    if last_day is not None and day > last_day:
        _add(found, "reference_date_after_validity", where, f"基准日 {day} 晚于有效期最后一天 {last_day}；请改早")
    elif day > today + FAR:
        _add(found, "reference_date_far", where, f"基准日 {day} 在一年以后，在那之前都不能作出决定；请核对年份")


def _periods(content: PolicyItemContent) -> Iterator[tuple[str, date | None, date | None]]:
    yield "/valid_to", content.valid_from, content.valid_to
    yield "/document/valid_to", content.document.valid_from, content.document.valid_to


def _local_tax_facts(content: PolicyItemContent) -> list[int]:
    """The declared facts that the amount is computed from and that are about tax retained locally.

    A threshold of such tax in a condition is no base.
    """
    values = {each.name: each.of.model_dump(mode="json") for each in content.rules.values}
    used = set(_bases(content.rules.amount.model_dump(mode="json"), values))
    return [
        index
        for index, fact in enumerate(content.rules.fact_types)
        if fact.name in used and (LOCAL_TAX.search(fact.name) or LOCAL_TAX.search(fact.label))
    ]


def _bases(part: Any, values: dict[str, Any]) -> Iterator[str]:
    """Names of facts in an amount and in the named values that it uses, each of these once (`values` are those that
    are left), without those of the conditions inside it.
    """
    if isinstance(part, list):
        for each in part:
            yield from _bases(each, values)
    elif isinstance(part, dict) and part.get("node") == "value":
        yield from _bases(values.pop(part["value"], None), values)
    elif isinstance(part, dict) and part.get("node") not in ELIGIBILITY_NODES:
        for name, value in part.items():
            if name == "fact" and isinstance(value, str):
                yield value
            else:
                yield from _bases(value, values)
