"""An import of enterprises as it is asked for: what is checked before it begins."""

from __future__ import annotations

from chassis.operations.runs import view_of
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.enterprise_imports import ImportEnterprises
from contracts.operations import OperationView
from contracts.refusal import Invalid, Reason
from services.catalog.enterprises.domain import FactsNotYours
from services.catalog.enterprises.voices import voice_of

KIND = "import_enterprises"

TITLES = {"csv": "批量导入企业（CSV）", "xlsx": "批量导入企业（Excel）", "feed": "批量导入企业（数据交换）"}


class ImportRefused(Invalid):
    """The command does not say what its format needs; `reasons` names each."""

    code = "import_refused"
    sentence = "导入要求不完整，请按提示补充。"


def import_enterprises(cmd: ImportEnterprises, uow: UnitOfWork) -> OperationView:
    """Begin the import. Raises FactsNotYours for an enterprise, ImportRefused with all reasons."""
    if uow.actor.enterprise_id is not None:
        raise FactsNotYours()
    needed = {"feed": ("feed",)}.get(cmd.format, ("sha256", "source"))
    reasons = [
        Reason(code="import_incomplete", message=f"{cmd.format} 导入须指明 {name}。", field=name)
        for name in needed
        if getattr(cmd, name) is None
    ]
    today = uow.now.astimezone(CHINA).date()
    if cmd.as_of is not None and cmd.as_of > today:
        reasons.append(Reason(code="as_of_invalid", message="数据日期晚于今天。", field="as_of"))
    if cmd.format != "feed" and cmd.source is not None:
        against = voice_of(uow, [cmd.source]).against(cmd.source, cmd.source_kind, "source")
        reasons += [against] if against is not None else []
    if reasons:
        raise ImportRefused(*reasons)
    parameters = {**cmd.model_dump(mode="json", exclude_none=True), "as_of": (cmd.as_of or today).isoformat()}
    run = uow.begin_operation(KIND, title=TITLES[cmd.format], parameters=parameters)
    return view_of(run, "catalog")
