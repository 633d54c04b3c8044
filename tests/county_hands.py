"""What three administrators and a newcomer do on pages to bring a county on board (tests/browser/house)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from house_browser_kit import AtWork, Employed, Telephone, employ
from system_kit import House

from chassis.foundation.ids import random_code
from console.demo.door import DemoDoor
from console.demo.people import ADMINISTRATORS, DemoPeople, made_up_resident_id
from console.demo.sign_ins import SignIn
from contracts.identity import PLATFORM

SECRET = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")
NOTICE = "一、元旦：1月1日至3日放假。\n二、劳动节：5月1日至2日放假。\n三、国庆节：10月1日至3日放假。"


@dataclass
class Administrators:
    """Three persons who are nothing else (三员分立)."""

    system: Employed
    security: Employed
    auditor: Employed


@dataclass
class County:
    id: str
    name: str
    prefix: str


def new_county() -> County:
    """One that nobody has opened."""
    tag = secrets.token_hex(3)
    return County(f"c{tag}", f"示例县{tag}", f"C{tag}".upper())


def three_administrators(house: House) -> Administrators:
    """Each with an account that is set up."""
    door, tag = DemoDoor(house.url), random_code(6).lower()
    try:
        people = DemoPeople(door, house.platform_token, PLATFORM)
        hired = [
            employ(
                house, door, people, replace(office, actor_id=f"{office.actor_id}-{tag}"), f"{office.roles[0]}-{tag}"
            )
            for office in ADMINISTRATORS
        ]
    finally:
        door.close()
    return Administrators(*hired)


def open_the_place(system: AtWork, county: County) -> None:
    system.visit.open("/")
    system.go("地区", "开通新地区")
    system.hands.write("名称", county.name)
    system.hands.write("编号", county.id)
    system.hands.write("行政区划代码", "360732")
    system.hands.write("收件编号前缀", county.prefix)
    system.hands.write("纪检监察举报电话", "0797-12388")
    system.hands.press("开通")
    system.arrive(rf"/platform/tenants/{county.id}/checklist\?done=onboarded")
    system.sees("已开通")
    system.sees("还缺")


def open_a_window(system: AtWork) -> None:
    system.go("设立窗口")
    system.hands.write("窗口名称", "惠企政策兑现专窗")
    system.hands.choose("所属部门", "行政审批局")
    system.hands.write("地址", "政务服务中心一楼")
    system.hands.press("设立")
    system.arrive("done=window_opened")
    system.sees("惠企政策兑现专窗")


def say_what_a_word_means(system: AtWork, county: County) -> None:
    system.go("计划用语")
    system.hands.choose("查看地区", f"{county.name}（{county.id}）")
    system.hands.press("切换")
    system.arrive(f"tenant={county.id}")
    system.hands.choose("用在何处", "由谁审批")
    system.hands.write("计划中的用语", "主管部门审批岗")
    system.hands.press("下一步")
    system.arrive("/platform/plan-terms/map")
    system.hands.choose("岗位", "分管领导")
    system.hands.press("确认对应")
    system.arrive("done=term_mapped")
    system.sees("主管部门审批岗")


def load_a_year(system: AtWork) -> None:
    system.go("工作日历")
    system.hands.write("放假安排通知", NOTICE)
    system.hands.press("核对")
    system.arrive("/platform/calendars/check")
    system.sees("放假")
    system.hands.write("文号", "国办发明电〔2026〕0号（示例）")
    system.hands.press("确认生效")
    system.arrive("done=calendar_published")


def bring_in(security: AtWork, county: County, name: str, department: str, duties: Sequence[str]) -> str:
    """Registers a person and gives them these duties; their id."""
    security.visit.open("/")
    security.go("人员")
    security.hands.write("姓名", name)
    security.hands.write("公民身份号码", made_up_resident_id(county.id + name))
    security.hands.press("登记")
    security.arrive("done=person_registered")
    person_id = re.search(r"/security/people/([^/?]+)", security.page.url)
    assert person_id is not None
    security.go("担任的岗位")
    security.hands.choose("查看地区", f"{county.name}（{county.id}）")
    security.hands.press("切换")
    security.arrive(f"tenant={county.id}")
    for duty in duties:
        security.hands.choose("部门", department)
        security.hands.choose("岗位", duty)
        security.hands.press("授予")
        security.arrive("done=appointed")
        security.sees(duty)
    security.go(name)
    return person_id[1]


def account_of(security: AtWork, login: str) -> str:
    """The link that sets up the account of the person whose page is open."""
    security.hands.write("登录名", login)
    security.hands.press("开通账号")
    security.sees("账号已开通")
    return security.page.locator(".shown-once").inner_text().strip()


def come_in(newcomer: AtWork, link: str, login: str) -> None:
    """Opens the link on a phone, sets password and one-time codes, and signs in."""
    newcomer.page.goto(link)
    newcomer.visit.must_fit()
    found = SECRET.search(newcomer.page.locator("main").inner_text())
    assert found is not None
    secret, password = found[0].replace(" ", ""), f"lantern-{secrets.token_hex(6)}-maotai"
    telephone = Telephone(secret)
    newcomer.hands.write("口令", password)
    newcomer.hands.write("再输入一次口令", password)
    newcomer.hands.write("动态口令", telephone.now())
    newcomer.hands.press("完成设置")
    newcomer.sees("恢复码")
    newcomer.sign_in(Employed(SignIn(login, password, secret, "", ""), telephone, ""))


def read_who_did_it(auditor: AtWork, county: County, person_id: str) -> None:
    auditor.visit.open("/")
    auditor.go("安全日志")
    auditor.hands.choose("查看地区", f"{county.name}（{county.id}）")
    auditor.hands.press("切换")
    auditor.arrive(f"tenant={county.id}")
    auditor.hands.choose("事件", "岗位变动")
    auditor.hands.press("应用筛选")
    auditor.arrive("kind=duty_changed")
    auditor.sees("授予")
    auditor.sees(person_id)
