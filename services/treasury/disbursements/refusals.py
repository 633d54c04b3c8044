"""What treasury says no to, and why, in words for the person who reads it."""

from __future__ import annotations

from contracts.refusal import Conflict, Forbidden, Invalid, NotFound


class DisbursementNotFound(NotFound):
    """This tenant pays no disbursement with this id."""

    code = "disbursement_not_found"
    sentence = "没有找到该笔兑付。"


class MoveNotAllowed(Conflict):
    """The disbursement is not in a state from which this can be done."""

    code = "disbursement_move_not_allowed"
    sentence = "该笔兑付当前为“{now}”，不能变为“{wanted}”。"


class DisbursementNotReady(Conflict):
    """Only what has its money reserved and waits for a second person can be authorised."""

    code = "disbursement_not_ready"
    sentence = "该笔兑付当前为“{now}”，只有“待复核”的兑付可以复核放行。"


class MakerIsChecker(Forbidden):
    """Whoever approved the case may not release its payment."""

    code = "maker_is_checker"
    sentence = "审批人不得复核本人批准的兑付，须由另一人复核。"


class BankContradicts(Conflict):
    """The bank says what cannot be true beside the books: nothing of the instalment moves before a person has looked."""

    code = "bank_contradicts"
    sentence = "该笔兑付的银行记录与账面相互矛盾，已停止办理，须先与银行核实：{why}。"


class NothingContradicts(Conflict):
    """There is nothing to clear up: the bank and the books agree."""

    code = "nothing_contradicts"
    sentence = "该笔兑付的银行记录与账面没有矛盾，无需登记核实结论。"


class CreditNotFound(NotFound):
    """The bank's book, as it was compared after the restore, has no such credit that no payment accounts for."""

    code = "credit_not_found"
    sentence = "与银行核对时没有发现指令号为 {instruction}、且尚无对应兑付的付款，请核对指令号。"


class CreditDiffers(Conflict):
    """The credit went to another account or name, or is of another amount: it is not this payment."""

    code = "credit_differs"
    sentence = "银行的付款 {credit} 与该笔兑付的账户、户名或金额不一致，不能认作同一笔；请先更正账户或金额，再登记。"


class PaidUnderEarlierRevision(Conflict):
    """After a restore: the bank has paid an earlier approval of it, and our books do not have that yet."""

    code = "paid_under_earlier_revision"
    sentence = "同一期次已由银行按先前的批准支付，恢复后尚未入账；请在入账后重新处理本次批准，系统只补付差额。"


class PayerMismatch(Conflict):
    """The approval was addressed to another tenant than the one that it names as payer."""

    code = "payer_mismatch"
    sentence = "兑付指令的付款地区与收到指令的地区不一致。"


class NothingToPay(Conflict):
    """An approval of nothing: no bank executes it."""

    code = "nothing_to_pay"
    sentence = "兑付金额为零，无需支付。"


class NotMoney(Conflict):
    """What is granted is no money: review ends such a case with a certificate or a notice."""

    code = "not_money"
    sentence = "该项支持不是资金，不能兑付；请审核部门以证书或通知办结。"


class BorneDiffers(Conflict):
    """Who bears the amount bears another one, to the fen."""

    code = "borne_differs"
    sentence = "各级承担金额合计 {borne} 元，与应付 {amount} 元不一致；请审核部门核对分担金额后重新批准。"


class TaxNotAwaited(Conflict):
    """The tax is entered where the payer withholds it, as long as nothing is reserved and released."""

    code = "tax_not_awaited"
    sentence = "该笔兑付当前为“{now}”，只有约定由兑付单位代扣个人所得税、且尚未落实资金的兑付可以登记代扣税额。"


class TaxTooHigh(Invalid):
    """Nothing would be left to pay."""

    code = "tax_too_high"
    sentence = "代扣税额须小于应付金额 {amount} 元，请核对后重新填写。"
