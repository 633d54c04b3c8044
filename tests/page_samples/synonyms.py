"""The synonyms of search: a county's list under the city's, before the first one, and who has changed it."""

from __future__ import annotations

from typing import Any

from portal_kit import administrator

from chassis.testing.fakes import NOON
from contracts.message import Model
from contracts.synonyms import SynonymListView, SynonymsView, SynonymVersionPage
from page_samples import PageSample
from page_samples.platform import EVERYWHERE

PEOPLE = {
    "synonyms_system": administrator("system_admin"),
    "synonyms_county": administrator("system_admin", "xingguo"),
}
PAGE = "/platform/synonyms"
VERSIONS = f"{PAGE}/versions"


def json(model: Model) -> dict[str, Any]:
    return model.model_dump(mode="json")


def said(tenant: str, version: int, *groups: tuple[str, ...]) -> SynonymListView:
    return SynonymListView(
        tenant=tenant,
        version=version,
        groups=groups,
        note="企业都这么叫",
        changed_by_name="示例人员甲",
        changed_at=NOON,
    )


NATIONAL = (("高企", "高新技术企业", "国高"), ("规上", "规模以上"))
OWN = said("xingguo", 2, ("火炬券", "科技券"), ("火炬企业", "高企"))
KEPT = SynonymsView(own=OWN, above=(said("ganzhou", 1, ("赣企通", "惠企通")),), national=NATIONAL)
FIRST = SynonymsView(own=SynonymListView(tenant="xingguo", version=0), national=NATIONAL)
HISTORY = SynonymVersionPage(items=(OWN, said("xingguo", 1, ("火炬券", "科技券"))), next_cursor="next-page")
ANSWERS = {**EVERYWHERE, "get_synonyms": json(KEPT), "list_synonym_versions": json(HISTORY)}
SAMPLES = [
    PageSample(PAGE, f"{PAGE}?tenant=xingguo", ANSWERS, who="synonyms_system"),
    PageSample(PAGE, f"{PAGE}?done=synonyms_replaced", ANSWERS, who="synonyms_county"),
    PageSample(PAGE, PAGE, {**ANSWERS, "get_synonyms": json(FIRST)}, who="synonyms_county"),
    PageSample(VERSIONS, f"{VERSIONS}?tenant=xingguo", ANSWERS, who="synonyms_system"),
]
