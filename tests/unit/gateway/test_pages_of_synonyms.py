"""The list of synonyms on its page: read, changed whole, and shown again with everything that is wrong."""

from __future__ import annotations

import html
from typing import Any

import pytest
from page_samples import synonyms as samples
from portal_kit import Bus, Visitor

from console.contracts.program import unconnected_gateway
from contracts.refusal import Reason, Refusal
from gateway.portal.platform.synonyms.lines import groups_in, lines_of

SYSTEM, COUNTY = "synonyms_system", "synonyms_county"
WRITTEN = {"lines": "火炬券、科技券\n\n火炬企业，高企  国高企业", "note": "企业都这么叫", "_version": "2"}


@pytest.fixture(scope="module")
def gateway() -> Visitor:
    return Visitor(unconnected_gateway(), Bus(), samples.PEOPLE)


@pytest.fixture
def visitor(gateway: Visitor) -> Visitor:
    gateway.bus.asked.clear()
    gateway.bus.answers = {**samples.ANSWERS, "replace_synonyms": samples.json(samples.OWN)}
    return gateway


def ordered(visitor: Visitor) -> dict[str, Any]:
    (envelope,) = [payload for method, payload in visitor.bus.asked if method == "replace_synonyms"]
    return envelope


def test_lines_are_groups_and_groups_lines() -> None:
    groups = (("火炬券", "科技券"), ("R&D", "研发"))
    assert groups_in(lines_of(groups)) == groups
    assert groups_in("火炬券，科技券；创新券\n \n、") == (("火炬券", "科技券", "创新券"), ())


def test_the_page_shows_what_counts_here_and_whose_it_is(visitor: Visitor) -> None:
    page = html.unescape(visitor.get(f"{samples.PAGE}?tenant=xingguo", SYSTEM).text)
    assert "火炬券、科技券" in page and "第 2 版" in page
    assert "赣州市" in page and "赣企通、惠企通" in page
    assert "高企、高新技术企业、国高" in page


def test_the_list_is_sent_back_whole_with_the_version_that_was_read(visitor: Visitor) -> None:
    sent = visitor.post(f"{samples.PAGE}?tenant=xingguo", {**WRITTEN, "tenant": "xingguo"}, SYSTEM)
    assert sent.status_code == 303, html.unescape(sent.text)
    assert sent.headers["location"] == f"{samples.PAGE}?tenant=xingguo&done=synonyms_replaced"
    order = ordered(visitor)
    assert order["tenant"] == "xingguo"
    assert order["body"]["groups"] == [["火炬券", "科技券"], ["火炬企业", "高企", "国高企业"]]
    assert order["body"]["expected_version"] == 2


def test_what_is_wrong_is_shown_beside_the_list_and_nothing_typed_is_lost(visitor: Visitor) -> None:
    reasons = (
        Reason(code="synonym_group_of_one", message="第 1 组只有“火炬券”一个词", field="groups.0"),
        Reason(code="synonym_word_too_short", message="第 2 组的“券”只有一个字", field="groups.1.0"),
    )
    refusal = Refusal(kind="invalid", code="synonyms_refused", message="同义词表有误。", reasons=reasons)
    visitor.bus.answers["replace_synonyms"] = {"refused": refusal.model_dump(mode="json")}
    sent = visitor.post(samples.PAGE, {**WRITTEN, "lines": "火炬券\n券、票"}, COUNTY)
    page = html.unescape(sent.text)
    assert sent.status_code == 422
    assert all(page.count(each.message) == 2 for each in reasons), "in the summary and beside the field"
    assert "火炬券\n券、票" in page


def test_every_version_is_shown_with_who_changed_it_and_why(visitor: Visitor) -> None:
    page = html.unescape(visitor.get(f"{samples.VERSIONS}?tenant=xingguo", SYSTEM).text)
    assert "示例人员甲" in page and "企业都这么叫" in page and "2 组" in page
