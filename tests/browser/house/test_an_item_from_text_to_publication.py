"""An item from a document's text to what everybody reads, in the browser alone and without knowing how a rule is written.

Its author registers the document, writes the item part by part, tries it, sees how many it reaches, and publishes it;
then somebody who is not signed in finds it. With script, without, and by the keyboard alone at 360 px.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import item_hands as hands
import pytest
from house_browser_kit import AtWork, Employed, employ
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import random_code
from console.demo.people import officer_of
from console.demo.preparation import Stage


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


def test_an_item_is_written_tried_and_published_and_anybody_finds_it(
    author: Employed, department: str, way: str, at_work: Callable[..., AtWork], somebody: Callable[..., AtWork]
) -> None:
    text = hands.new_text()
    writer = at_work(author)
    hands.register_the_document(writer, text)
    hands.begin(writer, text)
    hands.basics(writer)
    hands.document(writer, text)
    hands.known_fact(writer)
    hands.conditions(writer, scripted=way != "without_script")
    hands.amount(writer)
    hands.plan(writer, department)
    hands.shares(writer)
    hands.guide(writer, text)
    hands.try_it(writer)
    hands.publish(writer)
    hands.is_found(somebody(phone=True), text)
