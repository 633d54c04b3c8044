"""What each command and query is answered with, when it is not refused.

The gateway documents its routes from this list; a test compares it with every service's entrypoints.
"""

from __future__ import annotations

from contracts import catalog, identity, intake, notify, oversight, review, treasury
from contracts.message import Command, Model, Query

ANSWERS: dict[type[Command] | type[Query], type[Model]] = {
    identity.OnboardTenant: identity.TenantView,
    identity.IssueCredential: identity.CredentialView,
    catalog.PublishPolicyItem: catalog.PolicyItemView,
    catalog.ListPolicies: catalog.PolicyPage,
    catalog.GetPolicy: catalog.PolicyItemView,
    catalog.CheckEntitlement: catalog.EntitlementView,
    catalog.RegisterEnterprise: catalog.EnterpriseView,
    catalog.GetEnterprise: catalog.EnterpriseView,
    catalog.RecordFacts: catalog.EnterpriseView,
    catalog.RegisterPayeeAccount: catalog.PayeeAccountView,
    catalog.ConfirmPayeeAccount: catalog.PayeeAccountView,
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
