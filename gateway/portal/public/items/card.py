"""What the card of an item says (明白卡): the guide in the order in which people ask, for one page that is handed out or hung up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from chassis.papers.card import Card, CardSection
from contracts import status_labels
from contracts.policy_guide import GuideView, NeededMaterial
from gateway.portal.shell.figures import day, round_yuan, wan
from gateway.portal.shell.language import PageTexts
from gateway.portal.shell.rendering import address
from gateway.portal.shell.site import Site

CONTACTS = 3
"""So many telephone numbers; whoever needs another finds it in the guide."""


def card_of(item: GuideView, t: PageTexts, site: Site, origin: str | None, today: date) -> Card:
    """The card as it is handed out `today`. Without `origin`, the address of these pages, it leads nowhere and says how to search."""
    path = address(
        f"/items/{item.item_id}", version=item.item_version if item.item_version < item.latest_version else None
    )
    where = f"{origin}{path}" if origin else ""
    return Card(
        title=item.title,
        over=" · ".join(part for part in (t("public.card.title"), site.name) if part),
        author=item.department,
        warnings=tuple(_warnings(item, t)),
        facts=tuple(_facts(item, t, site)),
        sections=tuple(CardSection(title, text) for title, text in _sections(item, t, site) if text),
        address=where,
        scan=t("public.card.scan"),
        more=t("public.card.more"),
        foot=(
            t("public.card.where", address=where) if where else t("public.card.search", title=item.title),
            t("public.card.made", day=day(today), version=item.item_version),
        ),
        language=t.language,
    )


def _warnings(item: GuideView, t: PageTexts) -> Iterator[str]:
    if item.state != "published":
        label = status_labels.ITEM[item.state].public(t.language)
        yield (
            f"{label}。{t(f'public.item.state.{item.state}')}"
            if t.language == "zh"
            else t(f"public.item.state.{item.state}")
        )
    if item.sample:
        yield f"{t('public.item.sample_title')}{t('public.card.stop')}{t('public.item.sample_text')}"


def _facts(item: GuideView, t: PageTexts, site: Site) -> Iterator[tuple[str, str]]:
    if item.max_amount_fen is not None:
        figure = wan(item.max_amount_fen) if t.language == "zh" else round_yuan(item.max_amount_fen)
        yield t("public.card.amount"), t("public.items.at_most", amount=figure)
    own = site.mode_names.get(item.mode) if t.language == "zh" else None
    yield t("public.card.way"), own or t.of("public.mode", item.mode)
    yield t("public.item.window"), _window(item, t)
    yield t("public.item.department"), item.department


def _window(item: GuideView, t: PageTexts) -> str:
    """When it can be claimed, and whether it can today."""
    if item.opens and item.closes:
        days = t("public.item.from_to", start=day(item.opens), end=day(item.closes))
    elif item.opens:
        days = t("public.item.from", start=day(item.opens))
    else:
        days = t("public.item.to", end=day(item.closes)) if item.closes else t("public.item.all_year")
    said = t(f"public.window.{item.window}") if item.state == "published" and (item.opens or item.closes) else ""
    return f"{days}{t('public.card.stop_between')}{said}" if said else days


def _sections(item: GuideView, t: PageTexts, site: Site) -> Iterator[tuple[str, str]]:
    said = item.sentences
    yield (
        t("public.item.who"),
        _lines(
            item.guide.beneficiaries,
            said.get("eligibility") or item.guide.conditions,
            said.get("payees"),
            said.get("bounds"),
        ),
    )
    yield (
        t("public.item.amount"),
        _lines(
            said.get("amount") or item.guide.standard, said.get("instalments"), said.get("stacking"), said.get("quotas")
        ),
    )
    yield t("public.item.materials"), _lines(*_materials(item, t))
    yield (
        t("public.item.handling"),
        _lines(
            t("public.item.no_application" if item.mode == "no_application" else "public.card.apply"),
            *(f"{number}. {step}" for number, step in enumerate(item.guide.steps, 1)),
        ),
    )
    yield t("public.item.limit"), item.guide.time_limits
    yield t("public.item.ask"), _lines(*_contacts(item, t), item.guide.complaint or _complaint(t, site))
    yield t("public.item.basis"), " ".join(part for part in (item.document.name, item.document.number) if part)


def _materials(item: GuideView, t: PageTexts) -> Iterator[str]:
    """What people bring, a line each; what others provide they need not know one by one."""
    theirs = [each for each in item.materials if each.provided_by == "applicant"]
    if not theirs:
        yield t("public.item.no_materials")
    for number, each in enumerate(theirs, 1):
        yield f"{number}. {_material(each, t)}"
    if len(theirs) < len(item.materials):
        yield t("public.card.provided", count=len(item.materials) - len(theirs))


def _material(needed: NeededMaterial, t: PageTexts) -> str:
    said = needed.name if needed.required else t("public.card.if_any", name=needed.name)
    return f"{said}{t('public.card.pledge')}" if needed.commitment else said


def _contacts(item: GuideView, t: PageTexts) -> Iterator[str]:
    for each in item.guide.contacts[:CONTACTS]:
        yield f"{each.name} {each.phone}"
    if len(item.guide.contacts) > CONTACTS:
        yield t("public.card.more_contacts", count=len(item.guide.contacts) - CONTACTS)


def _complaint(t: PageTexts, site: Site) -> str:
    return f"{t('public.item.complain_default')} {site.footer.hotline}" if site.footer.hotline else ""


def _lines(*texts: str | None) -> str:
    """The texts that say something, each once, a line each."""
    return "\n".join(dict.fromkeys(text.strip() for text in texts if text and text.strip()))
