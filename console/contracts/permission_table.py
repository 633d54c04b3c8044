"""`docs/permissions.md`: who may do what, made from `gateway.permissions`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from console.contracts.schemas import NOTE
from contracts.duties import DUTY_NAMES
from contracts.message import Command
from gateway.permission import REACHES, Permission
from gateway.permissions import PERMISSIONS

HEAD = f"""# Who may do what

{NOTE}

Generated from `gateway/permissions.py` by `./zhida contracts`; the doors' guards, the pages and the access test are made
from the same table. A duty (岗位) is held by a person in a department of a tenant from a day to a day; how far a permission
reaches, and in which states of a thing, is held by the service that owns the thing.
"""

NAMES: dict[str, str] = {
    **{str(kind): name for kind, name in DUTY_NAMES.items()},
    "partner": "数据交换等系统",
    "bank": "合作银行",
    "enterprise_view": "企业（查看）",
    "enterprise_apply": "企业（申报）",
    "enterprise_accounts": "企业（收款账户）",
    "enterprise_contacts": "企业（联系方式）",
    "enterprise_consents": "企业（授权）",
}


def text() -> str:
    """The whole document."""
    return "\n".join([HEAD, *_table("Commands 办理", True), "", *_table("Questions 查询", False), ""])


def _table(title: str, commands: bool) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| contract | who | reach | in which states | fresh sign-in |"
    yield "|---|---|---|---|---|"
    for each in sorted(PERMISSIONS, key=lambda each: (each.contract.__module__, each.contract.__name__, each.reach)):
        if issubclass(each.contract, Command) == commands:
            yield _row(each)


def _row(each: Permission) -> str:
    about = (inspect.getdoc(each.contract) or "").split("\n")[0].split(". ")[0]
    who = "、".join(name for holder, name in NAMES.items() if holder in each.holders) or "任何人"
    states = "、".join(each.states)
    own = about if about and "pydantic" not in about else ""
    name = f"`{each.contract.__name__}`" + (f" {own}" if own else "")
    return f"| {name} | {who} | {REACHES[each.reach]} | {states} | {'是' if each.step_up else ''} |"
