"""An inspection by several officers: when one can be recorded, and what the others' answers make of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from contracts.aggregate import Aggregate
from contracts.inspection_evidence import EnterpriseSignature, InspectionPhotograph, InspectionPosition
from contracts.inspections import InspectionAnswer, InspectionState, RecordedInspection
from contracts.message import Id
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Reason, Refused
from services.review.cases.inspection import Inspection


class InspectionRefused(Invalid):
    """It cannot be recorded as it is written; `reasons` names each."""

    code = "inspection_refused"
    sentence = "现场勘查记录有误，请按提示修改。"


class InspectionUnknown(NotFound):
    code = "inspection_unknown"
    sentence = "没有找到该现场勘查记录。"


class InspectionOver(Conflict):
    """It was answered by this person, or does not wait for anybody any more."""

    code = "inspection_over"
    sentence = "该现场勘查记录{why}，无需再确认；请刷新后查看。"


class InspectionNamesOthers(Forbidden):
    """Only the officers that it names say whether they were there."""

    code = "inspection_names_others"
    sentence = "该现场勘查记录没有列您为参加人员，您不能确认。"


class InspectionNoteNeeded(Invalid):
    code = "inspection_note_needed"
    sentence = "请说明：您当时不在现场，或者与记录不一致之处。"


@dataclass(kw_only=True, slots=True)
class InspectionRecord(Aggregate):
    """One inspection as it was recorded; it never changes. `officers` are the others who were there by the recorder's word."""

    case_id: str
    step: int
    passed: bool
    findings: str
    place: str
    inspected_at: datetime
    recorded_by: str
    recorded_at: datetime
    officers: tuple[Id, ...] = ()
    photographs: tuple[InspectionPhotograph, ...] = ()
    position: InspectionPosition | None = None
    signature: EnterpriseSignature | None = None

    def reasons_against(self, needed: int, able: Collection[Id]) -> list[Reason]:
        """Everything that is wrong with it but its time. `needed` officers must have been there; `able` are those of the
        department who may inspect."""
        found = list(self._about_officers(needed, able))
        hashes = [each.sha256 for each in self.photographs]
        for place, sha256 in enumerate(hashes):
            if sha256 in hashes[:place]:
                said = f"第 {place + 1} 张照片与前面的一张相同，请只保留一张"
                found.append(Reason(code="photograph_twice", message=said, field=f"photographs.{place}"))
        if self.position is not None and not _on_earth(self.position):
            text = "位置不是有效的经纬度，请重新定位，或不填位置"
            found.append(Reason(code="position_invalid", message=text, field="position"))
        signed = self.signature
        if signed is not None and signed.state == "signed" and not signed.name.strip():
            text = "请填写企业签字人的姓名"
            found.append(Reason(code="signature_name_needed", message=text, field="signature.name"))
        if signed is not None and signed.state == "refused" and not signed.note.strip():
            text = "企业拒绝签字的，请写明情况"
            found.append(Reason(code="signature_note_needed", message=text, field="signature.note"))
        return found

    def _about_officers(self, needed: int, able: Collection[Id]) -> Sequence[Reason]:
        found = []
        others = set(self.officers) - {self.recorded_by}
        for place, person in enumerate(self.officers):
            field = f"with_officers.{place}"
            if person == self.recorded_by:
                text = "您本人即为勘查人员，请填写其他参加人员"
                found.append(Reason(code="inspection_officer_is_recorder", message=text, field=field))
            elif person in self.officers[:place]:
                text = f"第 {place + 1} 名参加人员填写了两次"
                found.append(Reason(code="inspection_officer_twice", message=text, field=field))
            elif person not in able:
                text = f"第 {place + 1} 名参加人员今天没有在本部门担任可以勘查的岗位，请另选人员"
                found.append(Reason(code="inspection_officer_without_duty", message=text, field=field))
        if len(others) + 1 < needed:
            text = f"现场勘查至少须 {needed} 人参加，请填写同去的本部门人员（还差 {needed - 1 - len(others)} 人）"
            found.append(Reason(code="inspection_needs_officers", message=text, field="with_officers"))
        return found

    def waits_for(self, answers: Collection[OfficerAnswer]) -> tuple[Id, ...]:
        """Who has not said anything yet, in the order in which they were named; nobody once one was not there."""
        if any(not each.was_there for each in answers):
            return ()
        said = {each.person_id for each in answers}
        return tuple(person for person in self.officers if person not in said)

    def must_be_answered_by(self, person: Id, answers: Collection[OfficerAnswer], *, superseded: bool) -> None:
        """Raises InspectionNamesOthers or InspectionOver."""
        if person not in self.officers:
            raise InspectionNamesOthers()
        if superseded:
            raise InspectionOver(why="已有后来的勘查记录代替")
        if any(not each.was_there for each in answers):
            raise InspectionOver(why="有参加人员不予确认，须重新勘查")
        if any(each.person_id == person for each in answers):
            raise InspectionOver(why="您已经确认")

    def as_answer(self) -> Inspection:
        """What the case goes by."""
        return Inspection(self.passed, self.findings, self.place, self.inspected_at, self.recorded_by)

    def view(self, answers: Sequence[OfficerAnswer], *, superseded: bool) -> RecordedInspection:
        told = {name: getattr(self, name) for name in RecordedInspection.model_fields if hasattr(self, name)}
        said = tuple(each.view() for each in answers)
        return RecordedInspection(
            inspection_id=self.id, answers=said, state=self._state(answers, superseded=superseded), **told
        )

    def _state(self, answers: Collection[OfficerAnswer], *, superseded: bool) -> InspectionState:
        if any(not each.was_there for each in answers):
            return "declined"
        if superseded:
            return "superseded"
        return "waiting" if self.waits_for(answers) else "counts"


@dataclass(kw_only=True, slots=True)
class OfficerAnswer(Aggregate):
    """What an officer who was named says of an inspection, once."""

    inspection_id: str
    person_id: str
    was_there: bool
    note: str
    at: datetime

    def view(self) -> InspectionAnswer:
        return InspectionAnswer(person_id=self.person_id, was_there=self.was_there, note=self.note, at=self.at)


def _on_earth(position: InspectionPosition) -> bool:
    north, east = Decimal(position.latitude), Decimal(position.longitude)
    return abs(north) <= 90 and abs(east) <= 180 and Decimal(position.accuracy_m) >= 0


def all_of(reasons: Sequence[Reason], *more: Refused) -> InspectionRefused | None:
    """One refusal with everything; None for nothing."""
    found = [*reasons, *(reason for each in more for reason in each.reasons)]
    return InspectionRefused(*found) if found else None
