"""What is asked for about earlier awards: that a table of them is taken, and that one that is wrong is taken back."""

from __future__ import annotations

from chassis.operations.runs import view_of
from chassis.write.uow import UnitOfWork
from contracts.award_register import AwardPartView, ImportAwards, WithdrawImportedAward
from contracts.operations import OperationView
from contracts.refusal import Conflict, Forbidden
from services.review.register.award_views import award_in
from services.review.register.store import AwardRegister

KIND = "import_awards"
TITLES = {"csv": "批量导入历次奖补（CSV）", "xlsx": "批量导入历次奖补（Excel）"}
ASKERS = frozenset({"department", "bureau"})

WITHDRAW = """
UPDATE award_part SET state = 'freed', freed_ground = 'imported_wrongly', freed_by = :by, freed_evidence = :why,
    freed_at = :now
WHERE (tenant, id) = (:tenant, :id) AND source = 'imported' AND state = 'reserved'
RETURNING uscc
"""


class AwardNotWithdrawable(Conflict):
    """It was granted here, or has been taken back already."""

    code = "award_not_withdrawable"
    sentence = "只能撤销导入的、尚未撤销的记录；本系统批准的，须未发出或已追回才释放。"


def import_awards(cmd: ImportAwards, uow: UnitOfWork) -> OperationView:
    """Begin the import. Raises Forbidden."""
    if not uow.actor.roles & ASKERS:
        raise Forbidden()
    parameters = cmd.model_dump(mode="json", exclude_none=True)
    return view_of(uow.begin_operation(KIND, title=TITLES[cmd.format], parameters=parameters), "review")


def withdraw_imported_award(cmd: WithdrawImportedAward, uow: UnitOfWork) -> AwardPartView:
    """It counts no more; the row stays, with who took it back and why. Raises Forbidden, AwardUnknown or
    AwardNotWithdrawable."""
    if not uow.actor.roles & ASKERS:
        raise Forbidden()
    award_in(uow.tenant, cmd.award_id, uow)
    asked = {"tenant": uow.tenant, "id": cmd.award_id, "by": uow.actor.id, "why": cmd.why, "now": uow.now}
    codes = uow.execute(WITHDRAW, asked).scalars().all()
    if not codes:
        raise AwardNotWithdrawable()
    uow.of(AwardRegister).moved({(uow.tenant, code) for code in codes})
    return award_in(uow.tenant, cmd.award_id, uow)
