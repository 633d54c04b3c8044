"""Departments' own systems that joint checks are dispatched to (前店后厂), and what became of each dispatch."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from contracts.identity import InTenant
from contracts.message import Command, Id, Model, Query, ServiceName, Why

CheckAnswer = Literal[
    "clear",  # 查无不符
    "barred",  # 不符合条件
    "no_record",  # 无相关记录
    "not_ours",  # 不属本部门职责
]

DispatchState = Literal["to_send", "sent", "answered", "fell_back"]
"""Not taken yet; the system has taken it; it has answered; a person answers instead."""

FallBack = Literal[
    "silent",  # 到时没有答复
    "refused",  # 系统拒绝受理
    "nonsense",  # 答复不能采信
    "closed",  # 系统已停用
    "called_off",  # 不再需要
]
"""Why a person answers instead; `called_off`: nobody waits for the system any more."""

DepartmentSystemState = Literal["open", "closed"]


def _address(url: str) -> str:
    """A base address: http or https, a host, nothing else that could lead elsewhere."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or parts.username or parts.password or parts.query or parts.fragment or not url.isascii():
        raise PydanticCustomError("base_url_unsafe", "an http(s) address without user, query or fragment is required")
    return url.rstrip("/")


SystemAddress = Annotated[str, Field(min_length=8, max_length=300), AfterValidator(_address)]


def _secret(text: str) -> str:
    """Words, or `whsec_` before base64, as Standard Webhooks writes it: what is neither could sign nothing."""
    if text.startswith("whsec_"):
        try:
            base64.b64decode(text.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            raise PydanticCustomError("secret_no_base64", "what follows whsec_ is not base64") from None
    return text


SystemSecret = Annotated[str, Field(min_length=16, max_length=400), AfterValidator(_secret)]
SystemName = Annotated[str, Field(min_length=2, max_length=60)]
PatienceMinutes = Annotated[int, Field(ge=1, le=43_200)]


class CheckSaid(Model):
    """What a department has said of a check, never its records.

    Under *barred*, `ground` is one of the published conditions that it was asked about, to the letter; `condition` says
    what of it is not met, `basis` by which act or rule. `source` is who says so, `as_of` when it was so.
    """

    answer: CheckAnswer
    ground: str | None = None
    condition: str | None = None
    basis: str | None = None
    source: str
    as_of: AwareDatetime


class DepartmentSystemView(Model):
    """A department's system as it is registered; its secret is never shown."""

    system_id: Id
    department_id: Id
    name: str
    address: str
    patience_minutes: int
    state: DepartmentSystemState
    registered_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    version: int


class DepartmentSystemList(Model):
    items: tuple[DepartmentSystemView, ...] = ()


class RegisterDepartmentSystem(Command[DepartmentSystemView], InTenant):
    """From now on joint checks of this department go to its own system first. A department has one at a time.

    `secret` is agreed with the department: both sides sign with it (docs/department-systems.md). After
    `patience_minutes` without an answer a person of the department answers.
    """

    owner: ClassVar[ServiceName] = "review"

    department_id: Id
    name: SystemName
    address: SystemAddress
    secret: SystemSecret
    patience_minutes: PatienceMinutes = 1440


class CloseDepartmentSystem(Command[DepartmentSystemView], InTenant):
    """Nothing more is sent there, and its secret is forgotten; what it has not answered, people answer."""

    owner: ClassVar[ServiceName] = "review"

    system_id: Id
    reason: Why
    expected_version: int


class ListDepartmentSystems(Query[DepartmentSystemList], InTenant):
    """The tenant's systems by name; those that are closed only when asked for."""

    owner: ClassVar[ServiceName] = "review"

    closed: bool = False


class DispatchView(Model):
    """A check that went to a department's system. `taken_seconds`: from its dispatch until the system had it;
    `answer_seconds`: from then until the answer."""

    dispatch_id: Id
    task_id: Id
    case_id: Id
    receipt: str
    department_id: Id
    system_id: Id
    system_name: str
    state: DispatchState
    begun_at: AwareDatetime
    give_up_at: AwareDatetime
    sent_at: AwareDatetime | None = None
    answered_at: AwareDatetime | None = None
    fell_back_at: AwareDatetime | None = None
    taken_seconds: int | None = None
    answer_seconds: int | None = None
    asks: int
    nonsense: int
    said: CheckSaid | None = None
    fall_back: FallBack | None = None
    reason: str = ""


class DispatchList(Model):
    items: tuple[DispatchView, ...] = ()


class ListDispatches(Query[DispatchList]):
    """What was sent to departments' systems for a case, in the order in which it was sent, and how long each leg took.

    A department sees its own checks and those of the cases that it handles; the bureau and supervisors see all.
    """

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
