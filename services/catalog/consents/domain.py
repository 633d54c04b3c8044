"""Consents of enterprises, and a line for every look at what is not for everybody. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from contracts.aggregate import Aggregate
from contracts.consents import ConsentPurpose, ConsentView, DisclosureView
from contracts.message import Actor
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Reason
from services.catalog.enterprises.domain import refuse_stranger

CONTACT = "contact"
"""What is looked at when it is the contact number; otherwise it is the code of a label."""

READABLE_FOR = timedelta(minutes=10)
"""How long the number behind a look can be read: whoever needs it again says why again."""

LONGEST = timedelta(days=3 * 366)
"""A consent for longer than three years is nobody's decision any more. Our rule; no law names a limit."""


NotCovered = Literal["no_consent", "not_begun", "run_out", "revoked", "other_label", "other_purpose"]
WHY_REFUSED: Mapping[NotCovered, str] = {
    "no_consent": "未向该机构授权",
    "not_begun": "授权尚未生效",
    "run_out": "授权已到期",
    "revoked": "授权已撤销",
    "other_label": "授权不包括该标签",
    "other_purpose": "授权不包括该用途",
}
"""What an enterprise reads of a look that was refused. A bank is told none of it: it would learn what the enterprise has decided."""


class ConsentRefused(Invalid):
    """The consent cannot be given like that; `reasons` says everything that must change."""

    code = "consent_refused"
    sentence = "授权内容有误，请按提示修改。"


class ConsentByEnterpriseOnly(Forbidden):
    """Nobody consents in the place of the enterprise."""

    code = "consent_by_enterprise_only"
    sentence = "授权须由企业本人办理。"


class ConsentUnknown(NotFound):
    """No consent of this enterprise has this id."""

    code = "consent_unknown"
    sentence = "没有找到该授权。"


class ConsentRevokedAlready(Conflict):
    """It is revoked; there is nothing left to revoke."""

    code = "consent_revoked_already"
    sentence = "该授权已经撤销。"


class ConsentMissing(Forbidden):
    """No standing consent of this enterprise lets this bank see this for this purpose, or there is no such enterprise."""

    code = "consent_missing"
    sentence = "未查到该企业对贵行本项用途的有效授权（未授权、尚未生效、已到期或已撤销），不能查询。"


class LabelUnknown(NotFound):
    """No label with this code holds here."""

    code = "label_unknown"
    sentence = "没有该标签。"


class LookUnknown(NotFound):
    """Nobody reads the number behind a look of somebody else, or an old one."""

    code = "look_unknown"
    sentence = "没有找到本次查看，或已超过可查看时间，请重新填写理由。"


@dataclass(kw_only=True, slots=True)
class Consent(Aggregate):
    """An enterprise lets one bank see some labels, for named purposes, from one day through another."""

    enterprise_id: str
    grantee: str
    grantee_name: str
    labels: tuple[str, ...]
    purposes: tuple[ConsentPurpose, ...]
    valid_from: date
    valid_until: date
    given_by: str
    given_at: datetime
    revoked_by: str | None = None
    revoked_at: datetime | None = None

    def check(self, *, by: Actor, today: date, known_labels: Sequence[str]) -> None:
        """Raises EnterpriseNotYours, ConsentByEnterpriseOnly, or ConsentRefused with all reasons."""
        refuse_stranger(by, self.enterprise_id)
        if by.enterprise_id is None:
            raise ConsentByEnterpriseOnly()
        reasons = [
            Reason(code="label_unknown", message=f"没有标签“{label}”", field=f"labels.{index}")
            for index, label in enumerate(self.labels)
            if label not in known_labels
        ]
        if self.valid_until < self.valid_from:
            text = f"截止日 {self.valid_until} 早于起始日 {self.valid_from}"
            reasons.append(Reason(code="consent_reversed", message=text, field="valid_until"))
        elif self.valid_until < today:
            text = f"截止日 {self.valid_until} 已过"
            reasons.append(Reason(code="consent_past", message=text, field="valid_until"))
        elif self.valid_until - self.valid_from > LONGEST:
            reasons.append(Reason(code="consent_too_long", message="授权最长三年", field="valid_until"))
        if reasons:
            raise ConsentRefused(*reasons)

    def revoke(self, *, by: Actor, at: datetime) -> None:
        """Raises ConsentUnknown to strangers, ConsentByEnterpriseOnly or ConsentRevokedAlready."""
        if by.enterprise_id is None:
            raise ConsentByEnterpriseOnly()
        if by.enterprise_id != self.enterprise_id:
            raise ConsentUnknown()
        if self.revoked_at is not None:
            raise ConsentRevokedAlready()
        self.revoked_by, self.revoked_at = by.id, at

    def standing(self, today: date) -> Literal["not_begun", "standing", "run_out", "revoked"]:
        if self.revoked_at is not None:
            return "revoked"
        if today < self.valid_from:
            return "not_begun"
        return "standing" if today <= self.valid_until else "run_out"

    def covers(self, label: str, purpose: ConsentPurpose, today: date) -> bool:
        return self.against(label, purpose, today) is None

    def against(self, label: str, purpose: ConsentPurpose, today: date) -> NotCovered | None:
        """Why this consent does not let the bank look, if it does not."""
        if (standing := self.standing(today)) != "standing":
            return standing
        if label not in self.labels:
            return "other_label"
        return None if purpose in self.purposes else "other_purpose"

    def view(self, today: date) -> ConsentView:
        return ConsentView(
            consent_id=self.id,
            enterprise_id=self.enterprise_id,
            grantee=self.grantee,
            grantee_name=self.grantee_name,
            labels=self.labels,
            purposes=self.purposes,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            given_by=self.given_by,
            given_at=self.given_at,
            revoked_by=self.revoked_by,
            revoked_at=self.revoked_at,
            standing=self.standing(today),
            version=self.version,
        )


@dataclass(kw_only=True, slots=True)
class Disclosure(Aggregate):
    """One look: who saw what of whom, when, why, and under which consent. It is never changed.

    If it was `refused`, nothing was seen, and `seen_by` is who asked.
    """

    enterprise_id: str
    subject: str
    reason: str
    consent_id: str | None
    seen_by: str
    seen_by_name: str
    seen_at: datetime
    refused: NotCovered | None = None

    def readable_by(self, actor: Actor, now: datetime) -> bool:
        """Whether this person may read the contact number behind this look now."""
        return self.subject == CONTACT and actor.id == self.seen_by and now - self.seen_at <= READABLE_FOR

    def view(self) -> DisclosureView:
        refused = Reason(code=self.refused, message=WHY_REFUSED[self.refused]) if self.refused else None
        return DisclosureView(
            disclosure_id=self.id,
            enterprise_id=self.enterprise_id,
            subject=self.subject,
            reason=self.reason,
            consent_id=self.consent_id,
            seen_by=self.seen_by,
            seen_by_name=self.seen_by_name,
            seen_at=self.seen_at,
            refused=refused,
        )


def why_refused(given: Sequence[Consent], label: str, purpose: ConsentPurpose, today: date) -> NotCovered:
    """Why none of the consents `given` to a bank lets it look: what stands against the one given last."""
    if not given:
        return "no_consent"
    last = max(given, key=lambda each: (each.given_at, each.id))
    against = last.against(label, purpose, today)
    assert against is not None, "a consent covers the look"
    return against
