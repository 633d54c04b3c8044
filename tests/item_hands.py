"""What an author does on pages to bring an item from a document's text to publication (tests/browser/house)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from house_browser_kit import AtWork
from playwright.sync_api import expect

from chassis.foundation.ids import random_code

REVENUE = "首次达到的软件业务收入"
REWARD = "¥200,000.00"


@dataclass
class Text:
    """What the document says, as its author tells it."""

    code: str
    title: str
    document: str
    number: str


def new_text() -> Text:
    """Of an item that nobody has written yet."""
    tag = random_code(6)
    return Text(f"T-WEB-{tag}", f"软件收入上台阶奖励{tag}", f"支持软件产业办法{tag}", f"示府发〔2026〕{tag}号")


def register_the_document(writer: AtWork, text: Text) -> None:
    writer.visit.open("/")
    writer.go("政策文件", "登记文件")
    writer.hands.write("文件名称", text.document)
    writer.hands.write("文号", text.number)
    writer.hands.write("制发机关", "章贡区人民政府")
    writer.hands.choose("文件层级", "县级")
    writer.hands.write("印发日期", "2026-01-10")
    writer.hands.press("登记")
    writer.arrive("done=registered")


def begin(writer: AtWork, text: Text) -> None:
    writer.go("起草与征求意见", "起草新事项")
    writer.hands.write("事项编码", text.code)
    writer.hands.write("事项名称", text.title)
    writer.hands.press("开始起草")
    writer.arrive("/write/basic")


def basics(writer: AtWork) -> None:
    write, choose = writer.hands.write, writer.hands.choose
    write("事项摘要", "软件业务收入上台阶的企业，给予 20 万元奖励。")
    choose("政策层级", "县级")
    write("主题", "软件产业")
    choose("扶持方式", "资金奖补")
    choose("文件状态", "现行有效")
    choose("公平竞争审查 · 结论", "无需审查")
    write("公平竞争审查 · 理由或依据", "不涉及市场准入和竞争行为")
    write("公平竞争审查 · 作出结论的日期", "2026-01-05")
    writer.change("＋ 添加来源")
    write("来源名称", "示例")
    write("来源类型", "sample")
    choose("可信程度", "高")
    choose("示例事项", "是，示例")
    _kept(writer, "依据文件")


def document(writer: AtWork, text: Text) -> None:
    writer.hands.choose("已登记的文件", text.document)
    _kept(writer, "数据项")


def known_fact(writer: AtWork) -> None:
    """One that others use already, so that the dossier knows it."""
    writer.hands.write("怎么叫它（如：高企、营收、用电量）", "软件业务收入")
    writer.hands.press("查找")
    writer.arrive("words=")
    writer.change(f"：{REVENUE}")
    _kept(writer, "申报条件")


def new_fact(writer: AtWork) -> None:
    """One that nobody has used before."""
    writer.change("＋ 添加数据项")
    writer.hands.write("英文名", "software_revenue_first_reach")
    writer.hands.write("中文名称", REVENUE)
    writer.hands.choose("类型", "数值")
    writer.hands.write("单位", "万元")
    _kept(writer, "申报条件")


def conditions(writer: AtWork, *, scripted: bool) -> None:
    writer.change("＋ 添加申报条件")
    writer.hands.tick("一项条件")
    writer.change("添加")
    writer.hands.choose("数据项", REVENUE)
    writer.hands.choose("怎样比较", "以上（含）")
    writer.hands.write("比较值", "1000")
    writer.hands.write("单位", "万元")
    if scripted:
        # The sentence is beside the form before anything is kept.
        expect(writer.page.locator("#said")).to_contain_text(f"{REVENUE}在 1,000 万元以上（含）")
    _kept(writer, None)
    expect(writer.page.locator("#said")).to_contain_text("1,000 万元以上（含）")
    writer.go("下一部分：扶持金额")


def amount(writer: AtWork) -> None:
    writer.change("＋ 添加扶持金额")
    writer.hands.tick("写定的数")
    writer.change("添加")
    writer.hands.write("数值", "20")
    writer.hands.write("单位", "万元")
    _kept(writer, "办理方案")


def plan(writer: AtWork, department: str, *, asked: bool = False) -> None:
    """`asked`: the enterprise says its revenue itself, where its dossier does not know it."""
    write, choose = writer.hands.write, writer.hands.choose
    choose("兑现方式", "即申即享")
    write("主管部门", department)
    write("审核时限 · 数量", "5")
    choose("审核时限 · 按什么计", "个工作日")
    write("兑付时限 · 数量", "1")
    choose("兑付时限 · 按什么计", "个工作日")
    choose("兑付频次", "一次性")
    write("预算科目编码", "WEB-01")
    writer.change("＋ 添加办理步骤")
    writer.hands.tick("审批")
    writer.change("添加")
    writer.change("＋ 申报材料")
    write("材料编码", "audit_report")
    write("材料名称", "年度审计报告")
    write("可以代替的承诺", "承诺所报收入真实")
    if asked:
        writer.change("＋ 申报时由企业填写")
        writer.hands.choose("数据项", REVENUE)
    _kept(writer, "资金分担")


def shares(writer: AtWork) -> None:
    writer.change("＋ 添加资金分担")
    writer.hands.tick("固定比例")
    writer.change("添加")
    writer.hands.choose("尾差归哪一级", "县级")
    writer.change("＋ 添加一级承担的部分")
    writer.hands.choose(re.compile("^哪一级"), "县级")
    writer.hands.write("比例", "100%")
    _kept(writer, "收款、分期、叠加、额度")
    writer.go("下一部分：办事指南")


def guide(writer: AtWork, text: Text) -> None:
    writer.hands.write("政策依据", f"《{text.document}》（{text.number}）")
    writer.hands.write("扶持对象", "本区软件企业")
    writer.change("＋ 添加联系人")
    writer.hands.write("单位或联系人", "政策咨询（示例）")
    writer.hands.write("电话", "0797-12345")
    _kept(writer, None)
    writer.go("返回草稿")
    writer.sees("内容完整，可以征求意见或发布。")


def try_it(writer: AtWork) -> None:
    """On facts that are supposed, and on everybody."""
    writer.go("试算")
    writer.hands.write(REVENUE, "1200")
    writer.hands.press(re.compile("^试算"))
    writer.sees(REWARD)
    writer.visit.must_fit()
    writer.go("返回草稿", "测算覆盖面和金额")
    writer.sees("覆盖企业")


def publish(writer: AtWork) -> None:
    writer.page.go_back()
    writer.go("发布")
    writer.hands.tick("文件已正式印发")
    writer.hands.write("依据说明", "文件已印发并公开")
    writer.hands.write("理由", "依据新印发的文件设立")
    writer.hands.press("发布")
    writer.arrive(r"/department/items/.*done=published")


def is_found(reader: AtWork, text: Text) -> None:
    reader.find(f"/items?q={text.title}", text.title)
    reader.go(text.title)
    reader.sees("20 万元")
    reader.sees(text.number)


def _kept(writer: AtWork, then: str | None) -> None:
    """Saves the part and goes on to the next."""
    writer.change("保存")
    writer.visit.must_fit()
    if then is not None:
        writer.go(f"下一部分：{then}")
