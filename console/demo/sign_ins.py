"""Sign-in names for whoever wants to try the pages: one per audience, made the way everybody's are.

A security administrator's command gives an invitation, and its page takes password and second factor. What was set stands
in the home, readable by its owner alone; `./zhida code NAME` says the second factor's figures of the moment.
"""

from __future__ import annotations

import html
import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import pyotp

from console.demo.door import DemoDoor, RequestRefused
from console.demo.people import (
    ADMINISTRATORS,
    CHECKER,
    FINANCE,
    SUPERVISOR,
    WINDOW,
    DemoPeople,
    Office,
    enterprise_office,
    officer_of,
)
from console.demo.preparation import Stage
from console.refusal import CommandRefusal
from contracts.identity import PLATFORM

FILE = "demo-sign-ins.json"
HIDDEN = re.compile(r'<input type="hidden" name="(csrf|_key|offered)" value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class SignIn:
    """What opens the pages to one person; `secret` is that of the second factor, where there is one."""

    login: str
    password: str
    secret: str | None
    office: str
    to_try: str

    @property
    def code(self) -> str | None:
        """The second factor's figures of this half minute."""
        return None if self.secret is None else pyotp.TOTP(self.secret).now()


@dataclass(frozen=True, slots=True)
class Audience:
    """Who signs in, whether a second factor is set up, and what there is to try."""

    login: str
    office: Office
    second_factor: bool
    to_try: str


def audiences(stage: Stage) -> Sequence[Audience]:
    """One person of each kind, who all can play the main job through."""
    scene = stage.scene
    assert scene.to_try is not None, "the scene has an enterprise that has not applied"
    enterprise = scene.to_try.enterprise
    boss = enterprise_office(enterprise.uscc, enterprise.name, stage.enterprises[enterprise.uscc])
    officer = officer_of(scene.department_of(scene.to_try.item))
    title = scene.items[scene.to_try.item]["title"]
    system, security, auditor = ADMINISTRATORS
    return (
        Audience(
            "qiye", boss, False, f"看看能享受什么，按“{title}”申报（年度软件业务收入填 10,000,000 元），跟踪到账。"
        ),
        Audience(
            "bumen", officer, True, "审核刚收到的申报：逐条看条件与数据来源，同意或退回；也可编写、修订本部门的事项。"
        ),
        Audience("zhifu", CHECKER, True, "复核拨付：先看笔数、合计和最大的三笔，再逐笔或成批授权。"),
        Audience("caizheng", FINANCE, True, "查看预算指标的余额，下达一条新指标，看有没有因余额不足而暂缓的款项。"),
        Audience("jiwei", SUPERVISOR, True, "查看各部门办件与资金，超期的在最前。"),
        Audience("chuangkou", WINDOW, False, "登记一家新企业，核对其收款账户。"),
        Audience("xitong", system, True, "开通一个县：部门、窗口、工作日历、计划用语。"),
        Audience("anquan", security, True, "登记人员、授予岗位、发放登录邀请与凭证。"),
        Audience("shenji", auditor, True, "查阅安全日志：谁何时登录、被拒、看过什么。"),
    )


def sign_ins(home: Path, url: str, stage: Stage, platform_token: str) -> list[SignIn]:
    """Everybody's sign-in: as it was made in this home, or made now. Raises Refused, NoAnswer, CommandRefusal."""
    known = {each.login: each for each in kept(home)}
    administration = DemoPeople(stage.door, platform_token, PLATFORM)
    made = []
    for each in audiences(stage):
        here = administration if each.office in ADMINISTRATORS else stage.people
        here.place(each.office)
        made.append(known.get(each.login) or make_sign_in(each, url, stage.door, platform_token))
        _keep(home, [*made, *(other for login, other in known.items() if login not in {one.login for one in made})])
    return made


def kept(home: Path) -> list[SignIn]:
    """What was made in this home; nothing where no demonstration ever ran."""
    file = home / FILE
    return [SignIn(**each) for each in json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []


def _keep(home: Path, all_of_them: Sequence[SignIn]) -> None:
    fresh = home / f"{FILE}.new"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps([asdict(each) for each in all_of_them], ensure_ascii=False), encoding="utf-8")
    os.replace(fresh, home / FILE)


def make_sign_in(audience: Audience, url: str, door: DemoDoor, platform_token: str) -> SignIn:
    """An account for a person who is there already, with password and second factor. Raises CommandRefusal."""
    invited = _invitation(audience, door, platform_token)
    password = f"shifan-{secrets.randbelow(9000) + 1000}-{secrets.randbelow(9000) + 1000}-keyi"
    secret = _set_up(url, str(invited["path"]), password, second_factor=audience.second_factor)
    return SignIn(audience.login, password, secret, audience.office.name, audience.to_try)


def _invitation(audience: Audience, door: DemoDoor, token: str) -> dict[str, Any]:
    """A link that nobody has used: the first one, or another where a demonstration ended before it was."""
    person = audience.office.actor_id
    key = f"demo/sign-in/{secrets.token_hex(8)}"
    try:
        return door.order("/accounts", token=token, key=key, body={"person_id": person, "login": audience.login})
    except RequestRefused as refused:
        if "account_exists" not in refused.reasons:
            raise
    (account,) = door.everything("/accounts", token=token, person_id=person)
    way = f"/accounts/{account['account_id']}/recover"
    return door.order(way, token=token, key=f"{key}/again", body={"why": "演示中断，重新设置"})


def _set_up(url: str, path: str, password: str, *, second_factor: bool) -> str | None:
    """What the person does on the invitation's page; returns the second factor's secret."""
    with httpx.Client(base_url=url, timeout=30, trust_env=False, headers={"Origin": url}) as browser:
        page = browser.get(path)
        form = {name: html.unescape(value) for name, value in HIDDEN.findall(page.text)}
        found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.text)
        if page.status_code != 200 or found is None or "offered" not in form:
            raise CommandRefusal(f"登录邀请打不开：{page.status_code}", "An invitation did not open.")
        secret = found[0].replace(" ", "")
        form |= {"password": password, "repeated_password": password}
        if second_factor:
            form["code"] = pyotp.TOTP(secret).now()
        answer = browser.post(path, data=form)
        if answer.status_code != 200:
            raise CommandRefusal(f"登录设置未成功：{answer.status_code}", "Setting up a sign-in failed.")
    return secret if second_factor else None
