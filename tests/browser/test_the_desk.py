"""What comes with files and from lists at the desk: photographs of an inspection on a phone, a table of earlier awards, papers
shown at the counter, and receivers who are chosen. With script and without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Keyboard, Visit
from enterprise_kit import supplement
from page_samples import award_imports, cases, steps, window_claims
from page_samples.steps import PHOTOGRAPH, PICTURE
from playwright.sync_api import expect
from portal_kit import Bus
from staff_kit import case, told

from chassis.testing.fakes import NOON
from contracts.inspections import Inspections
from contracts.uploads import UploadView

NEW_VISIT = Callable[..., Visit]
INSPECTION = "/department/cases/case-2/inspection"


def recorded(said: dict[str, Any]) -> dict[str, Any]:
    return told(UploadView(upload_id="upload-1", tenant="zhanggong", uploaded_at=NOON, **said))


@pytest.fixture
def answered(bus: Bus) -> Bus:
    bus.asked.clear()
    bus.answers = {
        **steps.CASE,
        "list_inspections": told(Inspections(items=steps.inspections().items[1:], officers_needed=2)),
        "list_inspection_officers": told(steps.officers()),
        "record_upload": recorded,
        "record_inspection": told(case(2, inspection_required=True)),
    }
    return bus


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A picture, something that only calls itself one, and a table."""
    (tmp_path / "厂门.png").write_bytes(PICTURE)
    (tmp_path / "说明.jpg").write_text("一份说明")
    (tmp_path / "历次奖补.csv").write_text("统一社会信用代码,事项编码\r\n")
    return tmp_path


def ordered(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for name, payload in bus.asked if name == method]


def looked_at(browser: Visit, script: bool) -> None:
    """axe is a script itself."""
    if script:
        browser.must_be_sound()
    else:
        browser.must_fit()


@pytest.mark.parametrize("script", [True, False])
def test_an_inspection_is_recorded_with_photographs_from_a_phone(
    visit: NEW_VISIT, answered: Bus, files: Path, script: bool
) -> None:
    browser = visit(script=script, phone=True)
    browser.sign_in_as("steps_reviewer")
    page = browser.page
    if script:
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation({"latitude": 25.8317, "longitude": 114.9336, "accuracy": 12.3})
    browser.open(INSPECTION)
    page.get_by_label("勘查合格").check()
    page.get_by_label("勘查情况").fill("设备在用")
    page.get_by_label("勘查地点").fill("厂区")
    page.get_by_label("李科员").check()
    page.get_by_label("现场照片").set_input_files([files / "厂门.png", files / "说明.jpg"])
    page.get_by_label("企业已签字").check()
    page.get_by_label("签字人姓名").fill("王经理")
    if script:
        page.get_by_role("button", name="取手机当前位置").click()
        expect(page.get_by_text("已填入手机当前位置")).to_be_visible()
    page.get_by_role("button", name="登记勘查结果").click()
    expect(page.get_by_role("alert").first).to_contain_text("“说明.jpg”不是照片")
    expect(page.get_by_label("已收到：厂门.png")).to_be_checked()
    assert ordered(answered, "record_inspection") == []
    looked_at(browser, script)
    page.get_by_role("button", name="登记勘查结果").click()
    page.wait_for_url("**done=inspected")
    (order,) = ordered(answered, "record_inspection")
    (photograph,) = order["photographs"]
    assert photograph["sha256"] == PHOTOGRAPH
    assert (photograph["taken_at"] is not None, order["position"] is not None) == (script, script)
    assert browser.complaints == []


def test_an_inspection_is_confirmed_by_the_keyboard_alone_on_a_phone(visit: NEW_VISIT, answered: Bus) -> None:
    answered.answers["list_inspections"] = told(steps.inspections())
    answered.answers["confirm_inspection"] = told(case(2, inspection_required=True))
    browser = visit(phone=True)
    browser.sign_in_as("steps_second")
    browser.open(INSPECTION)
    expect(browser.page.get_by_role("img", name="现场照片 1").first).to_be_visible()
    keyboard = Keyboard(browser.page)
    keyboard.to_field("was_there")
    browser.page.keyboard.press("Space")
    keyboard.press("确认", "Enter")
    browser.page.wait_for_url("**done=inspection_answered")
    assert ordered(answered, "confirm_inspection")[0]["was_there"] is True


@pytest.mark.parametrize("script", [True, False])
def test_a_table_of_earlier_awards_is_sent_and_what_was_not_taken_is_read_and_taken_home(
    visit: NEW_VISIT, bus: Bus, files: Path, script: bool
) -> None:
    bus.asked.clear()
    begun = told(award_imports.run(state="running", refused=0))
    bus.answers = {**award_imports.RUNNING, "record_upload": recorded, "import_awards": begun}
    browser = visit(script=script)
    browser.sign_in_as("awards_leader")
    page = browser.page
    browser.open(award_imports.NEW)
    page.get_by_label("表格", exact=True).set_input_files(files / "历次奖补.csv")
    page.get_by_role("button", name="上传并导入").click()
    page.wait_for_url("**/imports/operation-1?done=import_begun")
    bus.answers = dict(award_imports.ENDED)
    page.get_by_role("link", name="查看最新进度").click()
    expect(page.get_by_role("cell", name="第 4 行")).to_be_visible()
    expect(page.get_by_text("不是金额")).to_be_visible()
    looked_at(browser, script)
    bus.answers["list_operation_lines"] = told(award_imports.WRONG.model_copy(update={"next_cursor": None}))
    with page.expect_download() as download:
        page.get_by_role("link", name="下载有误的行和原因").click()
    assert "award_in_register" in download.value.path().read_text()
    assert browser.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_papers_that_are_shown_at_the_counter_answer_a_supplement(
    visit: NEW_VISIT, bus: Bus, files: Path, script: bool
) -> None:
    bus.asked.clear()
    bus.answers = {
        **window_claims.CLAIM,
        "record_upload": recorded,
        "answer_supplement": supplement(state="answered"),
    }
    browser = visit(script=script)
    browser.sign_in_as("counter_clerk")
    page = browser.page
    browser.open("/window/claims/app-1")
    page.get_by_label("原件已在窗口出示").check()
    page.get_by_label("扫描或拍照上传").set_input_files(files / "厂门.png")
    bus.answers["get_supplement"] = supplement(state="answered")
    page.get_by_role("button", name="登记补正").click()
    page.wait_for_url("**done=supplement_entered")
    expect(page.get_by_role("status")).to_contain_text("补正已登记")
    looked_at(browser, script)
    (order,) = ordered(bus, "answer_supplement")
    assert (order["points"][0]["original_shown"], order["points"][0]["files"]) == (True, [PHOTOGRAPH])
    assert browser.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_a_receiver_is_looked_for_chosen_and_named(visit: NEW_VISIT, bus: Bus, script: bool) -> None:
    bus.asked.clear()
    bus.answers = {**cases.BESIDE, **cases.NAMING, "name_payees": told(case(7, version=3))}
    browser = visit(script=script)
    browser.sign_in_as("cases_reviewer")
    page = browser.page
    browser.open("/department/cases/case-7/payees")
    page.get_by_label("姓名、名称，或证件号码的后四位").fill("示例银行")
    page.get_by_role("button", name="查找").click()
    page.wait_for_url("**about=*")
    page.get_by_label("示例银行章贡支行").check()
    page.get_by_role("button", name="加入名单", exact=True).click()
    page.wait_for_url("**rows=*")
    looked_at(browser, script)
    page.get_by_role("button", name="登记收款人").first.click()
    page.wait_for_url("**done=named")
    (order,) = ordered(bus, "name_payees")
    assert "holder-2" in [each["holder_id"] for each in order["payees"]]
    assert browser.complaints == []
