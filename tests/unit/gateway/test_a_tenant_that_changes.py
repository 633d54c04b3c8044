"""What of a tenant may change, and what is refused: everything at once, in sentences."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.identity import OnboardTenant, TenantChanged, TenantOnboarded, TenantSettings
from contracts.refusal import Refused
from contracts.rule.shares import Level
from contracts.tenants import ChangeTenant
from gateway.identity.tenants.domain import Tenant, TenantIdReserved

TODAY = date(2026, 11, 29)


def onboarding(**changes: Any) -> OnboardTenant:
    words: dict[str, Any] = {
        "id": "xingguo",
        "parent_id": "ganzhou",
        "level": Level.COUNTY,
        "division_code": "360732",
        "division_code_since": date(1995, 1, 1),
        "name": "兴国县",
        "settings": TenantSettings(receipt_prefix="XG"),
    }
    return OnboardTenant.model_validate(words | changes)


def change(**changes: Any) -> ChangeTenant:
    """The command that would leave Xingguo as it is, but for these."""
    as_it_is = onboarding().model_dump(exclude={"level", "division_code_since"})
    return ChangeTenant.model_validate({**as_it_is, "why": "机构改革", "expected_version": 1, **changes})


@pytest.fixture
def xingguo() -> Tenant:
    tenant = Tenant.onboard(onboarding(), today=TODAY)
    tenant.pending.clear()
    tenant.version = 1
    return tenant


def refused(tenant: Tenant, parents: tuple[str, ...] = ("ganzhou",), **changes: Any) -> list[str]:
    """The codes of all that stands against this change; nothing of it happened."""
    before = tenant.view()
    with pytest.raises(Refused) as told:
        tenant.change(change(**changes), today=TODAY, parents=parents)
    assert tenant.view() == before
    assert tenant.pending == []
    return [reason.code for reason in told.value.reasons]


def test_an_onboarded_tenant_says_all_of_itself() -> None:
    tenant = Tenant.onboard(onboarding(), today=TODAY)
    (said,) = (recorded.event for recorded in tenant.pending)
    assert isinstance(said, TenantOnboarded)
    assert (said.division_code, said.division_code_since) == ("360732", date(1995, 1, 1))
    assert said.settings_version == 1


def test_a_changed_tenant_says_all_of_itself_and_why(xingguo: Tenant) -> None:
    settings = TenantSettings(receipt_prefix="XG", closing_time="18:00", payout_working_days=2)
    xingguo.change(change(name="兴国市", settings=settings), today=TODAY, parents=("ganzhou",))
    (said,) = (recorded.event for recorded in xingguo.pending)
    assert isinstance(said, TenantChanged)
    assert (said.name, said.settings, said.why) == ("兴国市", settings, "机构改革")
    assert said.settings_version == 2
    assert (said.division_code, said.level) == ("360732", Level.COUNTY)


def test_a_new_division_code_follows_the_old_one_which_is_kept(xingguo: Tenant) -> None:
    command = change(division_code="360785", division_code_since=date(2026, 11, 1))
    xingguo.change(command, today=TODAY, parents=("ganzhou",))
    view = xingguo.view()
    assert view.division_code == "360785"
    assert [(each.code, each.since) for each in view.division_codes] == [
        ("360732", date(1995, 1, 1)),
        ("360785", date(2026, 11, 1)),
    ]


def test_a_tenant_may_lose_its_parent(xingguo: Tenant) -> None:
    xingguo.change(change(parent_id=None), today=TODAY, parents=())
    assert xingguo.parent_id is None


@pytest.mark.parametrize(
    ("changes", "parents", "code"),
    [
        ({}, ("ganzhou",), "tenant_unchanged"),
        ({"parent_id": "nowhere"}, (), "parent_unknown"),
        ({"parent_id": "xingguo"}, ("xingguo", "ganzhou"), "parent_below"),
        ({"parent_id": "town"}, ("town", "xingguo", "ganzhou"), "parent_below"),
        ({"settings": TenantSettings(receipt_prefix="XX")}, ("ganzhou",), "receipt_prefix_fixed"),
        ({"settings": TenantSettings(receipt_prefix="XG", closing_time="08:30")}, ("ganzhou",), "closes_before_opening"),
        ({"settings": TenantSettings(receipt_prefix="XG", opening_time="18:00")}, ("ganzhou",), "closes_before_opening"),
        ({"division_code": "360785"}, ("ganzhou",), "division_code_undated"),
        ({"division_code": "360785", "division_code_since": date(1995, 1, 1)}, ("ganzhou",), "division_code_out_of_order"),
        (
            {"division_code": "360785", "division_code_since": date(2026, 11, 30)},
            ("ganzhou",),
            "division_code_not_yet_in_force",
        ),
    ],
)  # fmt: skip
def test_what_may_not_be_is_refused(
    xingguo: Tenant, changes: dict[str, Any], parents: tuple[str, ...], code: str
) -> None:
    assert refused(xingguo, parents, **changes) == [code]


def test_all_that_is_wrong_is_told_at_once(xingguo: Tenant) -> None:
    wrong = TenantSettings(receipt_prefix="XX", opening_time="17:30")
    codes = refused(xingguo, (), parent_id="nowhere", settings=wrong, division_code="1X")
    assert codes == ["closes_before_opening", "parent_unknown", "receipt_prefix_fixed", "division_code_undated"]


def test_a_code_of_today_holds_today(xingguo: Tenant) -> None:
    xingguo.change(change(division_code="1X", division_code_since=TODAY), today=TODAY, parents=("ganzhou",))
    assert xingguo.division_codes[-1].since == TODAY


@pytest.mark.parametrize("id", ["nation", "platform"])
def test_nobody_is_onboarded_under_the_name_of_the_nation_or_the_platform(id: str) -> None:
    with pytest.raises(TenantIdReserved, match=id):
        Tenant.onboard(onboarding(id=id), today=TODAY)


def test_offices_of_a_new_tenant_open_before_they_close() -> None:
    with pytest.raises(Refused) as told:
        Tenant.onboard(onboarding(settings=TenantSettings(opening_time="17:30")), today=TODAY)
    assert told.value.reasons[0].field == "settings.closing_time"
    assert "17:30" in told.value.message
