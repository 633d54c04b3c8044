"""What each command and query is answered with, when it is not refused.

The gateway documents its routes from this list; a test compares it with every service's entrypoints.
"""

from __future__ import annotations

from contracts import (
    authoring,
    enterprises,
    entitlements,
    fact_records,
    identity,
    intake,
    notify,
    oversight,
    policies,
    review,
    treasury,
)
from contracts.message import Command, Model, Query

ANSWERS: dict[type[Command] | type[Query], type[Model]] = {
    identity.OnboardTenant: identity.TenantView,
    identity.IssueCredential: identity.CredentialView,
    policies.PublishPolicyItem: policies.PolicyItemView,
    policies.RevisePolicyItem: authoring.AuthoredItemView,
    policies.SuspendPolicyItem: authoring.AuthoredItemView,
    policies.ResumePolicyItem: authoring.AuthoredItemView,
    policies.WithdrawPolicyItem: authoring.AuthoredItemView,
    authoring.ListAuthoredItems: authoring.AuthoredItemPage,
    authoring.GetAuthoredItem: authoring.AuthoredItemView,
    authoring.GetItemHistory: authoring.ItemHistory,
    authoring.CheckPolicyItem: authoring.CheckedItem,
    policies.ListPolicies: policies.PolicyPage,
    policies.GetPolicy: policies.PolicyItemView,
    entitlements.CheckEntitlement: entitlements.EntitlementView,
    enterprises.RegisterEnterprise: enterprises.EnterpriseView,
    enterprises.GetEnterprise: enterprises.EnterpriseView,
    enterprises.RecordFacts: enterprises.EnterpriseView,
    enterprises.RegisterPayeeAccount: enterprises.PayeeAccountView,
    enterprises.ConfirmPayeeAccount: enterprises.PayeeAccountView,
    enterprises.WithdrawPayeeAccount: enterprises.PayeeAccountView,
    enterprises.ListPayeeAccounts: enterprises.PayeeAccountList,
    fact_records.WithdrawFacts: enterprises.EnterpriseView,
    fact_records.GetFactHistory: fact_records.FactHistory,
    intake.SubmitApplication: intake.SubmissionReceipt,
    intake.GetApplication: intake.ApplicationView,
    intake.ListApplications: intake.ApplicationPage,
    intake.NominateEnterprises: intake.NominationView,
    review.GetCase: review.CaseView,
    review.ListCases: review.CasePage,
    review.ApproveCase: review.CaseView,
    review.RejectCase: review.CaseView,
    review.RecordInspection: review.CaseView,
    treasury.AppropriateBudget: treasury.BudgetLineView,
    treasury.ListBudgetLines: treasury.BudgetLinePage,
    treasury.AuthoriseDisbursement: treasury.DisbursementView,
    treasury.GetDisbursement: treasury.DisbursementView,
    treasury.ListDisbursements: treasury.DisbursementPage,
    treasury.GetLedgerTotals: treasury.LedgerTotals,
    notify.ListMessages: notify.MessagePage,
    oversight.TrackCase: oversight.TrackingView,
    oversight.TrackOwnCases: oversight.TrackingPage,
}
