"""What `./zhida onboard` and `./zhida administrators` take from a file, and what they refuse before anybody is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.__main__ import main
from console.operating.administrators import administration_in
from console.operating.onboard import county_in, file_text, what_lacks
from console.place import CHECKOUT
from console.refusal import CommandRefusal
from contracts.onboarding import ChecklistLine

SAMPLES = CHECKOUT / "sample" / "onboarding"


def three(**changed: Any) -> str:
    said = json.loads((SAMPLES / "administrators.json").read_text())
    said["administrators"] |= changed
    return json.dumps(said)


def test_the_samples_fit() -> None:
    county = county_in((SAMPLES / "county.json").read_text())
    assert {function for each in county["departments"] for function in each["functions"]} >= {
        "approval_bureau",
        "finance",
    }
    said = administration_in((SAMPLES / "administrators.json").read_text())
    assert set(said.administrators) == {"system_admin", "security_admin", "audit_admin"}


def test_all_that_does_not_fit_is_told_at_once() -> None:
    county = json.loads((SAMPLES / "county.json").read_text()) | {"name": "于", "level": "village"}
    with pytest.raises(CommandRefusal) as refused:
        county_in(json.dumps(county))
    assert "name：" in refused.value.zh
    assert "level：" in refused.value.zh
    with pytest.raises(CommandRefusal, match="第 1 行"):
        county_in("{")


@pytest.mark.parametrize("endless", ["[" * 200_000, '{"a":' * 200_000, "9" * 10_000, "NaN"])
def test_json_without_end_is_refused_like_every_other_that_does_not_fit(endless: str) -> None:
    with pytest.raises(CommandRefusal, match=r"嵌套太深|过长的整数"):
        county_in(endless)


def test_a_file_without_end_is_not_read_to_it() -> None:
    with pytest.raises(CommandRefusal, match="文件超过 5 MB"):
        file_text("/dev/zero")


@pytest.mark.parametrize(
    "changed",
    [
        {"audit_admin": {"name": "示例系统管理员", "login": "auditor"}},
        {"audit_admin": {"name": "示例审计管理员", "login": "system"}},
    ],
)
def test_the_three_are_three_persons_with_three_accounts(changed: dict[str, Any]) -> None:
    with pytest.raises(CommandRefusal, match="三人分别担任"):
        administration_in(three(**changed))


def test_none_of_the_three_is_left_out() -> None:
    said = json.loads(three())
    del said["administrators"]["audit_admin"]
    with pytest.raises(CommandRefusal):
        administration_in(json.dumps(said))


@pytest.mark.parametrize(
    ("subject", "what", "said"),
    [
        ("department", "finance", "部门“财政”"),
        ("duty", "finance", "岗位“财政预算岗”"),
        ("calendar", "2027", "2027 年工作日历"),
        ("window", "window", "惠企政策兑现专窗"),
    ],
)
def test_what_is_lacking_is_said_in_words(subject: Any, what: str, said: str) -> None:
    assert what_lacks(ChecklistLine(subject=subject, what=what, needed=True, there=False)) == said


def test_without_a_house_there_is_nobody_to_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZHIDA_HOME", str(tmp_path / "home"))
    for name in ("ZHIDA_TOKEN", "ZHIDA_PLATFORM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert main(["onboard", "--file", str(SAMPLES / "county.json")]) == 1
    assert "./zhida up" in capsys.readouterr().err
    assert main(["onboard", "--file", str(SAMPLES / "county.json"), "--url", "http://127.0.0.1:1"]) == 1
    assert "ZHIDA_TOKEN" in capsys.readouterr().err
    assert main(["onboard", "--file", str(tmp_path / "nowhere.json")]) == 1
    assert "读不出文件" in capsys.readouterr().err
