"""The guide beside the rules: what was written from them follows them, what a person wrote is compared. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contracts.authoring import GUIDE_PARTS, GuideAgreement, GuidePart
from contracts.item import PolicyItemContent
from contracts.refusal import Conflict, Reason
from contracts.rule import ItemRules
from rules import guide_sentences, says_the_same, sentences
from services.catalog.policies.differences import LABELS
from services.catalog.policies.quantities import unknown_to

TO_BE_WRITTEN: Mapping[GuidePart, str | list[str]] = {
    part: ["（随规则生成）"] if part == "steps" else "（随规则生成）" for part in GUIDE_PARTS
}
"""Stands in a text that leaves a part to the rules, until the rules have been read."""


class GuideMayDisagree(Conflict):
    """What a person wrote in the guide names quantities that the rules do not have; `reasons` shows both."""

    code = "guide_may_disagree"
    sentence = "办事指南中自行撰写的内容与规则可能不一致，请核对；确认无误的，请勾选“已核对”后再发布。"


def readable_guide(text: Mapping[str, Any]) -> Mapping[str, Any]:
    """The text with something in the place of what follows the rules, so that it can be read as an item."""
    guide = text.get("guide")
    if not isinstance(guide, Mapping):
        return text
    return {**text, "guide": {**guide, **{part: TO_BE_WRITTEN[part] for part in followed(text)}}}


def followed(text: Mapping[str, Any]) -> tuple[GuidePart, ...]:
    """The parts that the text leaves to the rules, by saying nothing of them."""
    guide = text.get("guide")
    return tuple(each for each in GUIDE_PARTS if not guide.get(each)) if isinstance(guide, Mapping) else ()


def written_anew(content: PolicyItemContent, parts: Iterable[str]) -> PolicyItemContent:
    """The item with these parts of its guide as its rules say them."""
    said = guide_sentences(content.rules)
    guide = content.guide.model_copy(update={part: said[part] for part in parts})
    return content if guide == content.guide else content.model_copy(update={"guide": guide})


def left_to_the_rules(content: PolicyItemContent) -> dict[str, Any]:
    """The item as the first text of a draft: what its guide says from the rules is left out, and so follows them."""
    text, said = content.model_dump(mode="json"), guide_sentences(content.rules)
    for part in GUIDE_PARTS:
        if says_the_same(_text(getattr(content.guide, part)), _text(said[part])):
            del text["guide"][part]
    return text


def following(content: PolicyItemContent, before: PolicyItemContent) -> PolicyItemContent:
    """A revision whose guide repeats what was written from the former rules: it is written from the new ones."""
    was = guide_sentences(before.rules)
    repeated = [
        each
        for each in GUIDE_PARTS
        if getattr(content.guide, each) == getattr(before.guide, each)
        and says_the_same(_text(getattr(before.guide, each)), _text(was[each]))
    ]
    return written_anew(content, repeated)


def agreement(content: PolicyItemContent, parts: Iterable[GuidePart] = ()) -> tuple[GuideAgreement, ...]:
    """Each part that can be written from the rules, beside what they say. `parts` are left to the rules."""
    said, left = guide_sentences(content.rules), frozenset(parts)
    known = _everything(content.rules)
    return tuple(_compared(each, content, said[each], known, each in left) for each in GUIDE_PARTS)


def refuse_unconfirmed(content: PolicyItemContent, before: PolicyItemContent | None = None) -> None:
    """Raises GuideMayDisagree where what is written names quantities that the rules do not have.

    Of a revision counts what the rules had `before` and have no longer, where the text has stayed; the summary is
    looked at then, too: it is nobody's sentence but its writer's.
    """
    doubtful = [each for each in _against(content, before) if each.differs]
    if doubtful:
        raise GuideMayDisagree(*map(_reason, doubtful))


def _against(content: PolicyItemContent, before: PolicyItemContent | None) -> Iterator[GuideAgreement]:
    if before is None:
        yield from agreement(content)
        return
    was = _everything(before.rules)
    for each in agreement(content):
        stayed = getattr(content.guide, each.part) == getattr(before.guide, each.part) and each.part != "mode"
        yield _no_longer(each, was) if stayed else each
    now = _everything(content.rules)
    summary = GuideAgreement(
        part="standard",
        label=LABELS["summary"],
        written=content.summary,
        from_rules=_text(guide_sentences(content.rules)["standard"]),
        differs=unknown_to(content.summary, now),
    )
    yield _no_longer(summary, was)


def _no_longer(found: GuideAgreement, was: str) -> GuideAgreement:
    """Of what differs, that which the former rules had: what they had not either was known when it was written."""
    new = set(unknown_to("；".join(found.differs), was))
    return found.model_copy(update={"differs": tuple(each for each in found.differs if each not in new)})


def _reason(doubt: GuideAgreement) -> Reason:
    return Reason(
        code="guide_part_differs",
        message=f"“{doubt.label}”写的是：“{doubt.written}”；按规则是：“{doubt.from_rules}”；"
        f"规则中没有：{'、'.join(doubt.differs)}",
        field="guide_confirmed",
    )


def _compared(
    part: GuidePart, content: PolicyItemContent, said: str | tuple[str, ...], known: str, left: bool
) -> GuideAgreement:
    written, from_rules = _text(getattr(content.guide, part)), _text(said)
    return GuideAgreement(
        part=part,
        label=LABELS[part],
        written=None if left else written,
        from_rules=from_rules,
        differs=() if left or says_the_same(written, from_rules) else _differs(part, written, known),
    )


def _differs(part: GuidePart, written: str, known: str) -> tuple[str, ...]:
    """A mode is a word, and another word is another mode; of the other parts their figures count."""
    return (written,) if part == "mode" else unknown_to(written, known)


def _everything(rules: ItemRules) -> str:
    """Whatever the rules say in whichever part: a guide may tell the limits among the conditions."""
    return "；".join([*sentences(rules).model_dump().values(), *map(_text, guide_sentences(rules).values())])


def _text(said: str | tuple[str, ...]) -> str:
    return said if isinstance(said, str) else "；".join(said)
