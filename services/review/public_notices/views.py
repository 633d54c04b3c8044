"""What everybody reads of notices while they are up, and of an objection by its receipt.

A question of the public names its place, so that row security guards the rows here as everywhere: what has come down, and all that
is not on a page, is never handed out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, or_, select, tuple_

from chassis.foundation.secrecy import Cipher
from chassis.read.names import has_in_name
from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.public_notices import (
    CheckObjection,
    GetPublicNotice,
    ListPublicNotices,
    ObjectionStanding,
    PublicNoticePage,
    PublicNoticeView,
)
from services.review.public_notices.notice import NoticeNotFound, NoticeOver, is_up, phones
from services.review.public_notices.objection import ObjectionUntraceable
from services.review.public_notices.sealing import code_fits
from services.review.public_notices.store import NOTICE_OBJECTION, PUBLIC_NOTICE, read_parts

N, J = PUBLIC_NOTICE.c, NOTICE_OBJECTION.c
SHOWN = tuple(N[name] for name in PublicNoticeView.model_fields if name in N)
PARTS = (N.id, N.state, N.receivers)
"""What a notice's row is read by besides what is shown of it."""


def list_public_notices(query: ListPublicNotices, reader: Reader) -> PublicNoticePage:
    """Raises CursorInvalid."""
    statement = select(*SHOWN, *PARTS).where(*_up_in(reader))
    if query.department is not None:
        statement = statement.where(N.department == query.department)
    if query.item_id is not None:
        statement = statement.where(N.item_id == query.item_id)
    if query.about and (about := query.about.strip()):
        statement = statement.where(or_(has_in_name(N.item_title, about), has_in_name(N.name, about)))
    if (before := decode_cursor(query.cursor, datetime, str)) is not None:
        statement = statement.where(tuple_(N.published_at, N.id) < tuple_(*before))
    found = reader.execute(statement.order_by(N.published_at.desc(), N.id.desc()).limit(query.limit + 1))
    rows, more = cut_page(found.mappings().all(), query.limit)
    items = tuple(public_view(row) for row in rows)
    return PublicNoticePage(
        items=items, next_cursor=encode_cursor(items[-1].published_at, items[-1].notice_id) if more else None
    )


def get_public_notice(query: GetPublicNotice, reader: Reader) -> PublicNoticeView:
    """Raises NoticeNotFound, or NoticeOver for what is up no more."""
    statement = select(*SHOWN, *PARTS).where(N.tenant == reader.tenant, N.id == query.notice_id)
    row = reader.execute(statement).mappings().first()
    if row is None:
        raise NoticeNotFound()
    shown = public_view(row)
    if not is_up(row["state"], shown.ends_at, reader.now):
        raise NoticeOver(department=shown.department, phone=phones(shown.contacts))
    return shown


def check_objection(query: CheckObjection, reader: Reader, cipher: Cipher) -> ObjectionStanding:
    """What has become of it. Raises ObjectionUntraceable, whichever of number and code is wrong."""
    told = (J.number, J.item_title, J.department, J.state, J.raised_at, J.answer, J.answered_at)
    statement = select(*told, J.code_digest).where(J.tenant == reader.tenant, J.number == query.number)
    row = reader.execute(statement).mappings().first()
    if row is None or not code_fits(query.number, query.check_code, row["code_digest"], reader.tenant, cipher):
        raise ObjectionUntraceable()
    return ObjectionStanding.model_validate({column.name: row[column.name] for column in told})


def public_view(row: RowMapping) -> PublicNoticeView:
    """A row as everybody reads it."""
    shown = {column.name: row[column.name] for column in SHOWN}
    parts: dict[str, Any] = read_parts(row)
    return PublicNoticeView(notice_id=row["id"], **shown | {name: parts[name] for name in ("contacts", "period")})


def _up_in(reader: Reader) -> list[ColumnElement[bool]]:
    return [N.tenant == reader.tenant, N.state == "running", or_(N.ends_at.is_(None), N.ends_at > reader.now)]
