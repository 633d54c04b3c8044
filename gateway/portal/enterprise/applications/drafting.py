"""A draft as the form's fields, and the form's fields as what is kept of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic import Field

from contracts.application_drafts import ApplicationDraftView, DraftFieldName, SaidField
from contracts.application_forms import ApplicationForm
from contracts.message import Id, Model
from contracts.refusal import Conflict, Reason
from gateway.portal.enterprise.applications.answers import ANSWERS, RECEIVERS, Said, field_name, part_key

SINGLE = ("credit_commitment", "replaces")
Seen = dict[str, int | dict[str, int]]


class KeptFields(Model):
    """What stands in the form, complete or not. `only`: nothing but this field was sent; else whatever is missing is blank.
    `seen`: the number of each field as the page knew it.
    """

    item_id: Id
    item_version: int = Field(ge=1)
    only: DraftFieldName | None = None
    seen: Seen = Field(default_factory=dict)
    answers: dict[str, Said] = Field(default_factory=dict)
    receivers: dict[str, str] = Field(default_factory=dict)
    commitments: tuple[str, ...] = ()
    credit_commitment: str | None = None
    replaces: str | None = None


class FieldSavedElsewhere(Conflict):
    """Somebody has saved something else in the field meanwhile; whoever sends it again has seen that."""

    code = "field_saved_elsewhere"
    sentence = "有内容已在别处另行暂存，请核对标出的各栏后再次提交；您填写的内容仍在页面上。"


def names_of(form: ApplicationForm) -> Iterator[str]:
    """Every field that the form may have."""
    yield from (field_name(field) for field in form.fields if field.known is None)
    yield from (f"{RECEIVERS}.{part_key(each.part)}" for each in form.parts)
    yield "commitments"
    yield from SINGLE


def said_fields(kept: KeptFields, names: Iterable[str]) -> list[SaidField]:
    """What stands in these fields, as it is to be kept."""
    return [SaidField(name=each, values=_values(kept, each), seen=_seen(kept, each)) for each in names]


def is_field(name: str) -> bool:
    """Whether forms have fields that are called so."""
    group, _, key = name.partition(".")
    return group in (ANSWERS, RECEIVERS) if key else group in ("commitments", *SINGLE)


def values_of(draft: ApplicationDraftView | None) -> Mapping[str, list[str]]:
    """What stands in the fields of a draft, by name."""
    return {each.name: list(each.values) for each in draft.fields} if draft is not None else {}


def numbers_of(draft: ApplicationDraftView | None) -> Mapping[str, int]:
    """Which state of each field whoever sees this draft has seen."""
    return {each.name: each.number for each in draft.fields} if draft is not None else {}


def answers_in(draft: ApplicationDraftView | None) -> dict[str, Said]:
    """The answers among them, as the form sends them; what is blank is none."""
    return {
        name.removeprefix(f"{ANSWERS}."): values[0] if len(values) == 1 else tuple(values)
        for name, values in values_of(draft).items()
        if name.startswith(f"{ANSWERS}.") and any(values)
    }


def differing(draft: ApplicationDraftView) -> FieldSavedElsewhere | None:
    """What to tell whoever did not see what somebody else has saved."""
    values = values_of(draft)
    reasons = [
        Reason(
            code=FieldSavedElsewhere.code,
            message=f"此栏已在别处暂存为“{'、'.join(values.get(name, ())) or '空白'}”。要以您填写的为准，请再次提交",
            field=name,
        )
        for name in draft.differing
    ]
    return FieldSavedElsewhere(*reasons) if reasons else None


def _values(kept: KeptFields, name: str) -> tuple[str, ...]:
    group, _, key = name.partition(".")
    said: object = getattr(kept, group).get(key) if key else getattr(kept, group)
    if said is None or said == "":
        return ()
    return tuple(str(each) for each in said) if isinstance(said, tuple) else (str(said),)


def _seen(kept: KeptFields, name: str) -> int:
    group, _, key = name.partition(".")
    said = kept.seen.get(group, 0)
    if isinstance(said, dict):
        return said.get(key, 0)
    return 0 if key else said
