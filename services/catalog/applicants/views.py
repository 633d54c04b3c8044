"""What an applicant is shown: its own dossier in words, and an item's form with what the dossier says already."""

from __future__ import annotations

from collections.abc import Iterator

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.application_forms import (
    ApplicationForm,
    AskedFact,
    FormMaterial,
    FormPart,
    FormPayee,
    FormReceiver,
    GetApplicationForm,
)
from contracts.enterprises import (
    DossierSheet,
    GetDossierSheet,
    GetEnterprise,
    ListPayeeAccounts,
    PayeeAccountList,
)
from contracts.message import Id
from contracts.payee_holder_accounts import ListPayeeHolders
from contracts.rule import Fact, FactSheet, FactType, ItemRules, PayeeKind, absolute_period
from contracts.rule.plan import Material
from rules.facts import FactReader, same_dimension
from rules.text.phrases import Names
from services.catalog.enterprises.domain import refuse_stranger
from services.catalog.enterprises.shown_facts import in_order_of_names, shown_fact
from services.catalog.enterprises.views import get_enterprise
from services.catalog.imports.vocabulary import vocabulary
from services.catalog.matching.worked_out import WorkedOut, work_out
from services.catalog.payee_accounts.views import list_payee_accounts
from services.catalog.payee_holders.views import list_payee_holders

MOST_RECEIVERS = 100
"""So many at most stand in a form, the newest first; a file of more names them by the JSON door."""


def get_dossier_sheet(query: GetDossierSheet, reader: Reader) -> DossierSheet:
    """Raises EnterpriseNotYours or EnterpriseUnknown."""
    dossier = get_enterprise(GetEnterprise(enterprise_id=query.enterprise_id), reader)
    types = {word: fact for word, fact in vocabulary(reader).items() if word == fact.name}
    today = reader.now.astimezone(CHINA).date()
    return DossierSheet(enterprise=dossier, facts=in_order_of_names(dossier.facts, types, today))


def get_application_form(query: GetApplicationForm, reader: Reader) -> ApplicationForm:
    """Raises EnterpriseNotYours, ItemUnknown or EnterpriseUnknown."""
    refuse_stranger(reader.actor, query.enterprise_id)
    found = work_out(query.item_id, query.enterprise_id, reader, version=query.item_version, declared=query.declared)
    dossier = FactSheet(facts=found.dossier.facts, reference_year=found.sheet.reference_year)
    content, plan = found.content, found.content.rules.plan
    parts = tuple(_parts(content.rules))
    accounts = list_payee_accounts(ListPayeeAccounts(enterprise_id=query.enterprise_id), reader)
    return ApplicationForm(
        item_id=found.item_id,
        item_version=found.item_version,
        newest_version=found.newest_version,
        item_state=found.state,
        title=content.title,
        department=plan.department,
        mode=plan.mode,
        sample=content.sample,
        enterprise_id=found.dossier.enterprise_id,
        enterprise_name=found.dossier.name,
        fields=tuple(_fields(found, dossier)),
        materials=tuple(map(_material, plan.materials)),
        payee=_payee(accounts),
        account_waits=any(each.standing == "waiting" for each in accounts.items),
        own_account=content.rules.payees is None or len(parts) < len(content.rules.payees.parts),
        parts=parts,
        receivers=_receivers(query.enterprise_id, reader) if parts else (),
        credit=plan.credit.commitment if plan.credit is not None else None,
        verdict=found.assessment.verdict,
        amount=found.assessment.amount,
        headline=found.assessment.headline,
    )


def _material(asked: Material) -> FormMaterial:
    return FormMaterial(
        code=asked.code,
        name=asked.name,
        required=asked.required,
        provided_by=asked.provided_by,
        commitment=asked.commitment,
    )


def _fields(found: WorkedOut, in_dossier: FactSheet) -> Iterator[AskedFact]:
    """What was declared is asked for still: only what the dossier says is known."""
    rules, year = found.content.rules, found.sheet.reference_year
    types = rules.fact_types_by_name
    dossier = FactReader(in_dossier, found.today, types)
    for field in rules.plan.form_fields:
        declared: FactType = types[field.fact]
        known = dossier.read(field.fact, field.period)
        yield AskedFact(
            name=field.fact,
            period=absolute_period(field.period, year),
            label=Names(types, year).fact(field.fact, field.period),
            kind=declared.kind,
            unit=declared.unit,
            is_money=declared.unit is not None and same_dimension(declared.unit, "元"),
            codes=declared.codes,
            required=field.required,
            hint=field.hint,
            known=shown_fact(known, types, found.today) if isinstance(known, Fact) else None,
        )


def _parts(rules: ItemRules) -> Iterator[FormPart]:
    """The parts that go to others than the applicant."""
    for number, part in enumerate(rules.payees.parts if rules.payees is not None else (), start=1):
        if part.who is not PayeeKind.APPLICANT:
            yield FormPart(part=number, who=part.who, label=part.label)


def _receivers(enterprise_id: Id, reader: Reader) -> tuple[FormReceiver, ...]:
    found = list_payee_holders(ListPayeeHolders(enterprise_id=enterprise_id, limit=MOST_RECEIVERS), reader)
    return tuple(
        FormReceiver(holder_id=each.holder_id, name=each.name, code_masked=each.code_masked, standing=each.standing)
        for each in found.items
    )


def _payee(accounts: PayeeAccountList) -> FormPayee | None:
    for each in accounts.items:
        if each.standing == "paid":
            return FormPayee(
                account_name=each.account_name, account_masked=each.account_masked, bank_name=each.bank_name
            )
    return None
