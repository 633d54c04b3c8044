"""People before the running house, each with a browser of their own: by pointer or by the keyboard alone."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import pyotp
from browser_kit import Keyboard, Name, Visit
from playwright.sync_api import Error, Locator, Page, TimeoutError, expect
from system_kit import House

from chassis.testing.waiting import eventually
from console.demo.door import DemoDoor
from console.demo.people import DemoPeople, Office
from console.demo.sign_ins import Audience, SignIn, make_sign_in

STEP_S = 30
QUICKLY = 30.0
"""Seconds that news may take through the house on a busy machine."""

WAYS = ("without_script", "with_script", "by_keyboard")
MOST_CHOICES = 60
EDITOR = "#editor"
THERE_ANEW = f"""() => {{
  const editor = document.querySelector('{EDITOR}');
  const busy = document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added');
  return document.readyState === 'complete' && editor !== null && !editor.dataset.before && busy === null;
}}"""


class Hands(Protocol):
    """How somebody uses a page. Everything is called as the page calls it."""

    def write(self, label: str, text: str) -> None:
        """Into a field; a day is written `2026-03-01`."""

    def tick(self, label: str) -> None:
        """A box, or one of several that exclude each other."""

    def choose(self, label: Name, option: str) -> None:
        """From a list that unfolds: what has these words in it."""

    def press(self, name: Name) -> None:
        """A button."""

    def unfold(self, name: str) -> None:
        """What stands folded until somebody wants it."""

    def follow(self, name: str) -> None:
        """A link within the page, or of its head."""


class Pointer:
    """Somebody with a mouse or a finger."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def write(self, label: str, text: str) -> None:
        self._field(label, "input, textarea").fill(text)

    def tick(self, label: str) -> None:
        self._field(label, "input").check()

    def choose(self, label: Name, option: str) -> None:
        field = self._field(label, "select")
        field.select_option(label=field.locator("option", has_text=option).first.inner_text().strip())

    def press(self, name: Name) -> None:
        self.page.locator("main").get_by_role("button", name=name).first.click()

    def unfold(self, name: str) -> None:
        self.page.locator("main summary", has_text=name).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def _field(self, label: Name, kinds: str) -> Locator:
        """A field, and not the part of the page that has the same name."""
        return self.page.locator("main").get_by_label(label).and_(self.page.locator(kinds)).first


class OnlyKeys:
    """Somebody with a keyboard alone: Tab, Space, Enter and the arrows."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._keyboard = Keyboard(page)

    def write(self, label: str, text: str) -> None:
        self._keyboard.to(label, "input", "textarea")
        if self._focused("type") == "date":
            self._write_day(text)
            return
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def tick(self, label: str) -> None:
        """Of radio buttons Tab reaches one alone; the arrows reach the others, and tick what they reach."""
        option = self.page.locator("main").get_by_label(label).first
        if option.get_attribute("type") == "radio":
            group = option.get_attribute("name") or ""
            self._keyboard.to_field(group)
            for _ in range(MOST_CHOICES):
                if option.evaluate("(one) => document.activeElement === one"):
                    break
                self.page.keyboard.press("ArrowDown")
        else:
            self._keyboard.to(label, "input")
        self.page.keyboard.press("Space")
        expect(option).to_be_checked()

    def choose(self, label: Name, option: str) -> None:
        self._keyboard.to(label, "select")
        self.page.keyboard.press("Home")
        for _ in range(MOST_CHOICES):
            if option in self.page.evaluate("() => document.activeElement.selectedOptions[0].text"):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{label} does not offer {option}")

    def press(self, name: Name) -> None:
        self._keyboard.to(name, "button")
        self.page.keyboard.press("Enter")

    def unfold(self, name: str) -> None:
        self._keyboard.to(name, "summary")
        self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        self._keyboard.to(name, "a")
        self.page.keyboard.press("Enter")

    def _write_day(self, text: str) -> None:
        """Its parts stand in the order of the browser's own language."""
        year, month, day = text.split("-")
        for parts in ((year, month, day), (month, day, year)):
            for _ in parts:
                self.page.keyboard.press("ArrowLeft")
            for part in parts:
                self.page.keyboard.type(part)
                if part is year:
                    self.page.keyboard.press("ArrowRight")
            if self.page.evaluate("() => document.activeElement.value") == text:
                return
        raise AssertionError(f"{text} cannot be written by the keyboard")

    def _focused(self, attribute: str) -> str | None:
        found: str | None = self.page.evaluate(f"() => document.activeElement.getAttribute('{attribute}')")
        return found


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

    def now(self) -> str:
        """That of this half minute, for setting up the account."""
        self._used = self._now()
        return self._made.generate_otp(self._used)

    def _now(self) -> int:
        return int(datetime.now(UTC).timestamp()) // STEP_S


@dataclass
class Employed:
    """Somebody with an account; `telephone` where a second factor was set up."""

    known: SignIn
    telephone: Telephone | None
    person_id: str


def employ(
    house: House, door: DemoDoor, people: DemoPeople, office: Office, login: str, *, second_factor: bool = True
) -> Employed:
    """The person holds what their office holds, and has an account that is set up."""
    people.place(office)
    audience = Audience(login, office, second_factor, "")
    known = make_sign_in(audience, house.url, door, house.platform_token)
    return Employed(known, Telephone(known.secret) if known.secret else None, office.actor_id)


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

    def go(self, *links: str) -> None:
        """Along these links, one after the other; every page fits."""
        for name in links:
            before = self.page.url
            self.hands.follow(name)
            self.page.wait_for_url(lambda url, before=before: url != before)
            self.visit.must_fit()

    def change(self, button: str) -> None:
        """A button of the editor, after which the same page is there anew: by a script in its place, or loaded again."""
        self.page.evaluate(f"() => document.querySelector('{EDITOR}').dataset.before = 'yes'")
        self.hands.press(button)
        eventually(lambda: self._is_there_anew(), within=QUICKLY, every=0.05)

    def _is_there_anew(self) -> bool:
        with suppress(Error):  # between two pages there is nothing that could be asked
            return bool(self.page.evaluate(THERE_ANEW))
        return False

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

    def sees(self, text: str) -> None:
        expect(self.page.locator("main").get_by_text(text).first).to_be_visible()
