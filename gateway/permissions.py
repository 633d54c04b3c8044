"""Who may do what, in one table: the doors' guards, the access test, the pages and docs/permissions.md are made from it.

A row says of a command or query which duties it is for (`contracts.duties`), which machines, how far it reaches, and
in which states of a thing it can be done at all. The gateway refuses by duty; how far it reaches and the state are held
by the owner of the thing, which knows them.
"""

from __future__ import annotations

from typing import cast, get_args

from contracts import (
    acceptance,
    accounts,
    application_drafts,
    application_forms,
    authoring,
    calendars,
    code_admissions,
    consents,
    credentials,
    credit_checks,
    deadlines,
    department_systems,
    departments,
    documents,
    drafting,
    enterprise_imports,
    enterprise_lookup,
    enterprises,
    entitlements,
    fact_records,
    forecasts,
    given_materials,
    identity,
    intake,
    issuers,
    item_imports,
    labels,
    materials,
    merges,
    name_changes,
    nomination_lists,
    notify,
    onboarding,
    open_data,
    operations,
    outside_figures,
    oversight,
    payee_holder_accounts,
    people,
    plan_terms,
    policies,
    policy_guide,
    public_notices,
    recoveries,
    search,
    security_events,
    stuck_work,
    supplements,
    synonyms,
    tenants,
    treasury,
    trials,
    uploads,
)
from contracts.duties import DUTY_KINDS, ROLE_OF, DutyKind, Role
from contracts.message import Contract
from gateway.case_permissions import CASE_ROWS
from gateway.decision_permissions import DECISION_ROWS
from gateway.integrity_permissions import INTEGRITY_ROWS
from gateway.permission import Holder, Machine, Mandated, Permission, of
from gateway.permission_groups import (
    ACCOUNTS,
    ADMINISTRATORS,
    APPLY,
    BANK,
    BUREAU,
    CONSENTS,
    CONTACTS,
    FINANCE,
    INSPECTORS,
    OFFICERS,
    PARTNER,
    PLACE_READERS,
    SECURITY,
    STAFF,
    SUPERVISORS,
    SYSTEM,
    VIEW,
    WINDOW,
)


class NoPermissionDeclared(Exception):
    """A contract stands at a door and in no row of the table."""


PLATFORM_ROWS: tuple[Permission, ...] = (
    of(identity.OnboardTenant, SYSTEM, "all_tenants"),
    of(onboarding.OnboardCounty, SYSTEM, "all_tenants"),
    of(onboarding.GetOnboardingChecklist, ADMINISTRATORS, "tenant"),
    of(tenants.ListTenants, PLACE_READERS, "tenant"),
    of(tenants.GetTenant, PLACE_READERS, "tenant"),
    of(tenants.ChangeTenant, SYSTEM, "all_tenants"),
    of(tenants.GetTenantVersions, (*ADMINISTRATORS, "audit_admin"), "all_tenants"),
    of(calendars.PublishCalendar, SYSTEM, "all_tenants"),
    of(calendars.ListMissingCalendars, SYSTEM, "all_tenants"),
    of(stuck_work.ListStuckWork, SYSTEM, "tenant"),
    of(stuck_work.GetStuckWork, SYSTEM, "tenant"),
    of(stuck_work.RedriveStuckWork, SYSTEM, "tenant"),
    of(departments.RegisterDepartment, SYSTEM, "tenant"),
    of(departments.ChangeDepartment, SYSTEM, "tenant"),
    of(departments.CloseDepartment, SYSTEM, "tenant"),
    of(departments.ListDepartments, (*ADMINISTRATORS, *STAFF, *SUPERVISORS), "tenant"),
    of(departments.GetDepartment, (*ADMINISTRATORS, *STAFF, *SUPERVISORS), "tenant"),
    of(departments.RegisterDuty, SECURITY, "tenant"),
    of(departments.RenameDuty, SECURITY, "tenant"),
    of(departments.ListDuties, (*ADMINISTRATORS, *STAFF, *SUPERVISORS), "tenant"),
    of(departments.OpenWindow, SYSTEM, "tenant"),
    of(departments.ChangeWindow, SYSTEM, "tenant"),
    of(departments.ListWindows, (*ADMINISTRATORS, *STAFF, *SUPERVISORS), "tenant"),
    of(departments.MapPlanTerm, (*SYSTEM, "policy_author"), "tenant"),
    of(departments.ListPlanTerms, (*ADMINISTRATORS, *OFFICERS), "tenant"),
    of(plan_terms.ListUnmappedTerms, (*SYSTEM, *OFFICERS), "tenant"),
    of(synonyms.ReplaceSynonyms, (*SYSTEM, "policy_author"), "tenant"),
    of(synonyms.GetSynonyms, (*SYSTEM, *OFFICERS), "tenant"),
    of(synonyms.ListSynonymVersions, (*SYSTEM, *OFFICERS), "tenant"),
    of(department_systems.RegisterDepartmentSystem, SYSTEM, "tenant"),
    of(department_systems.CloseDepartmentSystem, SYSTEM, "tenant", states=("open",)),
    of(department_systems.ListDepartmentSystems, SYSTEM, "tenant"),
    of(people.RegisterPerson, (*SECURITY, *WINDOW), "platform"),
    of(people.IdentifyPerson, (*SECURITY, *WINDOW), "platform"),
    of(people.ChangePerson, SECURITY, "platform"),
    of(people.ListPeople, SECURITY, "platform"),
    of(people.GetPerson, SECURITY, "platform"),
    of(people.ListCapacities, SECURITY, "platform"),
    of(people.AppointPerson, SECURITY, "tenant"),
    of(people.EndAppointment, SECURITY, "tenant"),
    of(people.NameStandIn, (*SECURITY, *STAFF), "own"),
    of(people.ListAppointments, (*SECURITY, *STAFF, *SUPERVISORS), "tenant"),
    of(people.GrantMandate, (*SECURITY, *WINDOW, *VIEW), "tenant"),
    of(people.EndMandate, (*SECURITY, *WINDOW, *VIEW), "tenant"),
    of(people.ListMandates, (*SECURITY, *WINDOW, *VIEW), "tenant"),
    of(accounts.InviteAccount, SECURITY, "tenant"),
    of(accounts.ListAccounts, SECURITY, "tenant"),
    of(accounts.RecoverAccount, SECURITY, "tenant"),
    of(accounts.SuspendAccount, SECURITY, "tenant"),
    of(accounts.ResumeAccount, SECURITY, "tenant"),
    of(accounts.InviteToLink, SECURITY, "tenant"),
    of(accounts.EndSessions, SECURITY, "tenant"),
    of(issuers.RegisterIssuer, SECURITY, "tenant"),
    of(issuers.ListIssuers, SECURITY, "tenant"),
    of(issuers.ChangeIssuer, SECURITY, "tenant"),
    of(issuers.CloseIssuer, SECURITY, "tenant"),
    of(security_events.ListSecurityEvents, ("audit_admin",), "tenant"),
    of(credentials.IssueCredential, SECURITY, "tenant"),
    of(credentials.RotateCredential, SECURITY, "tenant"),
    of(credentials.RevokeCredential, SECURITY, "tenant"),
    of(credentials.ListCredentials, SECURITY, "tenant"),
)

PUBLIC_ROWS = tuple(
    of(contract, (), "everybody")
    for contract in (
        calendars.GetCalendar,
        calendars.ListCalendars,
        credit_checks.ListPublishedDraws,
        open_data.ReadOpenData,
        outside_figures.ListOutsideFigures,
        oversight.TrackCase,
        policies.GetPolicy,
        policies.ListPolicies,
        policy_guide.GetGuide,
        public_notices.CheckObjection,
        public_notices.GetPublicNotice,
        public_notices.ListPublicNotices,
        public_notices.RaiseObjection,
        search.SearchPolicies,
    )
)

OFFICE = (*OFFICERS, *WINDOW, *BUREAU)
COUNTER = (*WINDOW, *BUREAU)
ENTERPRISE_ROWS: tuple[Permission, ...] = (
    of(enterprises.RegisterEnterprise, (*COUNTER, *PARTNER), "tenant"),
    of(enterprises.GetEnterprise, (*OFFICE, *VIEW), "tenant"),
    of(enterprise_lookup.FindEnterprise, (*SECURITY, *OFFICE, *PARTNER), "tenant"),
    of(enterprises.RecordFacts, ("policy_author", "first_review", *PARTNER), "tenant"),
    of(fact_records.GetFactHistory, (*OFFICE, *VIEW), "tenant"),
    of(fact_records.WithdrawFacts, (*OFFICERS, *BUREAU, *PARTNER), "tenant"),
    of(enterprise_imports.ImportEnterprises, (*OFFICERS, *BUREAU), "tenant"),
    of(enterprises.RegisterPayeeAccount, (*WINDOW, *ACCOUNTS), "tenant"),
    of(enterprises.ListPayeeAccounts, (*COUNTER, *INSPECTORS, *ACCOUNTS), "tenant"),
    of(enterprises.ConfirmPayeeAccount, COUNTER, "tenant", states=("registered",)),
    of(enterprises.WithdrawPayeeAccount, (*COUNTER, *ACCOUNTS), "tenant"),
    of(payee_holder_accounts.RegisterPayeeHolder, (*OFFICE, *ACCOUNTS), "tenant"),
    of(payee_holder_accounts.CorrectPayeeHolder, COUNTER, "tenant"),
    of(payee_holder_accounts.ListPayeeHolders, (*OFFICE, *INSPECTORS, *ACCOUNTS), "tenant"),
    of(payee_holder_accounts.GetPayeeHolder, (*OFFICE, *INSPECTORS, *ACCOUNTS), "tenant"),
    of(payee_holder_accounts.RegisterHolderAccount, (*OFFICERS, *WINDOW, *ACCOUNTS), "tenant"),
    of(payee_holder_accounts.ConfirmHolderAccount, COUNTER, "tenant", states=("registered",)),
    of(payee_holder_accounts.WithdrawHolderAccount, (*OFFICE, *ACCOUNTS), "tenant"),
    of(consents.ListConsents, (*BUREAU, *INSPECTORS, *VIEW), "tenant"),
    of(consents.ConsultLabel, BANK, "tenant"),
    of(consents.RevealContact, OFFICE, "tenant", step_up=True),
    of(consents.ReadContact, OFFICE, "own"),
    of(consents.ListDisclosures, (*INSPECTORS, *VIEW), "tenant"),
    of(materials.KeepMaterial, (*OFFICERS, *WINDOW, *PARTNER, *APPLY), "tenant"),
    of(given_materials.OpenKeptMaterial, (*WINDOW, *VIEW), "tenant"),
    of(materials.ListMaterials, (*OFFICE, *VIEW), "tenant"),
    of(materials.WithdrawMaterial, (*OFFICERS, *WINDOW, *APPLY), "tenant"),
    of(materials.ListExpiringMaterials, OFFICE, "tenant"),
    of(code_admissions.AskCodeAdmission, COUNTER, "tenant"),
    of(code_admissions.ListCodeAdmissions, (*COUNTER, *INSPECTORS), "tenant"),
    of(code_admissions.AdmitCode, BUREAU, "tenant", states=("asked",)),
    of(code_admissions.DeclineCodeAdmission, COUNTER, "tenant", states=("asked",)),
    of(merges.ProposeMerge, COUNTER, "tenant"),
    of(merges.ListMerges, (*COUNTER, *INSPECTORS), "tenant"),
    of(merges.ConfirmMerge, BUREAU, "tenant", states=("proposed",)),
    of(merges.DeclineMerge, COUNTER, "tenant", states=("proposed",)),
    of(name_changes.ProposeNameChange, COUNTER, "tenant"),
    of(name_changes.ListNameChanges, (*COUNTER, *INSPECTORS), "tenant"),
    of(name_changes.ConfirmNameChange, BUREAU, "tenant", states=("proposed",)),
    of(name_changes.DeclineNameChange, COUNTER, "tenant", states=("proposed",)),
    of(labels.ListLabels, (*OFFICE, *VIEW, *BANK), "tenant"),
    of(labels.DefineLabel, ("policy_author",), "department"),
    of(uploads.RecordUpload, (*STAFF, *PARTNER, *APPLY), "tenant"),
    of(entitlements.CheckEntitlement, (*OFFICERS, *WINDOW, *VIEW), "tenant"),
    of(entitlements.ListEntitlements, OFFICE, "tenant"),
    of(enterprises.ListContactChanges, (*COUNTER, *INSPECTORS, *VIEW), "tenant"),
)


OWN_ROWS: tuple[Permission, ...] = (
    of(application_drafts.DiscardApplicationDraft, APPLY, "enterprise"),
    of(application_drafts.GetApplicationDraft, APPLY, "enterprise"),
    of(application_drafts.ListApplicationDrafts, APPLY, "enterprise"),
    of(application_drafts.RenewApplicationDraft, APPLY, "enterprise"),
    of(application_drafts.SaveApplicationDraft, APPLY, "enterprise"),
    of(application_forms.GetApplicationForm, APPLY, "enterprise"),
    of(consents.GiveConsent, CONSENTS, "enterprise"),
    of(consents.RevokeConsent, CONSENTS, "enterprise"),
    of(consents.ListConsents, VIEW, "enterprise"),
    of(consents.ListDisclosures, VIEW, "enterprise"),
    of(credentials.ListPartnerBanks, VIEW, "enterprise"),
    of(enterprises.ChangeContact, CONTACTS, "enterprise"),
    of(enterprises.GetDossierSheet, VIEW, "enterprise"),
    of(enterprises.ListContactChanges, VIEW, "enterprise"),
    of(enterprises.ListPayeeAccounts, ACCOUNTS, "enterprise"),
    of(enterprises.RegisterPayeeAccount, ACCOUNTS, "enterprise"),
    of(enterprises.WithdrawPayeeAccount, ACCOUNTS, "enterprise"),
    of(payee_holder_accounts.ListPayeeHolders, ACCOUNTS, "enterprise"),
    of(payee_holder_accounts.GetPayeeHolder, ACCOUNTS, "enterprise"),
    of(payee_holder_accounts.RegisterPayeeHolder, ACCOUNTS, "enterprise"),
    of(payee_holder_accounts.RegisterHolderAccount, ACCOUNTS, "enterprise"),
    of(payee_holder_accounts.WithdrawHolderAccount, ACCOUNTS, "enterprise"),
    of(entitlements.CheckEntitlement, VIEW, "enterprise"),
    of(entitlements.ListEntitlements, VIEW, "enterprise"),
    of(intake.GetApplication, VIEW, "enterprise"),
    of(intake.ListApplications, VIEW, "enterprise"),
    of(intake.SubmitApplication, APPLY, "enterprise"),
    of(materials.ListMaterials, VIEW, "enterprise"),
    of(materials.KeepMaterial, APPLY, "enterprise"),
    of(materials.WithdrawMaterial, APPLY, "enterprise"),
    of(given_materials.OpenKeptMaterial, VIEW, "enterprise"),
    of(notify.ListMessages, VIEW, "enterprise"),
    of(notify.CountUnread, VIEW, "enterprise"),
    of(notify.MarkMessageRead, VIEW, "enterprise"),
    of(oversight.TrackOwnCases, VIEW, "enterprise"),
    of(acceptance.WithdrawClaim, APPLY, "enterprise", states=("received", "accepted")),
    of(supplements.AnswerSupplement, APPLY, "enterprise"),
    of(supplements.GetSupplement, VIEW, "enterprise"),
    of(people.EndMandate, VIEW, "enterprise"),
    of(people.ListMandates, VIEW, "enterprise"),
    of(people.NameAgent, VIEW, "enterprise"),
    of(search.SearchForEnterprise, VIEW, "enterprise"),
)
"""What an enterprise asks and does for itself: at its own doors, whatever else stands in the other rows."""


AUTHOR: tuple[DutyKind, ...] = ("policy_author",)
AUTHORS: tuple[DutyKind, ...] = ("policy_author", "leader")
OVERSEERS = (*OFFICERS, *BUREAU, *FINANCE, *SUPERVISORS)
ASKED = (*OFFICERS, *BUREAU, *FINANCE)
KEEPERS = (*OFFICERS, *BUREAU)
POLICY_ROWS: tuple[Permission, ...] = (
    of(authoring.CheckPolicyItem, OFFICERS, "department"),
    of(authoring.ListAuthoredItems, OVERSEERS, "tenant"),
    of(authoring.GetAuthoredItem, OVERSEERS, "tenant"),
    of(authoring.GetItemHistory, OVERSEERS, "tenant"),
    of(authoring.CompareItemVersions, OVERSEERS, "tenant"),
    of(authoring.FindDeclaredFacts, OFFICERS, "tenant"),
    of(documents.RegisterDocument, AUTHOR, "department"),
    of(documents.AmendDocument, AUTHOR, "department"),
    of(documents.RepealDocument, AUTHORS, "department"),
    of(documents.GetDocument, OFFICERS, "tenant"),
    of(documents.ListDocuments, OFFICERS, "tenant"),
    of(drafting.DraftPolicyItem, AUTHOR, "department"),
    of(drafting.EditDraft, AUTHOR, "department", states=("drafting",)),
    of(drafting.OpenConsultation, AUTHOR, "department", states=("drafting",)),
    of(drafting.RecallConsultation, AUTHOR, "department", states=("consulting",)),
    of(drafting.AnswerConsultation, ASKED, "department", states=("consulting",)),
    of(drafting.PublishDraft, AUTHORS, "department", states=("drafting", "consulted")),
    of(drafting.DiscardDraft, AUTHOR, "department"),
    of(drafting.GetDraft, ASKED, "department"),
    of(drafting.ListDrafts, ASKED, "department"),
    of(item_imports.ImportItems, AUTHOR, "department"),
    of(policies.PublishPolicyItem, AUTHORS, "department"),
    of(policies.RevisePolicyItem, AUTHORS, "department"),
    of(policies.SuspendPolicyItem, AUTHORS, "department", states=("published",)),
    of(policies.ResumePolicyItem, AUTHORS, "department", states=("suspended",)),
    of(policies.WithdrawPolicyItem, AUTHORS, "department"),
    of(outside_figures.RecordOutsideFigures, KEEPERS, "tenant"),
    of(outside_figures.WithdrawOutsideFigure, KEEPERS, "tenant"),
    of(entitlements.GetItemReach, (*KEEPERS, *FINANCE), "tenant"),
    of(entitlements.ListItemEnterprises, KEEPERS, "tenant"),
    of(entitlements.PreviewItem, (*OFFICERS, *FINANCE), "tenant"),
    of(trials.TryItem, OFFICERS, "tenant"),
    of(entitlements.ListMatches, (*KEEPERS, *PARTNER), "tenant"),
    of(operations.GetOperation, KEEPERS, "tenant"),
    of(operations.ListOperationLines, KEEPERS, "tenant"),
    of(operations.CancelOperation, KEEPERS, "tenant"),
    of(operations.ResumeOperation, KEEPERS, "tenant"),
    of(intake.NominateEnterprises, ("policy_author", "first_review"), "department"),
    of(nomination_lists.ImportNominations, ("policy_author", "first_review"), "department"),
)


MONEY_READERS = (*BUREAU, *FINANCE, *SUPERVISORS)
MONEY_ROWS: tuple[Permission, ...] = (
    of(treasury.AppropriateBudget, ("finance",), "tenant"),
    of(treasury.ListBudgetLines, MONEY_READERS, "tenant"),
    of(treasury.GetBudgetTotals, MONEY_READERS, "tenant"),
    of(forecasts.GetForecast, MONEY_READERS, "tenant"),
    of(treasury.GetLedgerTotals, MONEY_READERS, "tenant"),
    of(treasury.ListDisbursements, MONEY_READERS, "tenant"),
    of(treasury.SummariseDisbursements, MONEY_READERS, "tenant"),
    of(treasury.GetDisbursement, MONEY_READERS, "tenant"),
    of(deadlines.ListPayoutDeadlineMoves, MONEY_READERS, "tenant"),
    of(recoveries.ListRecoveries, (*BUREAU, *FINANCE), "tenant"),
    of(recoveries.SetWithheldTax, ("payment_maker",), "tenant", states=("held",), step_up=True),
    of(treasury.ClearContradiction, ("payment_check",), "tenant", step_up=True),
    of(treasury.AuthoriseDisbursement, ("payment_check",), "tenant", states=("ready",), step_up=True),
)


INBOX_ROWS: tuple[Permission, ...] = (
    of(notify.ListDutyMessages, (*SYSTEM, *STAFF, *SUPERVISORS), "own"),
    of(notify.CountUnread, (*SYSTEM, *STAFF, *SUPERVISORS), "own"),
    of(notify.MarkRead, (*SYSTEM, *STAFF, *SUPERVISORS), "own"),
)

MACHINES: frozenset[str] = frozenset(get_args(Machine))
HOLDERS: frozenset[str] = frozenset((*DUTY_KINDS, *get_args(Machine), *get_args(Mandated)))
PERMISSIONS = (
    *PLATFORM_ROWS,
    *PUBLIC_ROWS,
    *ENTERPRISE_ROWS,
    *OWN_ROWS,
    *POLICY_ROWS,
    *CASE_ROWS,
    *DECISION_ROWS,
    *INTEGRITY_ROWS,
    *MONEY_ROWS,
    *INBOX_ROWS,
)

_BY_CONTRACT: dict[tuple[type[Contract], bool], Permission] = {}
for _each in PERMISSIONS:
    _key = (_each.contract, _each.reach == "enterprise")
    assert _key not in _BY_CONTRACT, f"{_each.contract.__name__} stands twice in the table"
    _BY_CONTRACT[_key] = _each


def permission_for(contract: type[Contract], *, own_enterprise: bool = False) -> Permission:
    """The row of a contract: of the enterprise's own door where it has two. Raises NoPermissionDeclared."""
    for own in (own_enterprise, not own_enterprise):
        if (contract, own) in _BY_CONTRACT:
            return _BY_CONTRACT[contract, own]
    raise NoPermissionDeclared(contract.__name__)


def role_of(holder: Holder) -> Role:
    """The audience of a duty, a machine or whoever acts for an enterprise."""
    if holder.startswith("enterprise_"):
        return "enterprise"
    return ROLE_OF.get(cast("DutyKind", holder)) or cast("Role", holder)
