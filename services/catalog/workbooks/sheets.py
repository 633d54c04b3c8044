"""The workbook's sheets and columns: what may be filled in, what must be, and an example of each.

Template, reading and documentation follow this list (docs/item-import.md; a test compares them).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from services.catalog.workbooks import cell_values

Holds = Literal["text", "figure", "day", "loose_day", "year"]


class SheetColumn(NamedTuple):
    """`choices` lists the only words that may stand in it; a cell may be empty unless it is `required`. What it `holds`
    says how it is read: a figure is read where its unit is known."""

    heading: str
    meaning: str
    example: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    holds: Holds = "text"


def _one_of(heading: str, meaning: str, choices: Iterable[str], *, required: bool = False) -> SheetColumn:
    words_there = tuple(choices)
    return SheetColumn(heading, meaning, words_there[0], required, words_there)


CODE = SheetColumn("事项编码", "字母、数字、短横线；同一编码再次导入即修改同一份草稿", "ZG-2026-01", required=True)

ITEMS = (
    CODE,
    SheetColumn("事项名称", "对外名称", "首次升规工业企业奖励", required=True),
    SheetColumn("摘要", "一句话说明", "首次纳入规上的工业企业奖励 10 万元", required=True),
    _one_of("层级", "哪一级制定", cell_values.LEVELS, required=True),
    SheetColumn("主题", "如 工业、科技创新、外贸", "工业", required=True),
    _one_of("利好类型", "给的是什么", cell_values.BENEFITS, required=True),
    SheetColumn("文件名称", "所依据文件", "支持工业发展若干措施"),
    SheetColumn("文号", "所依据文件的文号", "区府办字〔2026〕1号"),
    SheetColumn("发文日期", "如 2026、2026-01 或 2026-01-15", "2026-01-15", holds="loose_day"),
    SheetColumn("发文机关", "制定机关"),
    SheetColumn("省", "所在省", "江西"),
    SheetColumn("市", "所在市", "赣州"),
    SheetColumn("县", "所在县（市、区）", "章贡区"),
    _one_of("文件状态", "文件是否有效", cell_values.STATUSES, required=True),
    _one_of("示例", "是否仅作示例", reversed(cell_values.YES_NO), required=True),
    SheetColumn("主管部门", "负责审核和更新的部门，须与导入人所在部门一致", "章贡区工信局", required=True),
    _one_of("兑现方式", "怎么兑现", cell_values.MODES, required=True),
    SheetColumn("政策依据", "办事指南：依据", "支持工业发展若干措施第一条", required=True),
    SheetColumn("适用对象", "办事指南：谁可以申请", "规模以上工业企业", required=True),
    SheetColumn("条件说明", "办事指南：条件；不填则按规则自动生成"),
    SheetColumn("标准说明", "办事指南：标准；不填则按规则自动生成"),
    SheetColumn("办理步骤", "办事指南：以分号隔开", "企业一表申报；审核；兑付到账", required=True),
    SheetColumn("时限说明", "办事指南：时限", "审核 5 个工作日，兑付 1 个工作日", required=True),
    SheetColumn("联系人", "办事指南：科室或窗口", "工信局窗口", required=True),
    SheetColumn("联系电话", "数字和短横线", "12345", required=True),
    SheetColumn(
        "办理环节",
        "以分号隔开；括号内写参加部门、公示期或审批岗位",
        "材料审核；审批（政策主管部门审批岗）",
        required=True,
    ),
    SheetColumn("审核时限", "如 5个工作日、10个自然日、24小时；免申即享不填", "5个工作日"),
    SheetColumn("兑付时限", "决定之后多久到账", "1个工作日", required=True),
    SheetColumn("政策年度", "“本年”指哪一年；不填即申报当年", "2025", holds="year"),
    SheetColumn("受理开始", "如 2026-03-01", holds="day"),
    SheetColumn("受理截止", "如 2026-12-31，当日仍可申报", holds="day"),
    _one_of("兑付频次", "多久一次", cell_values.FREQUENCIES, required=True),
    SheetColumn("预算科目", "字母、数字、短横线", "ZG-GX-01", required=True),
    SheetColumn("资金分担", "各级比例，如 市1/2；县1/2", "县1", required=True),
    SheetColumn("尾差承担", "除不尽的分由哪一级承担：国家、省、市、县", "县", required=True),
    _one_of("县级垫付", "是否由县级先行垫付", reversed(cell_values.YES_NO)),
    _one_of("条件关系", "“条件”表各行之间的关系", cell_values.JOINING),
    SheetColumn("核定部门", "写明“最高”“不超过”、须核定的，填核定的部门"),
    SheetColumn("总额最高", "各部分合计的封顶", holds="figure"),
    SheetColumn("总额最高单位", "如 万元"),
    _one_of("公平竞争审查", "审查结论；没有结论或结论存疑的不能发布", cell_values.CONCLUSIONS),
    SheetColumn("审查依据", "审查结论的依据或文号"),
    SheetColumn("审查日期", "如 2026-01-10", holds="day"),
    SheetColumn("来源", "条目从哪里来", "本部门起草", required=True),
    SheetColumn("来源类型", "如 official、news", "official", required=True),
    _one_of("来源可信度", "多大把握", cell_values.CONFIDENCES, required=True),
    SheetColumn("补充说明", "以分号隔开"),
    SheetColumn("资格规则JSON", "条件表说不了的，按《规则语言》写；填了则不读条件表"),
    SheetColumn("金额规则JSON", "金额表说不了的，按《规则语言》写；填了则不读金额表"),
    SheetColumn("其他规则JSON", "分期、收款人、叠加、额度等规则部分"),
    SheetColumn("其他内容JSON", "有效期、政策解读等其他内容"),
)
FACTS = (
    SheetColumn("数据名称", "对外叫法", "首次升规", required=True),
    SheetColumn("代码名", "小写字母、数字、下划线；同一数据全市只用一个", "newly_above_scale", required=True),
    _one_of("类型", "怎么填写", cell_values.FACT_KINDS, required=True),
    SheetColumn("单位", "数值和多个数值必填，如 万元、人、%"),
    SheetColumn("取值", "分类和多选的取值，如 first=首次；renewed=复审"),
)
CONDITIONS = (
    CODE,
    SheetColumn("数据名称", "“数据”表中的名称", "首次升规", required=True),
    SheetColumn("期间", "本年、上年、前年、某年（2025）、某季（YQ1）或某月（YM01）；与年度无关的不填", "本年"),
    _one_of("关系", "不低于、不高于含本数；高于、低于不含", cell_values.RELATIONS, required=True),
    SheetColumn("值", "数、日期或分类；多个以分号隔开；“是”“否”“有记录”不填"),
    SheetColumn("单位", "数值必填"),
    SheetColumn("说明", "文件原话"),
)
AMOUNTS = (
    CODE,
    SheetColumn("部分", "一个事项有几部分相加的，同一部分写同一名称；只有一部分的不填"),
    _one_of("算法", "分档、按分类的，每档一行", cell_values.METHODS, required=True),
    SheetColumn("数据名称", "按什么算；定额不填"),
    SheetColumn("期间", "同“条件”表"),
    SheetColumn("下限", "分档：含本数；写作 >5 则不含", holds="figure"),
    SheetColumn("上限", "分档：不含本数；写作 ≤5 则含", holds="figure"),
    SheetColumn("分类", "按分类：取值，多个以分号隔开"),
    SheetColumn("标准", "定额的数、比例或单价", "10", required=True, holds="figure"),
    SheetColumn("标准单位", "如 万元、%、元/亩", "万元", required=True),
    SheetColumn("最高", "这一部分的封顶，写在该部分第一行", holds="figure"),
    SheetColumn("最高单位", "如 万元"),
)
MATERIALS = (
    CODE,
    SheetColumn("材料编码", "小写字母、数字、下划线", "audit_report", required=True),
    SheetColumn("材料名称", "如 年度审计报告", "年度审计报告", required=True),
    _one_of("必须", "是否必须", cell_values.YES_NO, required=True),
    _one_of("提供方", "谁提供", cell_values.PROVIDERS, required=True),
    SheetColumn("可用承诺代替", "承诺的原话；不能代替的不填"),
)
FORM = (
    CODE,
    SheetColumn("数据名称", "申报表里由企业填写的数据", "首次升规", required=True),
    SheetColumn("期间", "同“条件”表"),
    _one_of("必填", "是否必填", cell_values.YES_NO, required=True),
    SheetColumn("填写提示", "如 按年度审计报告填写"),
)

SHEETS: dict[str, tuple[SheetColumn, ...]] = {
    "事项": ITEMS,
    "数据": FACTS,
    "条件": CONDITIONS,
    "金额": AMOUNTS,
    "材料": MATERIALS,
    "申报表": FORM,
}
