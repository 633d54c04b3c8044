"""A county comes on board in the browser alone, by the three administrators: with script, without, by the keyboard alone.

The system administrator opens the place, its window, its plan terms and the next year; the security administrator gives
somebody duties and an account; that person sets it up and comes in; the audit administrator reads who did it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from county_hands import (
    Administrators,
    account_of,
    bring_in,
    come_in,
    load_a_year,
    new_county,
    open_a_window,
    open_the_place,
    read_who_did_it,
    say_what_a_word_means,
    three_administrators,
)
from house_browser_kit import AtWork
from system_kit import House


@pytest.fixture
def administrators(standing_house: House, house: House) -> Administrators:
    standing_house.stand_up()
    return three_administrators(house)


def test_three_administrators_bring_a_county_on_board_and_its_first_officer_comes_in(
    administrators: Administrators, at_work: Callable[..., AtWork], somebody: Callable[..., AtWork]
) -> None:
    county = new_county()
    system = at_work(administrators.system)
    open_the_place(system, county)
    open_a_window(system)
    say_what_a_word_means(system, county)
    load_a_year(system)
    security = at_work(administrators.security)
    duties = ("政策编制岗", "初审岗")
    person_id = bring_in(security, county, "工信局经办岗（示例）", "工业和信息化局", duties)
    newcomer, login = somebody(phone=True), f"officer-{county.id}"
    come_in(newcomer, account_of(security, login), login)
    newcomer.find("/department/cases", "没有待办的办件")
    read_who_did_it(at_work(administrators.auditor), county, person_id)
