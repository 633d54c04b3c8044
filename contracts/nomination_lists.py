"""No-application lists of any length (免申即享名单): a table, taken line by line as long work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from contracts.message import Command, Id, ServiceName
from contracts.operations import OperationView
from contracts.uploads import Sha256


class ImportNominations(Command[OperationView]):
    """Push a no-application list out of an uploaded table (免申即享): each line on its own, whatever becomes of its neighbours.

    A line names an enterprise by its credit code; it may live in the item's place or in any county below it. What holds becomes
    a case; what does not is refused with all its reasons. The same line again changes nothing.
    """

    owner: ClassVar[ServiceName] = "intake"

    item_id: Id
    format: Literal["csv", "xlsx"]
    sha256: Sha256
    file_name: str | None = Field(default=None, max_length=200)


WHAT_TO_DO: Mapping[str, str] = {
    "cell_empty": "补填这一格后，只把这一行另存成名单再推送。",
    "cell_is_error": "改正单元格后，只把这一行另存成名单再推送。",
    "digits_lost": "把该列设为文本、重新填写后再推送这一行。",
    "value_invalid": "按说明改正后再推送这一行。",
    "line_unreadable": "按表头的列数重新整理这一行后再推送。",
    "too_many_cells": "按表头的列数重新整理这一行后再推送。",
    "uscc_invalid": "对照营业执照核对信用代码，改正后再推送这一行。",
    "enterprise_unknown": "核对信用代码；确在本地区或下辖县区的，先由窗口建立企业档案，再推送这一行。",
    "enterprise_in_two_places": "请有关县区核对并合并或更正档案后，再推送这一行。",
    "enterprise_merged_already": "改用合并后档案的信用代码推送。",
    "name_mismatch": "核对是否抄错企业；企业已更名的，先办理名称变更，或删去名称一列。",
    "duplicate_line": "同一企业只列一次，删去重复的行；无需再推送。",
    "payee_account_missing": "请企业登记收款账户并经复核确认后，再推送这一行。",
    "not_eligible": "不符合条件的不列入名单；数据有误的，先更正企业档案，再推送这一行。",
    "facts_missing": "补充企业档案中的数据后，再推送这一行。",
    "facts_contradict": "先更正企业档案中互相矛盾的数据，再推送这一行。",
    "outside_figure_missing": "录入测算所依据的数据后，再推送这一行。",
    "amount_mismatch": "改成规则算出的金额，或删去金额一列由系统计算。",
    "amount_undetermined": "补充数据使金额可以计算后，再推送这一行。",
    "nothing_payable": "按规则没有可兑付的金额，不列入名单。",
    "duplicate_application": "本期已经办理过，无需再推送。",
    "line_failed": "联系技术支持；处理后再推送这一行。",
}
"""What a department does about a line that was refused for this reason, beside what is wrong with it."""

OTHERWISE = "按说明处理后，只把这一行另存成名单再推送。"
"""Where nothing more particular is known."""
