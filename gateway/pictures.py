"""Files that a command names and that have to be there, or have to be pictures: their own bytes say what they are."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.files.objects import ObjectUnknown
from contracts.refusal import Invalid, Reason
from contracts.review import RecordInspection
from gateway.door import Door
from gateway.uploads import SIGNS

PICTURES = ("image/png", "image/jpeg")


class PhotographsRefused(Invalid):
    """A photograph is not there, or is no picture; `reasons` names each."""

    code = "photographs_refused"
    sentence = "现场照片有误，请按提示重新上传。"


async def must_be_pictures(door: Door, sha256s: Iterable[str], field: str = "photographs") -> None:
    """Raises PhotographsRefused with every photograph that the caller's tenant does not have, or that is no picture."""
    found = []
    for place, sha256 in enumerate(sha256s):
        where = f"{field}.{place}.sha256"
        try:
            head = await door.objects.head(door.principal.tenant, sha256)
        except ObjectUnknown:
            said = f"第 {place + 1} 张照片没有找到，请重新上传"
            found.append(Reason(code="photograph_unknown", message=said, field=where))
            continue
        if not is_picture(head):
            said = f"第 {place + 1} 个文件不是照片（可用 JPEG、PNG），请重新拍摄上传"
            found.append(Reason(code="photograph_no_picture", message=said, field=where))
    if found:
        raise PhotographsRefused(*found)


def is_picture(head: bytes) -> bool:
    """Whether a file that begins so is one of the pictures that are taken."""
    return any(head.startswith(sign) for sign, kind in SIGNS.items() if kind in PICTURES)


async def once_pictures(door: Door, command: RecordInspection) -> RecordInspection:
    """The command, once its photographs are known to be some. Raises PhotographsRefused."""
    await must_be_pictures(door, [each.sha256 for each in command.photographs])
    return command
