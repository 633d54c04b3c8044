"""What is said to people of a bank's word that does not end a payment, or cannot be true."""

from __future__ import annotations

from collections.abc import Mapping

from contracts import status_labels
from contracts.treasury import DisbursementState
from services.treasury.rails.bank import Standing

DOUBTS: Mapping[Standing, str] = {
    "silent": "银行未在时限内答复，正在查询",
    "not_found": "银行暂未查到该指令，正在继续查询",
    "conflict": "银行以同一指令号登记了内容不同的付款，须人工核对",
}
NEVER_HEARD = "银行连续 {n} 次答复未收到该指令，且已过银行可能执行的期限；资金已释放，须人工与银行核实"
CONFLICT = "银行以同一指令号 {instruction} 登记了内容不同的付款"
RETURN_UNCONFIRMED = "银行退汇清单列有指令 {instruction}，但查询该笔付款仍未显示退回"

ALREADY_PAID = "系统恢复前银行已按该笔的指令号付款：{credit}，但账户、户名或金额与现在的账面不一致"
PAID_ELSEWHERE = "系统恢复前银行已向同一账户或户名付款，账面没有记录，须确认是否就是本笔：{credits}"

BANK_SAYS: Mapping[Standing, str] = {
    "settled": "已支付",
    "returned": "已支付后退回",
    "pending": "正在办理",
    "failed": "未支付",
    "not_found": "没有这笔付款",
}


def contradiction_of(instruction_id: str | None, state: DisbursementState, answer: Standing) -> str:
    """The instruction, what the books say of it, and what the bank says."""
    ours, theirs = status_labels.DISBURSEMENT[state].staff_zh, BANK_SAYS.get(answer, answer)
    return f"指令 {instruction_id} 账面为“{ours}”，银行答复“{theirs}”"
