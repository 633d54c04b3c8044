"""From nothing to money in the browser alone: a county comes on board, publishes an item, and pays a firm that applied.

Once, by pointer and with script; the parts of it are done in every way in the files beside this one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import item_hands as hands
import pytest
from county_hands import County, account_of, bring_in, come_in, new_county, open_the_place, three_administrators
from house_browser_kit import QUICKLY, AtWork
from playwright.sync_api import expect
from scene_kit import new_uscc
from system_kit import House

from chassis.testing.waiting import eventually
from console.demo.people import made_up_resident_id

OFFICE, BUREAU, TREASURY = "工业和信息化局", "行政审批局", "财政局"


@dataclass
class Firm:
    name: str
    uscc: str
    representative: str


@pytest.mark.parametrize("way", ["with_script"], indirect=True)
def test_a_county_that_did_not_exist_pays_a_firm_that_nobody_knew(
    standing_house: House, house: House, at_work: Callable[..., AtWork], somebody: Callable[..., AtWork]
) -> None:
    standing_house.stand_up()
    administrators, county = three_administrators(house), new_county()
    open_the_place(at_work(administrators.system), county)
    security = at_work(administrators.security)

    def hired(name: str, department: str, *duties: str) -> AtWork:
        bring_in(security, county, name, department, duties)
        newcomer = somebody()
        come_in(newcomer, account_of(security, f"p{len(newcomers)}-{county.id}"), f"p{len(newcomers)}-{county.id}")
        newcomers.append(newcomer)
        return newcomer

    newcomers: list[AtWork] = []
    officer = hired("工信局经办岗（示例）", OFFICE, "政策编制岗", "初审岗", "分管领导")
    clerk = hired("专窗人员（示例）", BUREAU, "窗口")
    intake = hired("审批局受理岗（示例）", BUREAU, "受理分派岗")
    checker = hired("审批局支付复核岗（示例）", BUREAU, "支付复核岗")
    finance = hired("财政局预算岗（示例）", TREASURY, "财政预算岗")

    _put_money_on_a_line(finance)
    title = _publish_an_item(officer)
    firm = Firm(f"测试企业{county.id}", new_uscc(), f"法定代表人{county.id}（示例）")
    _enter_the_firm(clerk, county, firm)
    _confirm_its_account(intake, firm)
    boss = somebody(phone=True)
    come_in(boss, _account_of_the_representative(security, county, firm), f"boss-{county.id}")
    receipt = _apply(boss, title)
    _approve(officer, firm)
    _release(checker, firm)
    boss.find(f"/my/cases/{receipt}", "已到账")
    boss.sees(hands.REWARD)


def _put_money_on_a_line(finance: AtWork) -> None:
    finance.visit.open("/finance/budgets")
    finance.hands.choose(re.compile("^部门"), OFFICE)
    finance.hands.write("金额", "5,000,000")
    finance.hands.write("文号", "县财预〔2026〕1 号（示例）")
    finance.hands.press("核对后下达")
    finance.sees("确认下达指标")
    finance.hands.press("确认下达")
    finance.arrive("done=appropriated")


def _publish_an_item(officer: AtWork) -> str:
    text = hands.new_text()
    hands.register_the_document(officer, text)
    hands.begin(officer, text)
    hands.basics(officer)
    hands.document(officer, text)
    hands.new_fact(officer)
    hands.conditions(officer, scripted=True)
    hands.amount(officer)
    hands.plan(officer, OFFICE, asked=True)
    hands.shares(officer)
    hands.guide(officer, text)
    hands.try_it(officer)
    hands.publish(officer)
    return text.title


def _enter_the_firm(clerk: AtWork, county: County, firm: Firm) -> None:
    clerk.visit.open("/window/enterprises")
    clerk.hands.write("统一社会信用代码", firm.uscc)
    clerk.hands.press("查找")
    clerk.sees("登记企业")
    clerk.hands.write("企业名称", firm.name)
    clerk.hands.write("联系电话", "13900000009")
    clerk.hands.press("登记企业")
    clerk.arrive("done=registered")
    clerk.hands.unfold("代企业登记账户")
    clerk.hands.write("开户行", "示例银行")
    clerk.hands.write("账号", "3607 0209 0000 0000 1")
    clerk.hands.press("登记账户")
    clerk.arrive("done=account_registered")
    clerk.hands.unfold("登记法定代表人或经办人")
    clerk.hands.write("姓名", firm.representative)
    clerk.hands.write("公民身份号码", made_up_resident_id(f"boss-{county.id}"))
    clerk.hands.write("手机号码", "13900000009")
    clerk.hands.press("登记")
    clerk.arrive("done=person_entered")
    clerk.sees("法定代表人")


def _confirm_its_account(intake: AtWork, firm: Firm) -> None:
    intake.visit.open("/window/enterprises")
    intake.hands.write("统一社会信用代码", firm.uscc)
    intake.hands.press("查找")
    intake.go(firm.name)
    intake.hands.press("复核账户")
    intake.arrive("done=account_confirmed")


def _account_of_the_representative(security: AtWork, county: County, firm: Firm) -> str:
    security.visit.open("/security/people")
    security.hands.write("按名字查找", firm.representative)
    security.hands.press("应用筛选")
    security.arrive("name=")
    security.go(firm.representative)
    return account_of(security, f"boss-{county.id}")


def _apply(boss: AtWork, title: str) -> str:
    boss.find("/my/entitlements?state=undetermined", title)
    boss.go(title, "现在申报")
    boss.hands.write(hands.REVENUE, "12,000,000")
    boss.hands.tick("年度审计报告")
    boss.hands.press("提交申报")
    boss.arrive(r"/receipt\?done=filed")
    found = re.search(r"/my/cases/([^/]+)/receipt", boss.page.url)
    assert found is not None
    return found[1]


def _approve(officer: AtWork, firm: Firm) -> None:
    """The page says what stands in the way: a word of the plan, which is given its meaning."""
    officer.find("/department/cases", firm.name)
    officer.go(firm.name)
    officer.sees("审批岗“复核岗”")
    officer.go("计划用语", "去对应")
    officer.hands.choose("岗位", "分管领导")
    officer.hands.press("确认对应")
    officer.arrive("done=term_mapped")
    officer.find("/department/cases", firm.name)
    officer.go(firm.name)
    _looks_again_until(officer, f"批准 {hands.REWARD}")
    officer.hands.press(f"批准 {hands.REWARD}")
    officer.arrive("done=approved")


def _looks_again_until(officer: AtWork, button: str) -> None:
    """The news is on its way to the case."""

    def there() -> bool:
        officer.page.reload()
        return officer.page.get_by_role("button", name=button).count() > 0

    eventually(there, within=QUICKLY, every=0.5)


def _release(checker: AtWork, firm: Firm) -> None:
    checker.find("/bureau/payments", firm.name)
    checker.go(firm.name)
    expect(checker.page.get_by_text(hands.REWARD).first).to_be_visible()
    checker.hands.press(f"复核放行 {hands.REWARD}")
    checker.arrive("done=authorised")
