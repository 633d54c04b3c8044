"""申报条件: everything that stands against a claim, at once. Pure: the item, the enterprise and the day are given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from contracts.given_materials import FiledMaterial
from contracts.intake import NominationLine, SubmitApplication
from contracts.message import Id
from contracts.names import same_name
from contracts.refusal import Reason
from contracts.rule import (
    Assessment,
    Fact,
    Mode,
    ParameterValue,
    State,
)
from rules import assess
from services.intake.applications.claim_period import claim_period
from services.intake.applications.declaration import Declaration, read_declaration
from services.intake.applications.entitlement import about_amount, about_entitlement, awaits_decision
from services.intake.applications.given import about_materials, filed_materials
from services.intake.applications.receivers import about_credit, about_payees
from services.intake.catalog_copies.domain import Applicant, MaterialCopy, PublishedItem

NOTHING_IN_FILE: Mapping[Id, MaterialCopy] = {}


@dataclass(frozen=True, slots=True)
class Admission:
    """What the checks came to. Without `reasons` the claim stands on `facts` and on the outside `figures` that were
    used, and comes to `amount_fen`.

    Without an amount it waits for what persons set, and the range is what that can come to; `period` is what it is claimed for;
    empty where item or enterprise is unknown. `materials` go with it.
    """

    reasons: tuple[Reason, ...]
    facts: tuple[Fact, ...] = ()
    figures: tuple[ParameterValue, ...] = ()
    amount_fen: int | None = 0
    lowest_fen: int | None = None
    highest_fen: int | None = None
    period: str = ""
    materials: tuple[FiledMaterial, ...] = ()


def admit(
    item: PublishedItem | None,
    enterprise: Applicant | None,
    cmd: SubmitApplication,
    today: date,
    file: Mapping[Id, MaterialCopy] = NOTHING_IN_FILE,
) -> Admission:
    """Whether this application can be taken today; `today` is the date in China.

    `item` is absent when nobody whose items the enterprise may use has published it, `enterprise` when its tenant has no
    such enterprise; `file` has the materials that it gives, as far as they are its own. Whether the claim is a duplicate is for the one to see who holds the earlier ones.
    """
    reasons = [
        *_about_item(item, today, by_list=False),
        *_about_version(item, cmd.item_version),
        *_about_enterprise(enterprise),
        *_about_payee_name(enterprise, cmd.payee_name),
    ]
    if item is None or enterprise is None:
        return Admission(reasons=tuple(reasons))
    declaration = read_declaration(cmd.declared_facts, item.content.rules, enterprise.facts, today, item.figures)
    reasons += declaration.reasons
    assessment = assess(item.content.rules, declaration.sheet, today)
    reasons += about_entitlement(assessment, declaration)
    reasons += about_amount(assessment, item, cmd.claimed_fen)
    reasons += _about_commitments(item, cmd.commitments, {each.code for each in cmd.materials})
    reasons += about_materials(item.content.rules.plan, cmd.materials, file, today)
    reasons += about_credit(item.content.rules.plan, credit_commitment=cmd.credit_commitment)
    reasons += about_payees(item.content.rules, cmd.payees)
    admission = _admission(reasons, item, declaration, assessment, today)
    return admission if reasons else replace(admission, materials=filed_materials(cmd.materials, file))


def admit_line(
    item: PublishedItem | None, enterprise: Applicant | None, line: NominationLine, today: date
) -> Admission:
    """The same for one line of a department's list, where nobody declares or pledges anything, nor names an account later."""
    reasons = [*_about_enterprise(enterprise), *_about_account(enterprise)]
    if item is None or enterprise is None:
        return Admission(reasons=tuple(reasons))
    declaration = read_declaration((), item.content.rules, enterprise.facts, today, item.figures)
    assessment = assess(item.content.rules, declaration.sheet, today)
    reasons += about_entitlement(assessment, declaration)
    reasons += about_amount(assessment, item, line.amount_fen)
    return _admission(reasons, item, declaration, assessment, today)


def reasons_against_list(item: PublishedItem | None, today: date) -> list[Reason]:
    """What stands against a list for this item as a whole."""
    return _about_item(item, today, by_list=True)


def _admission(
    reasons: Sequence[Reason],
    item: PublishedItem,
    declaration: Declaration,
    assessment: Assessment,
    today: date,
) -> Admission:
    period = claim_period(item.content.rules, declaration.sheet, today)
    if reasons:
        return Admission(reasons=tuple(reasons), period=period)
    amount = assessment.amount
    assert assessment.verdict.state is State.MET, "neither refused nor entitled"
    taken = Admission((), declaration.sheet.facts, assessment.figures, None, period=period)
    if amount.money is not None:
        return replace(taken, amount_fen=amount.money.fen)
    assert awaits_decision(assessment), "entitled to nobody knows what"
    return replace(
        taken,
        lowest_fen=amount.lowest.fen if amount.lowest is not None else None,
        highest_fen=amount.highest.fen if amount.highest is not None else None,
    )


# -- the item -----------------------------------------------------------------------------------------------


def _about_item(item: PublishedItem | None, today: date, *, by_list: bool) -> list[Reason]:
    if item is None:
        text = "没有找到该政策事项，或该事项不在本地区及上级发布的事项之内"
        return [Reason(code="item_unknown", message=text, field="item_id")]
    plan, reasons = item.content.rules.plan, _about_state(item)
    if not by_list and plan.mode is Mode.NO_APPLICATION:
        text = "该事项免申即享，由主管部门推送名单，企业无需申报"
        reasons.append(Reason(code="nobody_applies", message=text, field="item_id"))
    if by_list and plan.mode is not Mode.NO_APPLICATION:
        text = "该事项须由企业申报，不能推送免申即享名单"
        reasons.append(Reason(code="enterprises_apply", message=text, field="item_id"))
    if plan.window.opens is not None and today < plan.window.opens:
        text = f"该事项自 {plan.window.opens} 起受理"
        reasons.append(Reason(code="window_closed", message=text, field="item_id"))
    if plan.window.closes is not None and today > plan.window.closes:
        text = f"该事项已于 {plan.window.closes} 截止受理"
        reasons.append(Reason(code="window_closed", message=text, field="item_id"))
    return reasons


def _about_version(item: PublishedItem | None, form_version: int | None) -> list[Reason]:
    """Whoever fills in a form files under what it says, and never under a version that came while they were filling it in."""
    if item is None or form_version in (None, item.version):
        return []
    text = f"该事项已修订为第 {item.version} 版，您填写的是第 {form_version} 版的申报表：请按新版核对后提交，已填写的内容会保留"
    return [Reason(code="item_revised", message=text, field="item_version")]


def _about_state(item: PublishedItem) -> list[Reason]:
    """Why an item that is not on offer takes nothing, in the words of its department."""
    if item.state == "published":
        return []
    sentences = {
        "suspended": "该事项已暂停受理，恢复时间以主管部门公告为准",
        "withdrawn": "该事项已废止，不再受理",
        "expired": "该事项有效期已届满，不再受理",
    }
    told = f"{sentences[item.state]}（{item.state_reason}）" if item.state_reason else sentences[item.state]
    return [Reason(code=f"item_{item.state}", message=told, field="item_id")]


def _about_commitments(item: PublishedItem, commitments: Sequence[str], given: Collection[str]) -> list[Reason]:
    """A paper of the applicant's own that a pledge may replace is replaced by it, or given; others are no pledge's matter.

    Papers that nothing may replace are seen by the department in its material check.
    """
    materials = [each for each in item.content.rules.plan.materials if each.commitment is not None]
    reasons = [
        Reason(
            code="commitment_missing",
            message=f"未提交材料“{material.name}”的承诺：{material.commitment}",
            field="commitments",
        )
        for material in materials
        if material.required and material.provided_by == "applicant" and material.code not in {*commitments, *given}
    ]
    known = {material.code for material in materials}
    return reasons + [
        Reason(
            code="commitment_unknown",
            message=f"该事项没有可以用承诺代替的材料“{code}”",
            field=f"commitments.{index}",
        )
        for index, code in enumerate(commitments)
        if code not in known
    ]


# -- the enterprise -----------------------------------------------------------------------------------------------


def _about_enterprise(enterprise: Applicant | None) -> list[Reason]:
    if enterprise is not None and enterprise.merged_into is not None:
        text = f"“{enterprise.name}”的这份档案已并入编号 {enterprise.merged_into} 的档案，请以该档案办理"
        return [Reason(code="enterprise_merged_already", message=text, field="enterprise_id")]
    if enterprise is not None:
        return []
    text = "本地区没有该企业的档案，或企业信息正在同步，请稍后再试"
    return [Reason(code="enterprise_unknown", message=text, field="enterprise_id")]


def _about_account(enterprise: Applicant | None) -> list[Reason]:
    """Silence is never consent to an account: a list is of enterprises that have a confirmed one."""
    if enterprise is None or enterprise.payee is not None:
        return []
    text = f"“{enterprise.name}”还没有经复核确认的收款账户"
    return [Reason(code="payee_account_missing", message=text, field="enterprise_id")]


def _about_payee_name(enterprise: Applicant | None, payee_name: str | None) -> list[Reason]:
    """Who applies may name its account later, and says no payee then: a name that is given is the one of the account.

    So an account that was confirmed just now, and is not known here yet, makes a no for now and no filing without it.
    """
    if enterprise is None or payee_name is None:
        return []
    if enterprise.payee is None:
        text = f"“{enterprise.name}”还没有经复核确认的收款账户；账户以后再登记的，申报时请不要填写收款人"
        return [Reason(code="payee_account_missing", message=text, field="payee_name")]
    if not same_name(payee_name, enterprise.payee.account_name):
        text = f"收款人“{payee_name}”与已确认账户的户名“{enterprise.payee.account_name}”不一致"
        return [Reason(code="payee_name_mismatch", message=text, field="payee_name")]
    return []
