"""Where facts about enterprises come from: 18 kinds of source (汇聚 18 类涉企数据)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal


class SourceKind(StrEnum):
    """Who holds the record that a fact was taken from. Which 18 kinds is our choice: docs/enterprises.md."""

    TAX = "tax"
    MARKET_REGULATION = "market_regulation"
    STATISTICS = "statistics"
    SOCIAL_SECURITY = "social_security"
    HOUSING_FUND = "housing_fund"
    CUSTOMS = "customs"
    SCIENCE_TECHNOLOGY = "science_technology"
    INDUSTRY_INFORMATION = "industry_information"
    NATURAL_RESOURCES = "natural_resources"
    ECOLOGY = "ecology"
    UTILITIES = "utilities"
    COURTS = "courts"
    CREDIT_PLATFORM = "credit_platform"
    BANK = "bank"
    INTELLECTUAL_PROPERTY = "intellectual_property"
    HUMAN_RESOURCES = "human_resources"
    ENTERPRISE = "enterprise"
    WINDOW = "window"


OTHER_SOURCES: Literal["others"] = "others"
"""Offices that are none of the 18 kinds: what a system that gathers from all of a county may pass on besides."""

SpokenFor = SourceKind | Literal["others"]
"""What a credential or a department may speak for."""

SOURCE_NAMES: Mapping[SourceKind, str] = MappingProxyType(
    {
        SourceKind.TAX: "税务",
        SourceKind.MARKET_REGULATION: "市场监管",
        SourceKind.STATISTICS: "统计",
        SourceKind.SOCIAL_SECURITY: "社会保险",
        SourceKind.HOUSING_FUND: "住房公积金",
        SourceKind.CUSTOMS: "海关",
        SourceKind.SCIENCE_TECHNOLOGY: "科技",
        SourceKind.INDUSTRY_INFORMATION: "工业和信息化",
        SourceKind.NATURAL_RESOURCES: "自然资源",
        SourceKind.ECOLOGY: "生态环境",
        SourceKind.UTILITIES: "水电气",
        SourceKind.COURTS: "法院",
        SourceKind.CREDIT_PLATFORM: "信用平台",
        SourceKind.BANK: "银行",
        SourceKind.INTELLECTUAL_PROPERTY: "知识产权",
        SourceKind.HUMAN_RESOURCES: "人力资源",
        SourceKind.ENTERPRISE: "企业自报",
        SourceKind.WINDOW: "窗口代录",
    }
)
"""What people call each kind of source."""

SPOKEN_FOR_NAMES: Mapping[SpokenFor, str] = MappingProxyType(
    {**{kind: SOURCE_NAMES[kind] for kind in SourceKind}, OTHER_SOURCES: "其他部门（十八类以外）"}
)
"""The same with those that are none of them."""
