"""`./zhida contracts --diff`: what a change does to others, in sentences; and the baseline, which only lets it grow."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from console.contracts import program
from console.contracts.changes import ChangeSentence, broken, sentences
from console.contracts.outside import NotComparable, Outside, outside_of, recorded, recorded_text
from console.contracts.program import earlier, generated_texts, outside_of_texts
from console.refusal import CommandRefusal

Types = dict[str, Any]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return generated_texts()


@pytest.fixture(scope="module")
def now(texts: dict[str, str]) -> Outside:
    return outside_of_texts(texts)


def with_types(outside: Outside, change: Callable[[Types], object]) -> Outside:
    types = copy.deepcopy(dict(outside.types))
    change(types)
    return replace(outside, types=types)


def with_message(outside: Outside, family: str, name: str, said: Any) -> Outside:
    """With other words beside the message; `None` takes it away, and its type with it."""
    messages = {**outside.messages[family], name: said}
    types = dict(outside.types)
    if said is None:
        del messages[name], types[name]
    return replace(outside, types=types, messages={**outside.messages, family: messages})


def only(found: list[ChangeSentence]) -> tuple[str, bool]:
    (sentence,) = found
    return str(sentence), sentence.breaks


def test_nothing_is_said_where_nothing_has_changed(now: Outside) -> None:
    assert sentences(now, now) == []


def test_a_new_optional_field_of_a_command_breaks_nobody(now: Outside) -> None:
    later = with_types(now, lambda types: types["SubmitApplication"]["properties"].update(urgent={"type": "boolean"}))
    assert only(sentences(now, later)) == (
        "命令 SubmitApplication 字段 urgent 为新增，可选 · command SubmitApplication: urgent is new and optional",
        False,
    )


def test_a_field_of_an_event_that_becomes_required_or_optional_breaks_others(now: Outside) -> None:
    def swap(types: Types) -> None:
        types["CaseApproved"]["required"].append("note")
        types["CaseApproved"]["properties"]["note"] = {"type": "string"}

    before = with_types(now, lambda types: types["CaseApproved"]["properties"].update(note={"type": "string"}))
    said, breaks = only(sentences(before, with_types(now, swap)))
    assert "事件 CaseApproved 字段 note 变为必填（不兼容）" in said
    assert breaks
    said, breaks = only(sentences(with_types(now, swap), before))
    assert "变为可选" in said
    assert breaks, "older services read events too"


def test_a_type_inside_of_messages_is_told_once_with_those_that_it_is_in(now: Outside) -> None:
    later = with_types(now, lambda types: types["Reason"]["properties"].pop("field"))
    said, breaks = only(sentences(now, later))
    assert said.startswith("类型 Reason（见于 ")
    assert "种消息）字段 field 消失（不兼容）" in said.replace("） 字段", "）字段")
    assert breaks


def test_values_of_a_list_may_come_and_may_not_go(now: Outside) -> None:
    later = with_types(now, lambda types: types["AmountBand"].update(enum=[*types["AmountBand"]["enum"], "from_10m"]))
    said, breaks = only(sentences(now, later))
    assert "新增取值 ['from_10m']" in said
    assert not breaks
    assert only(sentences(later, now))[1]


def test_messages_come_and_go(now: Outside) -> None:
    without = with_message(now, "queries", "ListCases", None)
    assert only(sentences(without, now)) == ("新增查询 ListCases · new query ListCases", False)
    assert only(sentences(now, without)) == (
        "查询 ListCases 消失（不兼容） · query ListCases is gone (breaks others)",
        True,
    )


def test_an_event_that_more_services_hear(now: Outside) -> None:
    said_now = now.messages["events"]["BudgetAppropriated"]
    later = with_message(now, "events", "BudgetAppropriated", {**said_now, "consumers": ["notify", "oversight"]})
    assert only(sentences(now, later)) == (
        "事件 BudgetAppropriated 新增接收方 notify · event BudgetAppropriated is heard by notify too",
        False,
    )
    assert "不再送达 notify" in only(sentences(later, now))[0]


def test_another_answer_is_compared_by_what_it_says(now: Outside) -> None:
    said = now.messages["commands"]["ApproveCase"]
    poorer = with_message(now, "commands", "ApproveCase", {**said, "answer": "urn:zhida:answers:FilingReceipt:1"})
    assert "答复由 CaseView 变为 FilingReceipt" in sentences(now, poorer)[0].zh
    assert any("payee_name 消失" in each.zh for each in broken(now, poorer))


def test_refusal_codes_keep_their_kind_and_do_not_go_away(now: Outside) -> None:
    codes = dict(now.refusals)
    kind = codes.pop("stale_version")
    lost = replace(now, refusals=codes)
    assert only(sentences(now, lost))[1]
    assert only(sentences(lost, now)) == ("新增拒绝代码 stale_version · new refusal code stale_version", False)
    other = replace(now, refusals={**now.refusals, "stale_version": "invalid"})
    assert f"由 {kind} 变为 invalid" in only(broken(now, other))[0]


def test_routes_do_not_go_away_and_do_not_ask_for_more(now: Outside) -> None:
    route = "POST /api/v1/applications"
    routes = {name: needed for name, needed in now.routes.items() if name != route}
    assert only(sentences(now, replace(now, routes=routes)))[1]
    assert only(sentences(replace(now, routes=routes), now)) == (f"新增接口 {route} · new route {route}", False)
    stricter = replace(now, routes={**now.routes, route: [*now.routes[route], "If-Match"]})
    assert f"接口 {route} 必须携带 If-Match（不兼容）" in only(sentences(now, stricter))[0]


def test_what_a_parameter_in_a_path_is_called_is_no_change(texts: dict[str, str], now: Outside) -> None:
    renamed = {
        path: text.replace("{case_id}", "{id}").replace('"case_id", "required"', '"id", "required"')
        for path, text in texts.items()
    }
    assert outside_of_texts(renamed).routes == now.routes


def test_the_baseline_holds_all_that_is_compared(now: Outside) -> None:
    text = recorded_text(now)
    assert recorded(text) == now
    assert len(text.splitlines()) < 2 * (len(now.types) + len(now.routes) + len(now.refusals) + 400)


def test_what_breaks_is_not_written_until_it_is_recorded(
    now: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    promised = replace(now, refusals={**now.refusals, "we_were_closed": "conflict"})
    (tmp_path / "contracts").mkdir()
    (tmp_path / program.BASELINE).write_text(recorded_text(promised))
    written: list[object] = []
    monkeypatch.setattr(program, "CHECKOUT", tmp_path)
    monkeypatch.setattr(program, "write", lambda wanted: written.append(wanted) or [])
    assert program.main([]) == 1
    assert "拒绝代码 we_were_closed 消失" in capsys.readouterr().out
    assert not written
    assert program.main(["--record-baseline"]) == 0
    assert "we_were_closed" in capsys.readouterr().out
    assert recorded((tmp_path / program.BASELINE).read_text()) == now
    assert program.main([]) == 0
    assert len(written) == 2


def test_the_difference_to_a_file_is_said_in_sentences(
    now: Outside, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "earlier.json"
    file.write_text(recorded_text(with_message(now, "queries", "ListCases", None)))
    assert program.main(["--diff", "--against", str(file)]) == 0
    said = capsys.readouterr().out
    assert "新增查询 ListCases · new query ListCases" in said
    assert "共 1 处变化，其中 0 处不兼容" in said
    file.write_text(recorded_text(now))
    assert program.main(["--diff", "--against", str(file)]) == 0
    assert "没有变化" in capsys.readouterr().out


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotComparable):
        outside_of({})
    file = tmp_path / "other.json"
    file.write_text("{}")
    with pytest.raises(CommandRefusal, match="可比较"):
        earlier(str(file))
    with pytest.raises(CommandRefusal):
        earlier("no-such-commit")
