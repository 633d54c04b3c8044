"""People before the running house, each with a browser of their own: by pointer or by the keyboard alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import pyotp
from browser_kit import Keyboard, Visit
from playwright.sync_api import Page, TimeoutError, expect
from system_kit import House

from chassis.testing.waiting import eventually
from console.demo.people import Office
from console.demo.preparation import Stage
from console.demo.sign_ins import Audience, SignIn, make_sign_in

STEP_S = 30
QUICKLY = 30.0
"""Seconds that news may take through the house on a busy machine."""


class Hands(Protocol):
    """How somebody uses a page. Everything is called as the page calls it."""

    def write(self, label: str, text: str) -> None: ...

    def tick(self, label: str) -> None: ...

    def press(self, name: str) -> None:
        """A button."""

    def follow(self, name: str) -> None:
        """A link within the page, or of its head."""


class Pointer:
    """Somebody with a mouse or a finger."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def write(self, label: str, text: str) -> None:
        self.page.locator("main").get_by_label(label).first.fill(text)

    def tick(self, label: str) -> None:
        self.page.locator("main").get_by_label(label).first.check()

    def press(self, name: str) -> None:
        self.page.locator("main").get_by_role("button", name=name).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()


class OnlyKeys:
    """Somebody with a keyboard alone: Tab, Space and Enter."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._keyboard = Keyboard(page)

    def write(self, label: str, text: str) -> None:
        self._keyboard.to(label, "input")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def tick(self, label: str) -> None:
        self._keyboard.to(label, "input")
        self.page.keyboard.press("Space")

    def press(self, name: str) -> None:
        self._keyboard.to(name, "button")
        self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        self._keyboard.to(name, "a")
        self.page.keyboard.press("Enter")


class Telephone:
    """The second factor of one person: a code counts once, and the next one's half minute is let in early."""

    def __init__(self, secret: str) -> None:
        self._made = pyotp.TOTP(secret)
        self._used = self._now()  # that of setting up the account

    def code(self) -> str:
        """One that was not used yet; waits for its half minute where that is needed."""
        wanted = max(self._used + 1, self._now())
        eventually(lambda: self._now() + 1 >= wanted, within=2 * STEP_S, every=0.2)
        self._used = wanted
        return self._made.generate_otp(wanted)

    def _now(self) -> int:
        return int(datetime.now(UTC).timestamp()) // STEP_S


@dataclass
class Employed:
    """Somebody with an account; `telephone` where a second factor was set up."""

    office: Office
    known: SignIn
    telephone: Telephone | None


def employ(house: House, stage: Stage, office: Office, login: str, *, second_factor: bool = True) -> Employed:
    """The person holds what their office holds, and has an account that is set up."""
    stage.people.place(office)
    audience = Audience(login, office, second_factor, "")
    known = make_sign_in(audience, house.url, stage.door, house.platform_token)
    return Employed(office, known, Telephone(known.secret) if known.secret else None)


class AtWork:
    """One person signed in, with hands of some kind."""

    def __init__(self, visit: Visit, hands: Hands) -> None:
        self.visit = visit
        self.hands = hands

    @property
    def page(self) -> Page:
        return self.visit.page

    def sign_in(self, who: Employed) -> None:
        """Through every step that the pages ask for."""
        self.visit.open("/sign-in")
        self.hands.write("登录名", who.known.login)
        self.hands.write("口令", who.known.password)
        self.hands.press("登录")
        if who.telephone is not None:
            self.page.wait_for_url("**/sign-in/code*")
            self.give_code(who, "继续")
        self.page.wait_for_url("**/sign-in/notice*")
        self.hands.tick("我已阅读并同意")
        self.hands.press("同意并继续")
        self.page.wait_for_url(f"{self.visit.origin}/")
        expect(self.page.get_by_role("button", name="退出登录")).to_be_visible()

    def give_code(self, who: Employed, button: str) -> None:
        assert who.telephone is not None
        self.hands.write("动态口令", who.telephone.code())
        self.hands.press(button)

    def arrive(self, where: str) -> None:
        """Where what was sent leads. Where it does not, what the page says instead."""
        try:
            self.page.wait_for_url(re.compile(where), timeout=20_000)
        except TimeoutError:
            said = self.page.locator("main").inner_text()
            raise AssertionError(f"still at {self.page.url}, which says: {said}") from None

    def find(self, address: str, text: str) -> None:
        """Looks at a page again until something stands in its main part."""

        def there() -> bool:
            return self.visit.open(address) == 200 and self.page.locator("main").get_by_text(text).count() > 0

        eventually(there, within=QUICKLY, every=0.5)
        self.visit.must_fit()
