"""The words of the workbook and what they stand for in an item."""

from __future__ import annotations

from collections.abc import Mapping

LEVELS = {"国家": "national", "省级": "province", "市级": "city", "县级": "county"}
PAYERS = {"国家": "national", "省": "province", "市": "city", "县": "county"}
BENEFITS = {
    "资金奖补": "grant",
    "税收优惠": "tax_relief",
    "贷款贴息": "interest",
    "资格认定": "qualification",
    "服务": "service",
}
STATUSES = {
    "现行有效": "in_force",
    "已失效": "expired",
    "征求意见稿": "draft",
    "已被替代": "superseded",
    "不详": "unknown",
}
MODES = {"免申即享": "no_application", "即申即享": "instant", "承诺兑现": "committed"}
FREQUENCIES = {
    "一次性": "once",
    "每年": "yearly",
    "每半年": "half_yearly",
    "每季度": "quarterly",
    "每月": "monthly",
    "按次": "per_event",
}
TIME_UNITS = {"个工作日": "working_days", "个自然日": "calendar_days", "小时": "hours"}
YES_NO = {"是": True, "否": False}
CONCLUSIONS = {"通过": "passed", "适用例外规定": "exception", "无需审查": "not_required", "存疑": "doubtful"}
CONFIDENCES = {"高": "high", "中": "medium", "低": "low"}
PROVIDERS = {"申报企业": "applicant", "主管部门": "department", "数据共享": "data_exchange"}
FACT_KINDS = {
    "数值": "number",
    "是否": "flag",
    "分类": "code",
    "多选": "codes",
    "日期": "date",
    "多个数值": "numbers",
    "多个日期": "dates",
}
PERIODS = {"本年": "Y", "上年": "Y-1", "前年": "Y-2"}
RELATIONS = {
    "是": "is_true",
    "否": "is_false",
    "不低于": "ge",
    "高于": "gt",
    "不高于": "le",
    "低于": "lt",
    "等于": "eq",
    "不等于": "ne",
    "介于": "between",
    "属于": "in",
    "不属于": "not_in",
    "包含": "contains",
    "有记录": "exists",
    "早于": "before",
    "晚于": "after",
}
JOINING = {"同时满足": "all", "满足其一": "any"}
STEPS = {
    "材料审核": "material_check",
    "联合审核": "joint_check",
    "评估评审": "panel",
    "现场勘查": "site_inspection",
    "公示": "public_notice",
    "审批": "approval",
}
METHODS = ("定额", "按比例", "按数量", "分档", "按分类")


def word_for(words: Mapping[str, object], value: object) -> str:
    """The word that stands for `value`. Raises KeyError."""
    for word, meaning in words.items():
        if meaning == value:
            return word
    raise KeyError(value)
