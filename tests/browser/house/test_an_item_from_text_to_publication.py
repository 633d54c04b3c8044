"""An item from a document's text to what everybody reads, in the browser alone and without knowing how a rule is written.

Its author registers the document, writes the item part by part, tries it, sees how many it reaches, and publishes it;
then somebody who is not signed in finds it. With script, without, and by the keyboard alone at 360 px.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from house_browser_kit import AtWork, Employed, employ
from playwright.sync_api import expect
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import random_code
from console.demo.people import officer_of
from console.demo.preparation import Stage

REVENUE = "首次达到的软件业务收入"
REWARD = "¥200,000.00"


@dataclass
class Text:
    """What the document says, as its author tells it."""

    code: str
    title: str
    document: str
    number: str


@pytest.fixture(scope="module")
def stage(standing_house: House) -> Stage:
    """An item with facts that others may use is on offer already."""
    standing_house.stand_up()
    return standing_house.prepare(small_scene("authoring", [INSTANT]))


@pytest.fixture
def department(stage: Stage) -> str:
    return stage.scene.department_of(stage.scene.claims[0].item)


@pytest.fixture
def author(house: House, stage: Stage, department: str) -> Employed:
    office = officer_of(department)
    tag = random_code(6).lower()
    hired = replace(office, actor_id=f"{office.actor_id}-{tag}")
    return employ(house, stage.door, stage.people, hired, f"author-{tag}")


@pytest.fixture
def text() -> Text:
    tag = random_code(6)
    return Text(f"T-WEB-{tag}", f"软件收入上台阶奖励{tag}", f"支持软件产业办法{tag}", f"示府发〔2026〕{tag}号")


def test_an_item_is_written_tried_and_published_and_anybody_finds_it(
    author: Employed,
    department: str,
    text: Text,
    way: str,
    at_work: Callable[..., AtWork],
    somebody: Callable[..., AtWork],
) -> None:
    writer = at_work(author)
    _register_the_document(writer, text)
    _begin(writer, text)
    _basics(writer)
    _document(writer, text)
    _facts(writer)
    _conditions(writer, scripted=way != "without_script")
    _amount(writer)
    _plan(writer, department)
    _shares(writer)
    _guide(writer, text)
    _try_it(writer)
    _publish(writer)
    _is_found(somebody(phone=True), text)


def _register_the_document(writer: AtWork, text: Text) -> None:
    writer.visit.open("/")
    writer.go("政策文件", "登记文件")
    writer.hands.write("文件名称", text.document)
    writer.hands.write("文号", text.number)
    writer.hands.write("制发机关", "章贡区人民政府")
    writer.hands.choose("文件层级", "县级")
    writer.hands.write("印发日期", "2026-01-10")
    writer.hands.press("登记")
    writer.arrive("done=registered")


def _begin(writer: AtWork, text: Text) -> None:
    writer.go("起草与征求意见", "起草新事项")
    writer.hands.write("事项编码", text.code)
    writer.hands.write("事项名称", text.title)
    writer.hands.press("开始起草")
    writer.arrive("/write/basic")


def _basics(writer: AtWork) -> None:
    write, choose = writer.hands.write, writer.hands.choose
    write("事项摘要", "软件业务收入上台阶的企业，给予 20 万元奖励。")
    choose("政策层级", "县级")
    write("主题", "软件产业")
    choose("扶持方式", "资金奖补")
    choose("文件状态", "现行有效")
    choose("公平竞争审查 · 结论", "无需审查")
    write("公平竞争审查 · 理由或依据", "不涉及市场准入和竞争行为")
    writer.change("＋ 添加来源")
    write("来源名称", "示例")
    write("来源类型", "sample")
    choose("可信程度", "高")
    choose("示例事项", "是，示例")
    _kept(writer, "依据文件")


def _document(writer: AtWork, text: Text) -> None:
    writer.hands.choose("已登记的文件", text.document)
    _kept(writer, "数据项")


def _facts(writer: AtWork) -> None:
    """One that others use already, so that the dossier knows it."""
    writer.hands.write("名称里的字", "软件业务收入")
    writer.hands.press("查找")
    writer.arrive("words=")
    writer.change(f"添加：{REVENUE}")
    _kept(writer, "申报条件")


def _conditions(writer: AtWork, *, scripted: bool) -> None:
    writer.change("＋ 添加申报条件")
    writer.hands.tick("一项条件")
    writer.change("添加")
    writer.hands.choose("数据项", REVENUE)
    writer.hands.choose("怎样比较", "以上（含）")
    writer.hands.write("比较值", "1000")
    writer.hands.write("单位", "万元")
    if scripted:
        # The sentence is beside the form before anything is kept.
        expect(writer.page.locator("#said")).to_contain_text(f"{REVENUE}不低于 1000 万元")
    _kept(writer, None)
    expect(writer.page.locator("#said")).to_contain_text("1000 万元")
    writer.go("下一部分：扶持金额")


def _amount(writer: AtWork) -> None:
    writer.change("＋ 添加扶持金额")
    writer.hands.tick("写定的数")
    writer.change("添加")
    writer.hands.write("数值", "20")
    writer.hands.write("单位", "万元")
    _kept(writer, "办理方案")


def _plan(writer: AtWork, department: str) -> None:
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
    _kept(writer, "资金分担")


def _shares(writer: AtWork) -> None:
    writer.change("＋ 添加资金分担")
    writer.hands.tick("固定比例")
    writer.change("添加")
    writer.hands.choose("尾差归哪一级", "县级")
    writer.change("＋ 添加一级承担的部分")
    writer.hands.choose("哪一级", "县级")
    writer.hands.write("比例", "100%")
    _kept(writer, "收款、分期、叠加、额度")
    writer.go("下一部分：办事指南")


def _guide(writer: AtWork, text: Text) -> None:
    writer.hands.write("政策依据", f"《{text.document}》（{text.number}）")
    writer.hands.write("扶持对象", "本区软件企业")
    writer.change("＋ 添加联系人")
    writer.hands.write("单位或联系人", "政策咨询（示例）")
    writer.hands.write("电话", "0797-12345")
    _kept(writer, None)
    writer.go("返回草稿")
    writer.sees("内容完整，可以征求意见或发布。")


def _try_it(writer: AtWork) -> None:
    """On facts that are supposed, and on everybody."""
    writer.go("试算")
    writer.hands.write(REVENUE, "1200")
    writer.hands.press("试算")
    writer.sees(REWARD)
    writer.visit.must_fit()
    writer.go("返回草稿", "测算覆盖面和金额")
    writer.sees("覆盖企业")


def _publish(writer: AtWork) -> None:
    writer.page.go_back()
    writer.go("发布")
    writer.hands.tick("文件已正式印发")
    writer.hands.write("依据说明", "文件已印发并公开")
    writer.hands.write("理由", "依据新印发的文件设立")
    writer.hands.press("发布")
    writer.arrive(r"/department/items/.*done=published")


def _is_found(reader: AtWork, text: Text) -> None:
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
