"""Tasks are given on and lists are pushed in a real browser: with script and without, on a phone by the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Keyboard, Visit
from page_samples import nomination_lists, tasks
from playwright.sync_api import expect
from portal_kit import Bus
from staff_kit import told

from chassis.testing.fakes import NOON
from contracts.case_tasks import TasksReassigned
from contracts.uploads import UploadView

NEW_VISIT = Callable[..., Visit]
LIST = "统一社会信用代码,企业名称\r\n91360702DEM000014H,示例企业01\r\n".encode()


@pytest.fixture
def answered(bus: Bus) -> Bus:
    def recorded(said: dict[str, Any]) -> dict[str, Any]:
        return told(UploadView(upload_id="upload-1", tenant="zhanggong", uploaded_at=NOON, **said))

    bus.asked.clear()
    bus.answers = {
        **tasks.GIVING,
        **tasks.COUNTED,
        "list_tasks": tasks.ROWS,
        "assign_task": told(tasks.IN_PLACE),
        "reassign_tasks": told(TasksReassigned(given=12)),
        **nomination_lists.ITEMS,
        **nomination_lists.ENDED,
        "record_upload": recorded,
        "import_nominations": told(nomination_lists.pushed()),
    }
    return bus


def ordered(bus: Bus, name: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in bus.asked if asked == name]


def test_all_tasks_of_somebody_who_is_away_are_given_on_by_the_keyboard_alone_on_a_phone(
    visit: NEW_VISIT, answered: Bus, tmp_path: Path
) -> None:
    browser = visit(phone=True)
    browser.sign_in_as("tasks_leader")
    browser.open("/department/tasks")
    keyboard = Keyboard(browser.page)
    keyboard.press("离岗与交接")
    browser.page.wait_for_url("**/department/absent-people")
    keyboard.press(re.compile("全部交接.*李初审"))
    browser.page.wait_for_url("**/department/absent-people/officer-2")
    keyboard.to("交给", "select")
    browser.page.keyboard.press("ArrowDown")
    keyboard.write("交办说明", "李初审病假")
    browser.picture(tmp_path, "hand over filled")
    keyboard.press("全部交接")
    browser.page.wait_for_url("**done=reassigned")
    browser.must_be_sound()
    (order,) = ordered(answered, "reassign_tasks")
    assert (order["from_person_id"], order["reason"]) == ("officer-2", "李初审病假")
    assert order["to_person_id"], "the first who is there"


@pytest.mark.parametrize("script", [True, False])
def test_one_task_of_any_kind_is_given_back_to_everybody_with_script_and_without(
    visit: NEW_VISIT, answered: Bus, script: bool
) -> None:
    browser = visit(script=script)
    browser.sign_in_as("tasks_leader")
    browser.open("/department/tasks/task-7/assign")
    page = browser.page
    page.get_by_role("button", name="交办").click()
    expect(page.get_by_text("交办说明").first).to_be_visible()
    assert ordered(answered, "assign_task") == [], "it needs a reason"
    page.get_by_label("交办说明").fill("本岗位共同办理")
    page.get_by_role("button", name="交办").click()
    page.wait_for_url("**done=assigned**")
    (order,) = ordered(answered, "assign_task")
    assert (order["person_id"], order["reason"]) == (None, "本岗位共同办理")


@pytest.mark.parametrize("script", [True, False])
def test_a_list_is_pushed_and_its_bad_lines_are_taken_home_with_script_and_without(
    visit: NEW_VISIT, answered: Bus, script: bool, tmp_path: Path
) -> None:
    browser = visit(script=script)
    browser.sign_in_as("lists_officer")
    browser.open("/department/lists/new")
    page = browser.page
    page.get_by_label("事项", exact=True).select_option("item-1")
    page.get_by_label("名单表格", exact=True).set_input_files(
        files=[{"name": "名单.csv", "mimeType": "text/csv", "buffer": LIST}]
    )
    page.get_by_role("button", name="推送名单").click()
    page.wait_for_url("**/department/lists/operation-1?done=pushed")
    (order,) = ordered(answered, "import_nominations")
    assert (order["item_id"], order["format"], order["file_name"]) == ("item-1", "csv", "名单.csv")
    expect(page.get_by_text("本地区及下辖县区没有该企业的档案。")).to_be_visible()
    browser.picture(tmp_path, f"list script {script}")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载有误的行（Excel）").click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK\x03\x04")
