"""Departments look after what they have published: items, the documents under them, and the check, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from authoring_kit import (
    ITEM,
    MINOR,
    OWNER,
    STRANGER,
    catalog_with_tenants,
    codes,
    done,
    due,
    history,
    refused,
)
from front_office import (
    CITY,
    XINGGUO,
    Replica,
    officer_of,
)

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.authoring import CheckPolicyItem, GetAuthoredItem, GetItemHistory, ListAuthoredItems
from contracts.documents import (
    AmendDocument,
    GetDocument,
    IssuedDocument,
    ListDocuments,
    RegisterDocument,
    RepealDocument,
)
from contracts.item import ItemStatus, PolicyDocument, PolicyItemContent
from contracts.message import Actor
from contracts.policies import (
    GetPolicy,
    ListPolicies,
    PublishPolicyItem,
    ResumePolicyItem,
    RevisePolicyItem,
    SuspendPolicyItem,
    WithdrawPolicyItem,
)
from contracts.rule import InstalmentPlan, Level
from services.catalog.policies import validity


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def catalog(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Replica:
    return catalog_with_tenants(service_frame, service_database, clock)


# -- the life of an item --------------------------------------------------------------------------------------


def test_an_item_is_revised_suspended_resumed_and_withdrawn_and_its_history_tells_it(catalog: Replica) -> None:
    item_id = done(catalog, PublishPolicyItem(content=ITEM))["item_id"]
    changed = ITEM.model_copy(
        update={"title": "新标题", "guide": ITEM.guide.model_copy(update={"standard": "10 万元"})}
    )
    revise = RevisePolicyItem(
        item_id=item_id, expected_version=1, content=changed, reason="提高标准", ground=MINOR, guide_confirmed=True
    )
    assert refused(catalog, revise, STRANGER)["code"] == "item_of_other_department"
    revised = done(catalog, revise)
    assert (revised["version"], revised["item_version"]) == (2, 2)
    assert refused(catalog, revise)["code"] == "stale_version"
    suspended = done(catalog, SuspendPolicyItem(item_id=item_id, expected_version=2, reason="资金用完"))
    assert (suspended["state"], suspended["state_reason"]) == ("suspended", "资金用完")
    assert catalog.asked(ListPolicies(), tenant=None)["ok"]["items"] == []
    public = catalog.asked(GetPolicy(item_id=item_id), tenant=None)["ok"]
    assert (public["state"], public["version"], public["latest_version"]) == ("suspended", 2, 2)
    first = catalog.asked(GetPolicy(item_id=item_id, item_version=1), tenant=None)["ok"]
    assert (first["version"], first["content"]["title"]) == (1, ITEM.title)
    assert catalog.asked(GetPolicy(item_id=item_id, item_version=9), tenant=None)["refused"]["code"] == "item_unknown"
    done(catalog, ResumePolicyItem(item_id=item_id, expected_version=3, reason="资金已补充"))
    assert len(catalog.asked(ListPolicies(), tenant=None)["ok"]["items"]) == 1
    done(catalog, WithdrawPolicyItem(item_id=item_id, expected_version=4, reason="文件废止"))
    again = refused(catalog, ResumePolicyItem(item_id=item_id, expected_version=5, reason="再试"))
    assert (again["code"], again["message"]) == ("item_not_in_that_state", "该事项已废止，不能恢复。")
    told = history(catalog, item_id)
    assert [(each["action_name"], each["reason"]) for each in told] == [
        ("废止", "文件废止"),
        ("恢复", "资金已补充"),
        ("暂停", "资金用完"),
        ("修订", "提高标准"),
        ("发布", told[4]["reason"]),
    ]
    differing = {each["label"]: (each["before"], each["after"]) for each in told[3]["differences"]}
    assert differing == {"事项名称": (ITEM.title, "新标题"), "办事指南·扶持标准": (ITEM.guide.standard, "10 万元")}
    events = [row[0].rsplit(".", 1)[-1] for row in catalog.rows("SELECT type FROM outbox ORDER BY position")]
    assert events == ["PolicyPublished", "PolicyRevised", "PolicySuspended", "PolicyResumed", "PolicyWithdrawn"]


def test_the_history_is_read_page_by_page(catalog: Replica) -> None:
    item_id = done(catalog, PublishPolicyItem(content=ITEM))["item_id"]
    for number in range(3):
        done(catalog, PublishPolicyItem(content=ITEM.model_copy(update={"title": f"标题 {number}"})))
    seen, cursor = [], None
    while True:
        page = catalog.asked(GetItemHistory(item_id=item_id, limit=1, cursor=cursor), actor=OWNER)["ok"]
        seen += [change["item_version"] for change in page["changes"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [4, 3, 2, 1]
    assert catalog.asked(GetItemHistory(item_id="nothing"), actor=OWNER)["refused"]["code"] == "item_unknown"
    assert catalog.asked(GetItemHistory(item_id=item_id), actor=OWNER, tenant=XINGGUO)["refused"]


def test_a_department_is_reminded_before_the_end_and_then_the_item_expires_and_may_be_renewed(
    catalog: Replica, clock: FixedClock
) -> None:
    ending = ITEM.model_copy(update={"valid_to": date(2026, 12, 31)})
    item_id = done(catalog, PublishPolicyItem(content=ending))["item_id"]
    listed = catalog.asked(ListAuthoredItems(), actor=OWNER)["ok"]["items"]
    assert (listed[0]["expires_on"], listed[0]["notices"]) == ("2026-12-31", [])
    clock.advance(datetime(2026, 12, 1, 0, 0, tzinfo=UTC) - clock.now())
    assert due(catalog, validity.ITEM_VALIDITY, validity.look_at_validity) == 1
    (reminded,) = catalog.asked(ListAuthoredItems(), actor=OWNER)["ok"]["items"]
    assert [notice["code"] for notice in reminded["notices"]] == ["review_due"]
    assert "还剩 30 天" in reminded["notices"][0]["text"]
    assert not reminded["zombie"]
    clock.advance(datetime(2026, 12, 31, 16, 0, tzinfo=UTC) - clock.now())
    while due(catalog, validity.ITEM_VALIDITY, validity.look_at_validity):
        pass
    public = catalog.asked(GetPolicy(item_id=item_id), tenant=None)["ok"]
    assert (public["state"], public["state_reason"]) == ("expired", "有效期至 2026-12-31")
    assert catalog.asked(ListPolicies(), tenant=None)["ok"]["items"] == []
    renewed = ITEM.model_copy(update={"valid_to": date(2027, 12, 31)})
    order = RevisePolicyItem(item_id=item_id, expected_version=2, content=renewed, reason="延续一年", ground=MINOR)
    assert done(catalog, order)["state"] == "published"
    assert catalog.asked(ListAuthoredItems(), actor=OWNER)["ok"]["items"][0]["notices"] == []
    assert history(catalog, item_id)[1]["actor_name"] == "系统"


def test_two_officers_at_once_change_an_item_once(catalog: Replica) -> None:
    item_id = done(catalog, PublishPolicyItem(content=ITEM))["item_id"]
    order = SuspendPolicyItem(item_id=item_id, expected_version=1, reason="资金用完")
    answers = [catalog.ordered(order, actor=OWNER) for _ in range(2)]
    assert [("ok" in answer) for answer in answers] == [True, False]
    assert answers[1]["refused"]["code"] == "stale_version"


def test_what_was_published_before_this_version_is_read_and_revised_as_before(catalog: Replica) -> None:
    item_id = done(catalog, PublishPolicyItem(content=ITEM))["item_id"]
    # A writer of the version before knows neither versions nor grounds.
    catalog.does("DELETE FROM policy_item_version")
    catalog.does("UPDATE policy_item SET ground = NULL, expires_on = NULL")
    assert catalog.asked(GetPolicy(item_id=item_id), tenant=None)["ok"]["version"] == 1
    assert catalog.asked(GetPolicy(item_id=item_id, item_version=1), tenant=None)["ok"]["version"] == 1
    assert done(catalog, PublishPolicyItem(content=ITEM))["version"] == 2


# -- documents and zombies ------------------------------------------------------------------------------------

DOCUMENT = IssuedDocument(
    name="赣州市若干措施",
    authority="赣州市人民政府",
    level=Level.CITY,
    number="赣市府发〔2026〕9号",
    valid_to=date(2026, 12, 31),
)
CITY_OFFICER = Actor(id="city-1", roles=frozenset({"department"}), department="赣州市科技局")


def citing(document_id: str) -> PolicyItemContent:
    return ITEM.model_copy(update={"document": PolicyDocument(document_id=document_id)})


def test_an_item_rests_on_a_document_of_the_city_and_shows_it_as_it_was_registered(catalog: Replica) -> None:
    document = done(catalog, RegisterDocument(document=DOCUMENT), CITY_OFFICER, CITY)
    assert refused(catalog, RegisterDocument(document=DOCUMENT), CITY_OFFICER, CITY)["code"] == (
        "document_registered_already"
    )
    item = done(catalog, PublishPolicyItem(content=citing(document["document_id"])))
    assert item["content"]["document"]["number"] == "赣市府发〔2026〕9号"
    (listed,) = catalog.asked(ListAuthoredItems(), actor=OWNER)["ok"]["items"]
    assert listed["expires_on"] == "2026-12-31", "an item without an end of its own ends with its document"
    read = catalog.asked(GetDocument(document_id=document["document_id"]))["ok"]
    assert (read["items"], read["version"]) == (1, 1)
    here = catalog.asked(ListDocuments(words="若干"))["ok"]["documents"]
    assert [each["document_id"] for each in here] == [document["document_id"]]
    elsewhere = done(catalog, RegisterDocument(document=DOCUMENT), officer_of("兴国县科技局"), XINGGUO)
    unknown = refused(catalog, PublishPolicyItem(content=citing(elsewhere["document_id"])))
    assert codes(unknown) == ["document_unknown"]


def test_items_whose_document_is_repealed_are_zombies_until_their_department_acts(catalog: Replica) -> None:
    document = done(catalog, RegisterDocument(document=DOCUMENT), CITY_OFFICER, CITY)
    item_id = done(catalog, PublishPolicyItem(content=citing(document["document_id"])))["item_id"]
    zombies = ListAuthoredItems(zombies=True)
    assert catalog.asked(zombies, actor=OWNER)["ok"]["items"] == []
    repeal = RepealDocument(
        document_id=document["document_id"], expected_version=1, repealed_on=date(2026, 3, 1), basis="新文件第十条"
    )
    assert refused(catalog, repeal, STRANGER, CITY)["code"] == "document_of_other_department"
    assert done(catalog, repeal, CITY_OFFICER, CITY)["state"] == "repealed"
    (zombie,) = catalog.asked(zombies, actor=OWNER)["ok"]["items"]
    assert (zombie["item_id"], zombie["zombie"]) == (item_id, True)
    assert "《赣州市若干措施》已于 2026-03-01 废止" in zombie["notices"][0]["text"]
    revise = RevisePolicyItem(
        item_id=item_id, expected_version=1, content=citing(document["document_id"]), reason="延续", ground=MINOR
    )
    assert codes(refused(catalog, revise)) == ["document_repealed"]
    done(catalog, WithdrawPolicyItem(item_id=item_id, expected_version=1, reason="依据已废止"))
    assert catalog.asked(zombies, actor=OWNER)["ok"]["items"] == []


def test_an_item_that_outlives_its_document_is_a_zombie(catalog: Replica, clock: FixedClock) -> None:
    document = done(catalog, RegisterDocument(document=DOCUMENT), CITY_OFFICER, CITY)
    content = citing(document["document_id"]).model_copy(
        update={"valid_to": date(2027, 12, 31), "sample": False, "status": ItemStatus.IN_FORCE}
    )
    done(catalog, PublishPolicyItem(content=content, ground=MINOR))
    assert catalog.asked(ListAuthoredItems(zombies=True), actor=OWNER)["ok"]["items"] == []
    clock.advance(datetime(2027, 1, 1, 4, 0, tzinfo=UTC) - clock.now())
    (zombie,) = catalog.asked(ListAuthoredItems(zombies=True), actor=OWNER)["ok"]["items"]
    assert zombie["notices"][0]["text"] == "所依据的文件《赣州市若干措施》有效期已于 2026-12-31 届满"


def test_an_item_whose_rules_may_overpay_says_so_in_the_list_and_on_its_page(catalog: Replica) -> None:
    due_on = {"node": "day", "day": "2027-01-01"}
    second = {"label": "第二年", "fraction": "1/2", "due_on": due_on}
    halves = {"parts": [{"label": "第一年", "fraction": "1/2"}, second]}
    plan = InstalmentPlan.model_validate(halves)
    early = ITEM.model_copy(update={"rules": ITEM.rules.model_copy(update={"instalments": plan})})
    item_id = done(catalog, PublishPolicyItem(content=early, guide_confirmed=True))["item_id"]
    # As it was published before a later instalment had to say from when it is due.
    catalog.does("UPDATE policy_item SET content = content #- '{rules,instalments,parts,1,due_on}'")
    (listed,) = catalog.asked(ListAuthoredItems(), actor=OWNER)["ok"]["items"]
    assert ([each["code"] for each in listed["notices"]], listed["zombie"]) == (["may_overpay"], False)
    assert "第 2 期“第二年”没有写明何时到期" in listed["notices"][0]["text"]
    (why,) = catalog.asked(GetAuthoredItem(item_id=item_id), actor=OWNER)["ok"]["may_overpay"]
    assert why in listed["notices"][0]["text"]


def test_an_amended_document_has_a_history_too_and_a_repealed_one_is_left_alone(catalog: Replica) -> None:
    document = done(catalog, RegisterDocument(document=DOCUMENT), CITY_OFFICER, CITY)
    amended = DOCUMENT.model_copy(update={"valid_to": date(2027, 12, 31)})
    order = AmendDocument(document_id=document["document_id"], expected_version=1, document=amended, reason="延期")
    assert done(catalog, order, CITY_OFFICER, CITY)["document"]["valid_to"] == "2027-12-31"
    rows = catalog.rows("SELECT action, reason, differences FROM policy_change ORDER BY version")
    assert rows[1] == (
        "amended",
        "延期",
        [{"where": "/valid_to", "label": "有效期止", "before": "2026-12-31", "after": "2027-12-31"}],
    )
    repeal = RepealDocument(
        document_id=document["document_id"], expected_version=2, repealed_on=date(2026, 3, 1), basis="新文件"
    )
    done(catalog, repeal, CITY_OFFICER, CITY)
    late = order.model_copy(update={"expected_version": 3})
    assert refused(catalog, late, CITY_OFFICER, CITY)["code"] == "document_repealed_already"


# -- the check ------------------------------------------------------------------------------------------------


def test_a_check_names_every_problem_at_its_place_and_keeps_nothing(catalog: Replica) -> None:
    good = catalog.asked(CheckPolicyItem(content=ITEM.model_dump(mode="json")), actor=OWNER)["ok"]
    assert (good["publishable"], good["problems"]) == (True, [])
    assert good["sentences"]["eligibility"]
    broken = ITEM.model_copy(
        update={"fair_competition": None, "sample": False, "status": ItemStatus.EXPIRED, "valid_to": date(2026, 1, 1)}
    )
    found = catalog.asked(CheckPolicyItem(content=broken.model_dump(mode="json")), actor=OWNER)["ok"]
    assert {problem["where"] for problem in found["problems"]} == {"/fair_competition", "/status", "/valid_to"}
    assert catalog.rows("SELECT count(*) FROM policy_draft") == [(0,)]
