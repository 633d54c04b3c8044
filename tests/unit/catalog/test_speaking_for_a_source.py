"""Nobody says in another's name what counts: a source is a credential's, a department's or a duty's to speak for."""

from __future__ import annotations

from datetime import date

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.foundation.settings import SettingMissing
from chassis.testing.fakes import FakeUnit
from contracts.enterprise_imports import ImportEnterprises
from contracts.enterprises import RecordFacts, RegisterEnterprise
from contracts.fact_sources import OTHER_SOURCES, SOURCE_NAMES, SourceKind
from contracts.message import Actor
from contracts.outside_figures import RecordOutsideFigures
from contracts.rule import Fact, ParameterValue
from copies.departments import KnownDepartments
from services.catalog.enterprises.domain import FactsRefused
from services.catalog.enterprises.sources import Voice, kinds_named
from services.catalog.enterprises.use_cases import record_facts, register_enterprise
from services.catalog.enterprises.voices import voice_of
from services.catalog.imports.exchange import GATHERING, ExchangeClient
from services.catalog.imports.records import RecordReader
from services.catalog.imports.use_cases import ImportRefused, import_enterprises
from services.catalog.outside_figures.domain import OutsideFiguresRefused, check

TAX, STATISTICS, SCIENCE = SourceKind.TAX, SourceKind.STATISTICS, SourceKind.SCIENCE_TECHNOLOGY
DAY = date(2026, 1, 12)


def officer(*kinds: str, department: str = "章贡区科技局", **more: object) -> Actor:
    return Actor(id="o-1", roles=frozenset({"department"}), department=department, speaks_for=frozenset(kinds), **more)


def voice(*kinds: str, **more: object) -> Voice:
    return Voice.of(officer(*kinds), **more)


def code(speaker: Voice, source: str, kind: SourceKind | None = None) -> str | None:
    found = speaker.against(source, kind, "facts.0.source")
    return found and found.code


# -- whose word it may be ----------------------------------------------------------------------------------------


def test_a_department_speaks_in_its_own_name_however_that_is_written() -> None:
    for written in ("章贡区科技局", " 章贡区 科技局 "):
        assert code(voice(), written) is None


@pytest.mark.parametrize(
    "source", ["区税务局", "国家税务总局章贡区税务局", "章贡区统计局", "市人社局", "赣州海关", "示例银行"]
)
def test_a_department_says_nothing_as_another_s_word(source: str) -> None:
    assert code(voice("science_technology"), source) == "source_not_yours"


def test_nor_by_the_kind_of_source_alone() -> None:
    assert code(voice("science_technology"), "章贡区科技局", TAX) == "source_not_yours"
    assert code(voice("science_technology"), "科技专家库", TAX) == "source_not_yours"


def test_nor_by_a_kind_of_its_own_beside_another_s_name() -> None:
    assert code(voice("science_technology"), "区税务局", SCIENCE) == "source_not_yours"
    assert code(voice("science_technology", "tax"), "区税务局", SCIENCE) == "source_kind_differs"


def test_a_source_that_its_entry_names_it_may_speak_for() -> None:
    assert code(voice("tax"), "区税务局") is None
    assert code(voice("tax"), "区税务局", TAX) is None
    assert code(voice("human_resources"), "市人社局", SourceKind.HUMAN_RESOURCES) is None


def test_a_name_that_tells_no_kind_asks_for_it() -> None:
    assert code(voice("science_technology"), "专家库") == "source_kind_missing"
    assert code(voice("science_technology"), "专家库", SCIENCE) is None


def test_another_office_of_the_place_is_not_spoken_for_whatever_kind_is_said() -> None:
    others = voice("science_technology", others=["章贡区商务局"])
    assert code(others, "章贡区商务局", SCIENCE) == "source_not_yours"
    gathering = voice("science_technology", OTHER_SOURCES, others=["章贡区商务局"])
    assert code(gathering, "章贡区商务局") is None


def test_a_refusal_says_which_sources_one_may_use() -> None:
    reason = voice("science_technology", "statistics").against("区税务局", TAX, "facts.3.source")
    assert reason is not None
    assert reason.field == "facts.3.source_kind"
    assert reason.message == "不能代表“税务”录入数据；您可以以本单位名义录入，或代表：统计、科技"
    bare = Voice.of(Actor(id="m", roles=frozenset({"partner"}), name="某系统")).against("区税务局", TAX, "source")
    assert bare is not None
    assert "没有可以代表的数据来源，请联系管理员" in bare.message


def test_a_system_speaks_for_what_its_credential_says_and_not_in_its_own_name() -> None:
    machine = Actor(id="m", roles=frozenset({"partner"}), name="市税务局接口", speaks_for=frozenset({"statistics"}))
    assert code(Voice.of(machine), "市税务局接口") == "source_not_yours"
    assert code(Voice.of(machine), "市统计局") is None


@pytest.mark.parametrize("kind", [each for each in SourceKind if each is not SourceKind.COURTS])
def test_the_name_of_each_kind_names_it(kind: SourceKind) -> None:
    assert kind in kinds_named(SOURCE_NAMES[kind])


@pytest.mark.parametrize("name", ["中国人民银行", "全国银行间同业拆借中心", "章贡区商务局", "年鉴"])
def test_who_publishes_rates_or_yearbooks_is_no_kind_of_source(name: str) -> None:
    assert kinds_named(name) == frozenset()


# -- at every door -------------------------------------------------------------------------------------------------


def fact(source: str, kind: SourceKind | None = None, **more: object) -> Fact:
    said = {"name": "revenue", "kind": "number", "value": "1", "unit": "元", "source": source, "source_kind": kind}
    return Fact(**said | {"as_of": DAY} | more)


def test_facts_of_others_are_refused_with_everything_else_that_is_wrong(unit: FakeUnit, cipher: AesCipher) -> None:
    order = RegisterEnterprise(uscc="91360702DEM000014H", name="示例企业01", contact_mobile="19900000001")
    enterprise = register_enterprise(order, unit, cipher).enterprise_id
    unit.actor = officer("science_technology")
    facts = (fact("章贡区科技局"), fact("区税务局"), fact("章贡区科技局", as_of=date(2199, 1, 1)))
    with pytest.raises(FactsRefused) as refused:
        record_facts(RecordFacts(enterprise_id=enterprise, facts=facts), unit)
    assert [(each.code, each.field) for each in refused.value.reasons] == [
        ("fact_from_future", "facts.2.as_of"),
        ("source_not_yours", "facts.1.source"),
    ]


def test_the_register_says_what_an_office_of_the_bureau_is_called_and_which_others_there_are(unit: FakeUnit) -> None:
    register = unit.of(KnownDepartments)
    register.called["dep-1"] = "行政审批局"
    register.by_name[unit.tenant, "商务局"] = "dep-2"
    unit.actor = Actor(id="b", roles=frozenset({"bureau"}), department_id="dep-1")
    assert code(voice_of(unit, ["行政审批局"]), "行政审批局") is None
    for written in ("商务局", "商 务 局"):
        assert code(voice_of(unit, [written]), written, SourceKind.WINDOW) == "source_not_yours"
        unit.actor = unit.actor.model_copy(update={"speaks_for": frozenset({"window"})})
        assert code(voice_of(unit, [written]), written, SourceKind.WINDOW) == "source_not_yours"


def test_a_table_is_imported_as_the_word_of_whom_one_may_speak_for(unit: FakeUnit) -> None:
    unit.actor = Actor(id="b", roles=frozenset({"bureau"}), speaks_for=frozenset({"window"}))
    order = ImportEnterprises(format="csv", sha256="0" * 64, source="区税务局", as_of=date(2199, 1, 1))
    with pytest.raises(ImportRefused) as refused:
        import_enterprises(order, unit)
    assert [(each.code, each.field) for each in refused.value.reasons] == [
        ("as_of_invalid", "as_of"),
        ("source_not_yours", "source"),
    ]


def test_a_feed_says_what_offices_hold_and_not_what_firms_say_of_themselves() -> None:
    record = {"uscc": "91360732M00000019B", "name": "示例企业有限公司", "contact_mobile": "13800000001"}
    told = [
        {"name": "revenue", "kind": "number", "value": "1", "unit": "元", "as_of": "2026-01-01", **said}
        for said in ({"source": "县统计局"}, {"source": "县商务局"}, {"source": "企业", "source_kind": "enterprise"})
    ]
    line = RecordReader(DAY, GATHERING).read(1, {**record, "facts": told})
    assert [(each.code, each.field) for each in line.reasons] == [("source_not_yours", "facts.2.source_kind")]


def test_an_exchange_speaks_for_the_sources_that_it_is_set_to() -> None:
    env = {"DATA_EXCHANGE_URL": "http://exchange", "DATA_EXCHANGE_SECRET": "whsec_c2VjcmV0"}
    speaks = ExchangeClient.from_env({**env, "DATA_EXCHANGE_SOURCES": "tax, others"}).voice
    assert (speaks.kinds, speaks.passes_on) == ({TAX}, True)
    assert ExchangeClient.from_env(env).voice == GATHERING
    with pytest.raises(SettingMissing, match="taxes"):
        ExchangeClient.from_env({**env, "DATA_EXCHANGE_SOURCES": "taxes"})


def figure(source: str) -> ParameterValue:
    return ParameterValue(name="average", value="1", unit="%", period="2025", source=source, as_of=DAY)


def test_an_outside_figure_is_no_other_office_s_word_either() -> None:
    figures = [figure(each) for each in ("省统计局", "全国银行间同业拆借中心", "章贡区科技局", "章贡区商务局")]
    speaker = voice("science_technology", others=["章贡区商务局"])
    besides = [speaker.against_figure(each.source, f"figures.{n}.source") for n, each in enumerate(figures)]
    with pytest.raises(OutsideFiguresRefused) as refused:
        check(RecordOutsideFigures(figures=figures).figures, DAY, {}, [each for each in besides if each])
    assert [(each.code, each.field) for each in refused.value.reasons] == [
        ("source_not_yours", "figures.0.source"),
        ("source_not_yours", "figures.3.source"),
    ]
    assert voice("statistics").against_figure("省统计局", "figures.0.source") is None
    assert voice().against_figure("江西统计年鉴 2025", "figures.0.source") is None
