"""图片解读: uploaded by whoever writes the item, shown to everybody with what they say in words; nothing else is shown in their place."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from files_kit import png, whole_png
from page_samples.authoring import ANSWERS, CONTENT, PEOPLE, draft
from page_samples.public import guide
from portal_kit import CSRF, Bus, Visitor
from pydantic import ValidationError
from staff_kit import told

from chassis.files.objects import Objects
from chassis.testing.fakes import NOON
from console.contracts.program import unconnected_gateway
from console.policy.items import sample_item
from contracts.item import Interpretation
from contracts.uploads import UploadView
from gateway.portal.department.authoring.editor.pictures_taken import PICTURES_TAKEN
from services.catalog.policies.publication import problems_of

ADDRESS = "/department/drafts/d-1/write/guide/pictures"
PNG = whole_png()
SHA = hashlib.sha256(PNG).hexdigest()
VERSION = draft()["version"]
WORDS = {"title": "一图读懂", "alternative": "产值增长的企业最高得 300 万元。"}
SAID = {"csrf": CSRF, "_key": "0123456789abcdef", "_version": str(VERSION), **WORDS}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor, tmp_path: Path) -> Visitor:
    def recorded(said: dict[str, Any]) -> dict[str, Any]:
        return told(UploadView(upload_id="upload-1", tenant="zhanggong", uploaded_at=NOON, **said))

    gateway.bus.asked.clear()
    gateway.app.state.objects = Objects.in_folder(tmp_path)
    gateway.bus.answers = {**ANSWERS, "record_upload": recorded, "edit_draft": draft(version=VERSION + 1)}
    return gateway


def send(
    visitor: Visitor, content: bytes | None = PNG, name: str = "图.png", who: str = "author", **said: str
) -> httpx.Response:
    headers = {"Accept": "text/html", "Origin": "http://door"}
    files = {"_pictures": (name, content, "image/png")} if content is not None else {"_pictures": ("", b"", "")}
    return visitor.send("POST", ADDRESS, who, data={**SAID, **said}, files=files, headers=headers)


def kept(visitor: Visitor, content: bytes = PNG, tenant: str = "zhanggong") -> str:
    objects: Objects = visitor.app.state.objects
    return objects.put(tenant, content).sha256


def edits(visitor: Visitor) -> list[dict[str, Any]]:
    return [payload["body"] for name, payload in visitor.bus.asked if name == "edit_draft"]


def explained(sha256: str = SHA, **changed: Any) -> dict[str, Any]:
    return guide("NM-002", interpretations=[{"kind": "picture", "sha256": sha256, **WORDS}], **changed)


def test_a_picture_is_put_behind_the_other_interpretations(visitor: Visitor) -> None:
    there = {"kind": "text", "title": "问答", "text": "何时到账？"}
    visitor.bus.answers["get_draft"] = draft(content={**CONTENT, "interpretations": [there]})
    assert send(visitor).headers["location"] == "/department/drafts/d-1/write/guide?done=picture_added#pictures"
    (edit,) = edits(visitor)
    assert edit["content"] == {**CONTENT, "interpretations": [there, {"kind": "picture", "sha256": SHA, **WORDS}]}
    assert edit["expected_version"] == VERSION


@pytest.mark.parametrize(
    ("content", "told_so"),
    [
        (b"", "是空文件"),
        (b"%PDF-1.7 a paper", "不是图片（可用 JPEG、PNG）"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "不是图片（可用 JPEG、PNG）"),
        (b"MZ\x90\x00 a program", "不是图片（可用 JPEG、PNG）"),
        (PNG + bytes(PICTURES_TAKEN.largest), "超过 5 MB"),
    ],
)
def test_what_is_no_picture_or_too_large_is_told_by_its_name(visitor: Visitor, content: bytes, told_so: str) -> None:
    sent = send(visitor, content)
    assert sent.status_code == 422
    assert f"“图.png”{told_so}" in sent.text
    assert 'value="一图读懂"' in sent.text, "what was written is still there"
    assert edits(visitor) == []


def test_a_picture_that_would_fill_a_telephone_s_memory_is_put_on_no_page(visitor: Visitor) -> None:
    sent = send(visitor, png(50_000, 50_000))
    assert sent.status_code == 422 and "像素" in sent.text
    assert edits(visitor) == []


def test_everything_that_is_missing_is_told_at_once(visitor: Visitor) -> None:
    sent = send(visitor, None, title="", alternative="图")
    assert sent.status_code == 422
    assert 'href="#add-picture-d-1-guide-title"' in sent.text
    assert 'href="#add-picture-d-1-guide-alternative"' in sent.text
    assert edits(visitor) == []
    assert "请选择一张图片" in send(visitor, None).text


def test_a_draft_that_was_changed_meanwhile_is_not_written_over(visitor: Visitor) -> None:
    assert send(visitor, _version=str(VERSION + 7)).status_code == 409
    assert edits(visitor) == []


def test_there_is_an_end_to_what_an_item_has(visitor: Visitor) -> None:
    many = [{"kind": "text", "title": "问答", "text": "何时到账？"}] * 30
    visitor.bus.answers["get_draft"] = draft(content={**CONTENT, "interpretations": many})
    sent = send(visitor)
    assert sent.status_code == 422
    assert "一个事项最多有 30 份解读" in sent.text


def test_who_writes_no_items_uploads_none(visitor: Visitor) -> None:
    assert send(visitor, who="treasurer").status_code == 403


def test_a_half_written_draft_does_not_get_in_the_way(visitor: Visitor) -> None:
    for odd in (None, "later", [None, 7, {"kind": "picture"}]):
        visitor.bus.answers["get_draft"] = draft(content={**CONTENT, "interpretations": odd})
        assert visitor.get("/department/drafts/d-1/write/guide", "author").status_code == 200
        assert send(visitor).status_code == 303


def test_whoever_writes_the_draft_sees_the_picture(visitor: Visitor) -> None:
    kept(visitor)
    picture = {"kind": "picture", "sha256": SHA, **WORDS}
    visitor.bus.answers["get_draft"] = draft(content={**CONTENT, "interpretations": [picture]})
    page = visitor.get("/department/drafts/d-1/write/guide", "author").text
    assert f'<img src="/department/drafts/d-1/pictures/{SHA}" alt="{WORDS["alternative"]}"' in page
    shown = visitor.get(f"/department/drafts/d-1/pictures/{SHA}", "author")
    assert (shown.status_code, shown.headers["content-type"], shown.content) == (200, "image/png", PNG)
    assert visitor.get(f"/department/drafts/d-1/pictures/{kept(visitor, PNG + b'2')}", "author").status_code == 404


def test_everybody_sees_the_picture_with_what_it_says(visitor: Visitor) -> None:
    kept(visitor)
    visitor.bus.answers["get_guide"] = explained()
    page = visitor.get("/items/NM-002").text
    assert f'<img src="/items/NM-002/pictures/{SHA}" alt="{WORDS["alternative"]}"' in page
    shown = visitor.get(f"/items/NM-002/pictures/{SHA}")
    assert (shown.status_code, shown.headers["content-type"], shown.content) == (200, "image/png", PNG)
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"] == "private, max-age=86400"


def test_an_older_version_shows_its_own_pictures(visitor: Visitor) -> None:
    visitor.bus.answers["get_guide"] = explained(latest_version=3)
    assert f"/items/NM-002/pictures/{SHA}?version=1" in visitor.get("/items/NM-002?version=1").text


def test_no_other_file_of_the_place_is_shown_to_strangers(visitor: Visitor) -> None:
    visitor.bus.answers["get_guide"] = explained()
    assert visitor.get(f"/items/NM-002/pictures/{kept(visitor, PNG + b' of somebody')}").status_code == 404
    kept(visitor, tenant="xingguo")
    assert visitor.get(f"/items/NM-002/pictures/{SHA}").status_code == 404, "another place's"
    assert visitor.get("/items/NM-002/pictures/..%2F..%2Fetc").status_code == 404


def test_what_is_no_picture_is_not_shown_even_where_an_item_names_it(visitor: Visitor) -> None:
    paper = kept(visitor, b"%PDF-1.7 a licence")
    visitor.bus.answers["get_guide"] = explained(paper)
    assert visitor.get(f"/items/NM-002/pictures/{paper}").status_code == 404


def test_an_uploaded_picture_is_published_with_its_words_only() -> None:
    item = sample_item("NM-002")
    silent = Interpretation(kind="picture", title="一图读懂", sha256=SHA)
    said = silent.model_copy(update={"alternative": WORDS["alternative"]})
    linked = Interpretation(kind="picture", title="图解", url="https://example.test/a.png")
    found = problems_of(item.model_copy(update={"interpretations": (said, silent, linked)}), NOON.date())
    assert [(each.code, each.where) for each in found] == [
        ("picture_without_alternative", "/interpretations/1/alternative")
    ]


def test_only_a_picture_has_words_in_its_place() -> None:
    with pytest.raises(ValidationError, match="alternative"):
        Interpretation(kind="text", title="问答", text="何时到账？", alternative="不是图片")
