"""The main job on the running house, in a browser, by five people: from the firm's phone to money.

With script, without, and by the keyboard alone, all at 360 px for the firm; each time another firm and other officers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic

import pytest
from house_browser_kit import WAYS, AtWork, Employed, employ
from playwright.sync_api import expect
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import random_code
from chassis.testing.waiting import eventually
from console.demo.people import CHECKER, SUPERVISOR, enterprise_office, officer_of
from console.demo.preparation import Stage
from console.demo.scene import Claimed
from gateway.identity.sessions.views import CACHE_SECONDS

ITEM = "软件企业收入首破奖励"
REWARD = "¥100,000.00"


@dataclass
class Company:
    """Those who do the job in one way."""

    claim: Claimed
    boss: Employed
    officer: Employed
    checker: Employed
    supervisor: Employed

    @property
    def firm(self) -> str:
        return self.claim.enterprise.name


@pytest.fixture(scope="module")
def stage(standing_house: House) -> Stage:
    standing_house.stand_up()
    return standing_house.prepare(small_scene("main-job", [INSTANT] * len(WAYS)))


@pytest.fixture
def company(house: House, stage: Stage, way: str) -> Company:
    """One firm that has not applied, and four officers whom nobody else is."""
    claim = stage.scene.claims[WAYS.index(way)]
    firm = claim.enterprise
    tag = random_code(6).lower()
    boss = enterprise_office(firm.uscc, firm.name, stage.enterprises[firm.uscc])
    officer, checker, supervisor = (
        replace(office, actor_id=f"{office.actor_id}-{tag}")
        for office in (officer_of(stage.scene.department_of(claim.item)), CHECKER, SUPERVISOR)
    )
    hire = partial(employ, house, stage.door, stage.people)
    return Company(
        claim,
        hire(boss, f"boss-{tag}", second_factor=False),
        hire(officer, f"officer-{tag}"),
        hire(checker, f"checker-{tag}"),
        hire(supervisor, f"supervisor-{tag}"),
    )


def test_five_people_bring_money_from_a_phone_to_an_account(
    house: House, company: Company, at_work: Callable[..., AtWork]
) -> None:
    firm = at_work(company.boss, phone=True)
    receipt = _apply(firm)
    _approve(at_work(company.officer), company)
    _release(house, at_work(company.checker), company)
    _see_the_money(firm, receipt)
    _see_the_case(at_work(company.supervisor), company)


def _apply(firm: AtWork) -> str:
    """Finds out what it is entitled to and why, and applies; the receipt's number."""
    firm.find("/my/entitlements", "待核实")
    firm.hands.follow("待核实")  # the revenue is not in its file: the form will ask for it
    firm.page.wait_for_url("**state=undetermined*")
    firm.find("/my/entitlements?state=undetermined", ITEM)
    firm.hands.follow(ITEM)
    firm.page.wait_for_url("**/my/entitlements/*")
    firm.visit.must_fit()
    firm.hands.follow("现在申报")
    firm.page.wait_for_url("**/my/apply/*")
    firm.visit.must_fit()
    firm.hands.write("首次达到的软件业务收入", "10,000,000")
    firm.hands.tick("年度审计报告")
    firm.hands.press("提交申报")
    firm.arrive(r"/receipt\?done=filed")
    found = re.search(r"/my/cases/([^/]+)/receipt", firm.page.url)
    assert found is not None
    expect(firm.page.get_by_text(found[1]).first).to_be_visible()
    return found[1]


def _approve(officer: AtWork, company: Company) -> None:
    """Opens the work list and the case, sees what it comes to, and grants it."""
    officer.find("/department/cases", company.firm)
    officer.hands.follow(company.firm)
    officer.page.wait_for_url("**/department/cases/*")
    expect(officer.page.get_by_role("heading", level=1)).to_contain_text(company.firm)
    expect(officer.page.get_by_text(REWARD).first).to_be_visible()
    officer.visit.must_fit()
    officer.hands.press(f"批准 {REWARD}")
    officer.arrive("done=approved")
    expect(officer.page.get_by_text("已批准。")).to_be_visible()


def _release(house: House, checker: AtWork, company: Company) -> None:
    """Opens the payment, proves who they are once more, and signs."""
    checker.find("/bureau/payments", company.firm)
    checker.hands.follow(company.firm)
    checker.page.wait_for_url(re.compile(r"/bureau/payments/[^/?]+"))
    expect(checker.page.get_by_text(REWARD).first).to_be_visible()
    checker.visit.must_fit()
    _time_passes(house, company.checker)
    checker.hands.press(f"复核放行 {REWARD}")
    checker.page.wait_for_url("**/sign-in/confirm*")
    checker.give_code(company.checker, "验证")
    checker.page.wait_for_url(re.compile(r"/bureau/payments/[^/?]+"))
    checker.hands.press(f"复核放行 {REWARD}")
    checker.arrive("done=authorised")


def _time_passes(house: House, who: Employed) -> None:
    """Ten minutes since they proved themselves: what was given at the sign-in is no longer fresh."""
    with house.database("gateway") as gateway:
        gateway.execute(
            "UPDATE session SET stepped_up_at = stepped_up_at - interval '10 minutes' WHERE person_id = %s",
            [who.person_id],
        )
    known_until = monotonic() + CACHE_SECONDS
    eventually(lambda: monotonic() > known_until, every=0.2)  # the gateway looks at the session anew


def _see_the_money(firm: AtWork, receipt: str) -> None:
    """The bank has paid: the case says so, and a message has come."""
    firm.find(f"/my/cases/{receipt}", "已到账")
    expect(firm.page.get_by_text(REWARD).first).to_be_visible()
    firm.find("/my/messages", receipt)
    firm.find("/my/messages", "到账")


def _see_the_case(supervisor: AtWork, company: Company) -> None:
    supervisor.find("/supervisor/cases?state=all", company.firm)
    supervisor.hands.follow(company.firm)
    supervisor.page.wait_for_url(re.compile(r"/supervisor/cases/[^/?]+"))
    expect(supervisor.page.get_by_text(REWARD).first).to_be_visible()
    supervisor.visit.must_fit()
