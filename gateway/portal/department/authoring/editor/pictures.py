"""Pictures that explain an item (图片解读): uploaded in the section of the guide, with what they say for those who do not see them."""

from __future__ import annotations

import copy

from pydantic import Field
from starlette.responses import Response

from contracts.drafting import EditDraft, GetDraft
from contracts.message import Id, Model
from contracts.refusal import Invalid, Reason
from contracts.uploads import Sha256
from gateway.door import Door
from gateway.material_uploads import judge_kept
from gateway.portal.department.authoring.editor.pages import AUTHORS, EditedMeanwhile, pages, write_section
from gateway.portal.department.authoring.editor.pictures_taken import PICTURES_TAKEN, pictures_of
from gateway.portal.department.authoring.editor.sections import SectionName
from gateway.portal.shell.headers import NOBODY_KEEPS
from gateway.portal.shell.kept_files import PictureUnknown, kept_picture
from gateway.portal.shell.sent_files import sent_files

MOST = 30
"""Interpretations that an item may have (`contracts.item`)."""


class PictureMissing(Invalid):
    """A picture is to be added, and none was chosen."""

    code = "picture_missing"
    sentence = "请先选择一张图片（JPEG、PNG）。"


class TooManyInterpretations(Invalid):
    """An item has no room for more."""

    code = "too_many_interpretations"
    sentence = f"一个事项最多有 {MOST} 份解读，请先删除不用的。"


class FilledPicture(Model):
    """One picture, its title, and in words what it says."""

    draft_id: Id
    section: SectionName
    expected_version: int = Field(ge=1)
    title: str = Field(min_length=1, max_length=200)
    alternative: str = Field(min_length=4, max_length=500)
    pictures: tuple[str, ...] = Field(default=(), max_length=1)


class DraftPictureAsked(Model):
    draft_id: Id
    sha256: Sha256


@pages.form(
    "/department/drafts/{draft_id}/write/{section}/pictures",
    FilledPicture,
    AUTHORS,
    on=write_section,
    versioned=True,
    files=PICTURES_TAKEN,
)
async def add_picture(door: Door, filled: FilledPicture) -> str:
    """Put a picture at the end of the interpretations (上传图片解读). Raises EditedMeanwhile, PictureMissing,
    TooManyInterpretations, or MaterialFileRefused for a picture that nobody could open."""
    draft = await door.told(GetDraft(draft_id=filled.draft_id))
    files = sent_files(filled.pictures, "pictures")
    if not files:
        raise PictureMissing(Reason(code="picture_missing", message="请选择一张图片", field="pictures"))
    if draft.version != filled.expected_version:
        raise EditedMeanwhile()
    content = copy.deepcopy(draft.content)
    there = content.get("interpretations")
    listed = there if isinstance(there, list) else []
    if len(listed) >= MOST:
        raise TooManyInterpretations()
    await judge_kept(door.objects, door.principal.tenant, files[0].sha256)
    picture = {"kind": "picture", "title": filled.title, "sha256": files[0].sha256, "alternative": filled.alternative}
    content["interpretations"] = [*listed, picture]
    reason = "网页编辑：上传图片解读"
    edit = EditDraft(draft_id=filled.draft_id, expected_version=draft.version, content=content, reason=reason)
    await door.done(edit)
    return f"/department/drafts/{filled.draft_id}/write/guide?done=picture_added#pictures"


@pages.show(
    "/department/drafts/{draft_id}/pictures/{sha256}", DraftPictureAsked, AUTHORS, template="section.html", secret=True
)
async def show_draft_picture(door: Door, asked: DraftPictureAsked) -> Response:
    """A picture of a draft, to whoever writes it. Raises PictureUnknown, ObjectUnknown."""
    draft = await door.told(GetDraft(draft_id=asked.draft_id))
    if asked.sha256 not in {each["sha256"] for each in pictures_of(draft)}:
        raise PictureUnknown()
    return await kept_picture(door, draft.tenant, asked.sha256, NOBODY_KEEPS)
