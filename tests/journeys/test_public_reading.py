"""What somebody without an account finds over HTTP, in the whole system: items, guides, everything as a file."""

from __future__ import annotations

import csv
import io

import pytest
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.testing.waiting import eventually
from console.demo.preparation import Stage
from console.demo.scene import item_content


@pytest.fixture(scope="module")
def stage(standing_house: House) -> Stage:
    """One item on offer in Zhanggong, at least."""
    standing_house.stand_up()
    return standing_house.prepare(small_scene("reading", [INSTANT]))


def test_anybody_finds_an_item_reads_its_guide_and_takes_everything_home_once(house: House, stage: Stage) -> None:
    title = item_content(stage.scene.claims[0].item)["title"]
    with house.client() as client:
        found = client.get("/api/v1/policies/search", params={"q": title, "tenant": "zhanggong"})
        assert found.status_code == 200, found.text
        item = found.json()["items"][0]
        assert "".join(each["text"] for each in item["title"]) == title
        assert found.json()["total"] >= 1

        guide = client.get(f"/api/v1/policies/{item['item_id']}/guide").json()
        assert guide["title"] == title
        assert guide["sentences"]["amount"]

        table = client.get("/api/v1/open-data/policies.csv")
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        assert title in {row["title"] for row in csv.DictReader(io.StringIO(table.text, newline=""))}

        def unchanged() -> bool:
            """Other tests may publish meanwhile: then the newest is asked for once more."""
            etag = client.get("/api/v1/open-data/policies.csv").headers["etag"]
            again = client.get("/api/v1/open-data/policies.csv", headers={"If-None-Match": etag})
            return again.status_code == 304

        assert eventually(unchanged)
        refused = client.get("/api/v1/policies/search", params={"q": "怎么", "levle": "city"})
        assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
