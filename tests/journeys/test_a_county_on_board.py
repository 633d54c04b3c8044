"""A county comes on board by one command."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path

import httpx
import pytest
from system_kit import House

from console.__main__ import main
from console.place import CHECKOUT

SAMPLES = CHECKOUT / "sample" / "onboarding"
PASSWORD = "shuku-maotai-7203-lantern"
SECRET = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")


@pytest.fixture(autouse=True)
def command_line(standing_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """`main` speaks to this house."""
    standing_house.stand_up()
    monkeypatch.setenv("ZHIDA_HOME", str(standing_house.cluster.home))
    for name in ("AMQP_URL", "ZHIDA_TOKEN", "ZHIDA_PLATFORM_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def county() -> str:
    """An id that nobody has; its prefix is the same in capitals."""
    return f"c{secrets.token_hex(3)}"


def test_a_county_comes_on_board_by_one_command_and_said_again_nothing_changes(
    house: House, county: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = json.loads((SAMPLES / "county.json").read_text())
    said |= {"id": county, "settings": {**said["settings"], "receipt_prefix": county.upper()}}
    file = tmp_path / "county.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    assert main(["onboard", "--file", str(file)]) == 0
    first = capsys.readouterr().out
    assert f"登记部门 {len(said['departments'])} 个" in first
    assert "还缺:岗位“兑付经办岗”" in first
    assert main(["onboard", "--file", str(file)]) == 0
    assert capsys.readouterr().out == first
    with httpx.Client(base_url=f"{house.url}/api/v1", trust_env=False) as door:
        by_platform = {"Authorization": f"Bearer {house.platform_token}"}
        listed = door.get("/departments", params={"tenant": county}, headers=by_platform).json()["items"]
    assert len(listed) == len(said["departments"])

    file.write_text(json.dumps(said | {"id": f"{county}x", "name": "另一县"}), encoding="utf-8")
    assert main(["onboard", "--file", str(file)]) == 1
    assert "收件编号前缀已被其他地区使用" in capsys.readouterr().err
