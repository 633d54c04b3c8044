"""Why a finding, its record or a recovery cannot be handled so."""

from __future__ import annotations

from contracts.refusal import Conflict, Forbidden, Invalid, NotFound


class FindingNotFound(NotFound):
    """No finding has this id, it is another department's, or the firm has not been told of it."""

    code = "finding_not_found"
    sentence = "没有找到该失信线索。"


class FindingOpenAlready(Conflict):
    code = "finding_open_already"
    sentence = "该办件以同一认定依据已有失信线索或认定，同一行为不重复立案；请在已有的线索中补充办理。"


class FindingMovedOn(Conflict):
    """The step asked for is not the one whose turn it is."""

    code = "finding_moved_on"
    sentence = "该失信线索目前“{state}”，不能{step}；请刷新后按当前步骤办理。"


class DefenceTimeRuns(Conflict):
    """The firm may still be heard."""

    code = "defence_time_runs"
    sentence = "企业的陈述申辩期限{until}，期限届满、收到申辩或者企业明确放弃之前不能作出认定。"


class DefenceTimeOver(Conflict):
    code = "defence_time_over"
    sentence = "陈述申辩期限已于 {until} 届满；仍有情况要说明的，请直接联系办理部门。"


class DefenceEmpty(Invalid):
    code = "defence_empty"
    sentence = "请填写陈述申辩的内容；不再陈述申辩的，请勾选“放弃陈述申辩”，两者只选其一。"


class FindingOtherPersonRequired(Forbidden):
    """Who opened it or told the firm does not decide it."""

    code = "finding_other_person_required"
    sentence = "失信认定须由立案、告知人员以外的分管领导作出，请由本部门其他分管领导办理。"


class FindingLeaderRequired(Forbidden):
    code = "finding_leader_required"
    sentence = "失信认定和对失信记录申请的答复由分管领导作出，请转分管领导办理。"


class GravityUnfit(Invalid):
    code = "gravity_unfit"
    sentence = "“{ground}”的失信程度只能认定为：{gravities}；请改正后再提交。"


class TermUnfit(Invalid):
    code = "term_unfit"
    sentence = "失信程度为“{gravity}”的，有效期须为 {least} 至 {most} 个月（{source}），请改正后再提交。"


class DecisionIncomplete(Invalid):
    code = "decision_incomplete"
    sentence = "认定成立的，须写明失信程度、有效期和救济途径（复议机关、诉讼法院及期限），请补齐后再提交。"


class NoRecordInForce(Conflict):
    code = "no_record_in_force"
    sentence = "该失信记录{state}，不需要再申请修复或提出异议。"


class TooEarlyForRepair(Conflict):
    code = "too_early_for_repair"
    sentence = "该失信记录的最短公示期到 {day} 届满，届满后方可申请信用修复；认为记录有误的，可以提出异议。"


class RequestOpenAlready(Conflict):
    code = "record_request_open_already"
    sentence = "同类申请正在办理，请等待答复。"


class RequestNotFound(NotFound):
    code = "record_request_not_found"
    sentence = "没有找到该申请。"


class RequestAnsweredAlready(Conflict):
    code = "record_request_answered_already"
    sentence = "该申请已经答复，请刷新后查看。"


class RequestOtherPersonRequired(Forbidden):
    code = "record_request_other_person_required"
    sentence = "信用修复和异议须由作出原认定以外的人员答复，请由本部门其他分管领导办理。"


class RecoveryNotFound(NotFound):
    code = "recovery_decision_not_found"
    sentence = "没有找到该追回决定。"


class RecoveryDecidedAlready(Conflict):
    code = "recovery_decided_already"
    sentence = "该追回决定已经办结。"


class RecoverySecondPersonRequired(Forbidden):
    code = "recovery_second_person_required"
    sentence = "追回决定须由提出人以外的本部门人员复核同意。"


class RecoveryByStaffOnly(Forbidden):
    code = "recovery_by_staff_only"
    sentence = "追回决定由办理部门提出和复核；企业有异议的，请按告知的途径申请复议或者提起诉讼。"


class RecoveryAskedAlready(Conflict):
    code = "recovery_asked_already"
    sentence = "该办件已有待复核的追回决定。"


class NotEstablished(Conflict):
    code = "finding_not_established"
    sentence = "只有已认定成立的失信行为可以作出追回决定。"


class NothingToRecover(Conflict):
    """The case is open, refused, withdrawn, not money, or not said yet."""

    code = "nothing_to_recover"
    sentence = "该办件没有可以追回的资金：尚未批准、决定还没有告知、正在重新审查，或者没有批准资金。"


class RecoveryTooMuch(Invalid):
    code = "recovery_too_much"
    sentence = "该办件可以追回的资金至多 {most} 元，请改正金额。"
