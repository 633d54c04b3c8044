"""D: a payment that did not arrive is followed by another, waited for, or somebody has been called."""

from __future__ import annotations

from sqlalchemy import Connection, text

from console.operating.checks.findings import Finding

STATES = {"failed": "付款未成功", "returned": "被银行退回", "settled": "银行列有退汇"}

# Where a later revision grants no more than what is paid or on its way, nothing has to follow.
# A timer that can succeed: it looks for another account, whatever enterprise that one went on in; or it asks the bank
# until list and payment agree.
UNFOLLOWED = text(
    """
    SELECT d.tenant, d.id, d.state, d.claim ->> 'receipt' AS name FROM disbursement d
    WHERE (d.state IN ('failed', 'returned') OR (d.state = 'settled' AND d.return_listed_at IS NOT NULL))
    AND NOT EXISTS (SELECT FROM disbursement o
        WHERE (o.tenant, o.case_id, o.instalment, o.part) = (d.tenant, d.case_id, d.instalment, d.part)
        AND (o.revision, o.attempt) > (d.revision, d.attempt))
    AND NOT EXISTS (SELECT FROM latest_approval l
        WHERE (l.tenant, l.case_id, l.instalment) = (d.tenant, d.case_id, d.instalment) AND l.part IN (0, d.part)
        AND l.revision > d.revision AND l.amount_fen <= (
            SELECT coalesce(sum(o.amount_fen + coalesce(o.withheld_fen, 0)), 0) FROM disbursement o
            WHERE (o.tenant, o.case_id, o.instalment, o.part) = (d.tenant, d.case_id, d.instalment, d.part)
            AND o.state NOT IN ('failed', 'returned', 'cancelled')))
    AND NOT EXISTS (SELECT FROM job j WHERE (j.tenant, j.subject) = (d.tenant, d.id)
        AND j.kind = CASE d.state WHEN 'settled' THEN 'confirm_return' ELSE 'renew_attempt' END)
    AND NOT EXISTS (SELECT FROM alarm a WHERE (a.tenant, a.subject_type, a.subject) = (d.tenant, 'disbursement', d.id)
        AND a.clock = 'contradiction' AND a.level >= 100)
    ORDER BY d.tenant, d.id LIMIT 100
    """
)


def unfollowed(treasury: Connection) -> list[Finding]:
    """Each failed or returned attempt, of the tenants that the connection shows, that nothing will ever follow."""
    return [
        Finding("D", row.tenant, f"支付（收件编号 {row.name}）{STATES[row.state]}，没有后续支付、定时工作或告警")
        for row in treasury.execute(UNFOLLOWED)
    ]
