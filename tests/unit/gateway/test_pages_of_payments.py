"""How money is released by its second person: one by one, and several after a look at all of them."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from portal_kit import Bus, Visitor
from staff_kit import (
    LAKH,
    appointments,
    case,
    claim,
    colleague,
    line,
    listed,
    payment,
    renewed,
    returned,
    sheet,
    summary,
    told,
)

from console.contracts.program import unconnected_gateway
from contracts.refusal import Refusal, StaleVersion
from gateway.bus import OutcomeUnknown
from gateway.identity.sessions.kept_forms import KeptForm
from gateway.portal.bureau.payments.many import AT_ONCE
from gateway.portal.sign_in import step_up
from gateway.portal.staff.asked import amount_in, asked_for

PEOPLE = {
    "checker": colleague("payment_check", where="章贡区行政审批局", id="checker-1"),
    "unproved": replace(colleague("payment_check", where="章贡区行政审批局", id="checker-1"), proved=False),
    "maker": colleague("payment_maker", where="章贡区行政审批局", id="maker-1"),
    "finance": colleague("finance", where="章贡区财政局", id="finance-1"),
    "reviewer": colleague("first_review"),
}
READY = (renewed(), payment(1), payment(2))
STALE = {"refused": StaleVersion().refusal().model_dump(mode="json")}
OWN = Refusal(kind="forbidden", code="maker_is_checker", message="审批人不得复核本人批准的兑付，须由另一人复核。")
MAKER_IS_CHECKER = {"refused": OWN.model_dump(mode="json")}
IDS = "&".join(f"id={each.disbursement_id}" for each in READY)


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {
        "list_disbursements": listed(*READY, cursor="next-page"),
        "summarise_disbursements": told(summary(*READY)),
        "get_disbursement": lambda query: told(returned() if query["disbursement_id"] == "payment-40" else renewed()),
        "get_case_sheet": told(sheet(case(4, state="approved", decided_by="officer-1", note="同意拨付"))),
        "list_budget_lines": listed(line(1)),
        "list_recoveries": listed(),
        "list_appointments": appointments(),
        "authorise_disbursement": told(payment(1, state="authorised", version=2)),
    }
    return gateway


@pytest.fixture
def bus(visitor: Visitor) -> Bus:
    return visitor.bus


def said_to(bus: Bus, method: str) -> list[dict[str, Any]]:
    return [payload["body"] for asked, payload in bus.asked if asked == method]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def fields_of(page: str) -> dict[str, str]:
    """The fields of the signature as the page shows them: what is hidden, and what is ticked."""
    form = page[page.index('id="authorise-payments"') :]
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    ticked = re.findall(r'type="checkbox" name="([^"]+)" value="true"[^>]* checked', form)
    return {name: html.unescape(value) for name, value in hidden} | dict.fromkeys(ticked, "true")


# -- the list --------------------------------------------------------------------------------------------------


def test_the_list_shows_count_total_and_the_three_largest_of_all_that_is_ready(visitor: Visitor, bus: Bus) -> None:
    text = text_of(visitor.get("/bureau/payments", "checker").text)
    assert "3 笔数" in text
    assert "¥1,200,000.00 合计金额" in text
    assert "1 其中重付" in text
    assert "每次最多选 50 笔" in text
    assert said_to(bus, "list_disbursements")[0]["state"] == "ready"
    assert said_to(bus, "list_disbursements")[0]["limit"] == AT_ONCE
    assert said_to(bus, "summarise_disbursements")[0]["state"] == "ready"


@pytest.mark.parametrize(
    ("holder", "called", "said"),
    [
        ("{name}", None, False),
        ("{name} ( 分厂 )", None, True),
        (" {name}", None, False),
        ("改名后的(集团)公司", "改名后的（集团）公司", False),
    ],
)
def test_a_holder_is_another_than_the_enterprise_only_by_name_and_not_by_writing(
    visitor: Visitor, holder: str, called: str | None, said: bool
) -> None:
    paid = renewed()
    written = holder.format(name=paid.claim.enterprise_name.replace("（", "(").replace("）", ")"))
    visitor.bus.answers["get_disbursement"] = told(paid.model_copy(update={"payee_name": written}))
    visitor.bus.answers["get_case_sheet"] = told(sheet(case(4, state="approved", enterprise_called=called)))
    page = visitor.get(f"/bureau/payments/{paid.disbursement_id}", "checker").text
    assert ("户名与企业名称不一致" in page) == said


def test_what_follows_a_return_is_flagged_with_its_account_version(visitor: Visitor) -> None:
    text = text_of(visitor.get("/bureau/payments", "checker").text)
    assert "重付，第 2 次" in text
    assert "第 2 个登记账户" in text


def test_only_a_checker_ticks_payments(visitor: Visitor) -> None:
    assert 'name="id"' in visitor.get("/bureau/payments", "checker").text
    assert 'name="id"' not in visitor.get("/bureau/payments", "maker").text
    assert visitor.get("/bureau/payments", "reviewer").status_code == 403


def test_the_box_takes_an_amount(visitor: Visitor, bus: Bus) -> None:
    visitor.get("/bureau/payments?about=20 万元", "checker")
    asked = said_to(bus, "list_disbursements")[0]
    assert (asked["amount_fen"], asked["about"], asked["state"]) == (LAKH, None, None)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("200000", LAKH),
        ("200,000.00", LAKH),
        ("￥200,000", LAKH),
        ("20万", LAKH),
        ("12.5万元", 12_500_000),
        ("0.5元", 50),
        ("虔矿", None),
        ("ZGQ-20260310-000001", None),
        ("91360702DEM000014H", None),
        ("1.234", None),
    ],
)
def test_an_amount_is_known_by_its_look(typed: str, fen: int | None) -> None:
    assert amount_in(typed.replace("￥", "¥")) == fen


def test_a_number_in_wide_digits_is_the_same_number() -> None:
    assert asked_for("２００，０００") == {"amount_fen": LAKH}
    assert (amount_in("２０２６"), amount_in("２０万元")) == (202_600, LAKH)
    assert asked_for("  ") == {}
    assert asked_for("虔矿") == {"about": "虔矿"}


@pytest.mark.parametrize("typed", ["٢٠٢٦", "２٠٢", "१०००"])
def test_digits_of_another_script_are_no_amount(typed: str) -> None:
    assert amount_in(typed) is None


# -- one payment -----------------------------------------------------------------------------------------------


def test_one_payment_shows_all_that_it_rests_on(visitor: Visitor) -> None:
    text = text_of(visitor.get("/bureau/payments/payment-4", "checker").text)
    for shown in (
        "上一次已退汇，原因：账号与户名不符",
        "（第 1 个）更正为 6222…1004（第 2 个）",
        "审批人 李审批",
        "审批意见 同意拨付",
        "2026 · 章贡区工业和信息化局",
        "可用 ¥5,400,000.00",
        "上年度研发投入 2,000,000 元 × 10% = 200,000 元",
        "复核放行 ¥200,000.00",
    ):
        assert shown in text


def test_of_a_case_of_another_tenant_only_the_payment_is_read(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_disbursement"] = told(payment(6, claim=claim(6, tenant="ganzhou")))
    text = text_of(visitor.get("/bureau/payments/payment-6", "checker").text)
    assert "该办件由其他地区审核" in text
    assert said_to(bus, "get_case_sheet") == []


def test_finance_reads_a_payment_and_releases_none(visitor: Visitor) -> None:
    page = visitor.get("/bureau/payments/payment-4", "finance")
    assert page.status_code == 200
    assert "复核放行" not in page.text
    assert visitor.post("/bureau/payments/payment-4/authorise", {"_version": "1"}, "finance").status_code == 403


def test_what_is_not_ready_has_no_signature(visitor: Visitor, bus: Bus) -> None:
    bus.answers["get_disbursement"] = told(payment(1, state="held", line_id=None, reason="预算余额不足"))
    page = visitor.get("/bureau/payments/payment-1", "checker").text
    assert "复核放行" not in page
    assert "预算余额不足" in page
    assert "尚未落实预算指标" in page


def test_a_payment_is_released_in_the_version_that_was_looked_at(visitor: Visitor, bus: Bus) -> None:
    sent = visitor.post("/bureau/payments/payment-4/authorise?state=ready", {"_version": "1"}, "checker")
    assert sent.headers["location"] == "/bureau/payments/payment-4?state=ready&done=authorised"
    assert said_to(bus, "authorise_disbursement") == [{"disbursement_id": "payment-4", "expected_version": 1}]


def test_the_makers_own_signature_is_refused_in_treasurys_words(visitor: Visitor, bus: Bus) -> None:
    bus.answers["authorise_disbursement"] = MAKER_IS_CHECKER
    sent = visitor.post("/bureau/payments/payment-4/authorise", {"_version": "1"}, "checker")
    assert sent.status_code == 403
    assert OWN.message in sent.text


def test_of_a_payment_that_changed_meanwhile_the_checker_sees_what_changed(visitor: Visitor, bus: Bus) -> None:
    page = visitor.get("/bureau/payments/payment-4", "checker").text
    found = re.search(r'name="_seen" value="([^"]*)"', page)
    assert found
    bus.answers |= {
        "authorise_disbursement": STALE,
        "get_disbursement": told(payment(4, amount_fen=LAKH // 2, version=3)),
        "list_recoveries": listed(),
    }
    said = {"_version": "1", "_seen": html.unescape(found[1])}
    sent = visitor.post("/bureau/payments/payment-4/authorise", said, "checker")
    assert sent.status_code == 412
    assert "金额：¥200,000.00 → ¥100,000.00" in sent.text
    assert 'name="_version" value="3"' in sent.text


# -- several ---------------------------------------------------------------------------------------------------


def test_the_review_shows_count_total_and_the_largest_and_what_cannot_be_released(visitor: Visitor, bus: Bus) -> None:
    bus.answers["list_disbursements"] = listed(*READY, payment(7, state="sent"))
    page = visitor.get(f"/bureau/payments/review?{IDS}&id=payment-7", "checker")
    text = text_of(page.text)
    assert "以上共 3 笔，合计 ¥1,200,000.00" in text
    assert "这些不在待复核之列，不会办理" in text
    assert said_to(bus, "list_disbursements")[0]["ids"] == ["payment-4", "payment-1", "payment-2", "payment-7"]
    assert said_to(bus, "summarise_disbursements")[0]["ids"] == ["payment-4", "payment-1", "payment-2"]


def test_more_than_fifty_are_not_reviewed_together(visitor: Visitor) -> None:
    ids = "&".join(f"id=payment-{n}" for n in range(AT_ONCE + 1))
    assert visitor.get(f"/bureau/payments/review?{ids}", "checker").status_code == 422


def test_nobody_else_reviews(visitor: Visitor) -> None:
    assert visitor.get(f"/bureau/payments/review?{IDS}", "maker").status_code == 403


def test_each_is_released_by_a_command_of_its_own_with_its_own_key(visitor: Visitor, bus: Bus) -> None:
    fields = fields_of(visitor.get(f"/bureau/payments/review?{IDS}", "checker").text)
    bus.answers["list_disbursements"] = listed(*(each.model_copy(update={"state": "authorised"}) for each in READY))
    done = visitor.post(f"/bureau/payments/authorise?{IDS}", fields, "checker")
    assert done.status_code == 200
    assert "3 笔中已复核放行 3 笔" in done.text
    orders = [payload for method, payload in bus.asked if method == "authorise_disbursement"]
    assert [each["body"]["disbursement_id"] for each in orders] == ["payment-4", "payment-1", "payment-2"]
    assert len({each["idempotency_key"] for each in orders}) == 3


def test_the_same_signature_sent_twice_is_the_same_three_orders(visitor: Visitor, bus: Bus) -> None:
    fields = fields_of(visitor.get(f"/bureau/payments/review?{IDS}", "checker").text)
    for _ in range(2):
        visitor.post(f"/bureau/payments/authorise?{IDS}", fields, "checker")
    keys = [payload["idempotency_key"] for method, payload in bus.asked if method == "authorise_disbursement"]
    assert keys[:3] == keys[3:]


def test_what_is_not_ticked_is_not_released(visitor: Visitor, bus: Bus) -> None:
    fields = fields_of(visitor.get(f"/bureau/payments/review?{IDS}", "checker").text)
    del fields["rows.1.chosen"]
    visitor.post(f"/bureau/payments/authorise?{IDS}", fields, "checker")
    released = [body["disbursement_id"] for body in said_to(bus, "authorise_disbursement")]
    assert released == ["payment-4", "payment-2"]


def test_a_signature_under_nothing_is_refused(visitor: Visitor, bus: Bus) -> None:
    fields = fields_of(visitor.get(f"/bureau/payments/review?{IDS}", "checker").text)
    none = {name: value for name, value in fields.items() if not name.endswith("chosen")}
    sent = visitor.post(f"/bureau/payments/authorise?{IDS}", none, "checker")
    assert sent.status_code == 422
    assert "请至少勾选一笔。" in sent.text
    assert not any(name.endswith("chosen") for name in fields_of(sent.text))
    assert said_to(bus, "authorise_disbursement") == []


def outcomes(bus: Bus, **answers: Any) -> None:
    def answer(order: dict[str, Any]) -> Any:
        return answers[order["disbursement_id"].replace("-", "_")]

    bus.answers["authorise_disbursement"] = answer


def test_one_that_is_refused_does_not_stop_its_neighbours_and_stays_ticked_with_its_reason(
    visitor: Visitor, bus: Bus
) -> None:
    fields = fields_of(visitor.get(f"/bureau/payments/review?{IDS}", "checker").text)
    done = told(payment(1, state="authorised", version=2))
    outcomes(bus, payment_4=MAKER_IS_CHECKER, payment_1=done, payment_2=done)
    bus.answers["list_disbursements"] = listed(renewed(), payment(1, state="authorised"), payment(2, state="sent"))
    bus.answers["summarise_disbursements"] = told(summary(renewed()))
    page = visitor.post(f"/bureau/payments/authorise?{IDS}", fields, "checker").text
    text = text_of(page)
    assert "3 笔中已复核放行 2 笔" in text
    assert f"✗ {OWN.message}" in text
    left = fields_of(page)
    assert left["rows.0.disbursement_id"] == "payment-4"
    assert left["rows.0.chosen"] == "true"
    assert left["rows.0.key"] != fields["rows.0.key"], "what was refused is another order when it is sent again"


def test_one_whose_outcome_nobody_knows_keeps_its_key(visitor: Visitor, bus: Bus) -> None:
    fields = fields_of(visitor.get(f"/bureau/payments/review?{IDS}", "checker").text)
    done = told(payment(1, state="authorised", version=2))
    outcomes(bus, payment_4=OutcomeUnknown("treasury"), payment_1=done, payment_2=done)
    bus.answers["list_disbursements"] = listed(renewed().model_copy(update={"state": "authorised", "version": 2}))
    left = fields_of(visitor.post(f"/bureau/payments/authorise?{IDS}", fields, "checker").text)
    assert (left["rows.0.key"], left["rows.0.version"]) == (fields["rows.0.key"], fields["rows.0.version"])


def test_one_that_changed_after_it_was_ticked_says_what_stood_there(visitor: Visitor, bus: Bus) -> None:
    fields = fields_of(visitor.get(f"/bureau/payments/review?{IDS}", "checker").text)
    bus.answers["authorise_disbursement"] = STALE
    bus.answers["list_disbursements"] = listed(renewed().model_copy(update={"amount_fen": LAKH // 4, "version": 5}))
    page = visitor.post(f"/bureau/payments/authorise?{IDS}", fields, "checker").text
    assert f"勾选后已变化，原为：{fields['rows.0.seen']}" in text_of(page)
    assert fields_of(page)["rows.0.version"] == "5"


# -- a fresh second factor -------------------------------------------------------------------------------------


def test_a_signature_asks_for_a_fresh_second_factor_and_keeps_what_was_ticked(
    visitor: Visitor, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[str, KeptForm]] = []

    def keep(_frame: object, _person: str, path: str, form: KeptForm) -> str:
        kept.append((path, form))
        return "kept-key"

    monkeypatch.setattr(step_up, "keep_form", keep)
    fields = fields_of(visitor.get(f"/bureau/payments/review?{IDS}", "checker").text)
    del fields["rows.1.chosen"]
    one = visitor.post("/bureau/payments/payment-4/authorise", {"_version": "1"}, "unproved")
    many = visitor.post(f"/bureau/payments/authorise?{IDS}", fields, "unproved")
    for sent in (one, many):
        assert (sent.status_code, sent.headers["location"].split("?")[0]) == (303, "/sign-in/confirm")
    assert [path for path, _form in kept] == ["/bureau/payments/payment-4", "/bureau/payments/review"]
    assert said_to(bus, "authorise_disbursement") == []

    class Keeper:
        async def again(self, _request: object, key: str) -> KeptForm | None:
            return kept[1][1] if key == "kept-key" else None

    monkeypatch.setattr(visitor.app.state, "form_keeper", Keeper())
    back = fields_of(visitor.get(f"/bureau/payments/review?{IDS}&kept=kept-key", "checker").text)
    assert {name for name in back if name.endswith("chosen")} == {"rows.0.chosen", "rows.2.chosen"}
