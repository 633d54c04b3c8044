"""The grounds of a case that can be refused, and the refusal that comes of them."""

from datetime import date
from typing import Any

from remedies import REMEDIES

from contracts.refusal_grounds import IssuedRefusal, RefusalGround, RefusalGrounds

GROUND = RefusalGround(
    code="condition:1:rd_expense",
    kind="condition",
    text="上年度研发投入在 100 万元以上（含）",
    fact="上年度研发投入（2025）",
    value="80 万元",
    source="章贡区税务局",
    as_of=date(2026, 2, 20),
    clause="《章贡区支持企业技术创新若干措施》（章府发〔2026〕3 号）申报条件",
    would_change="“上年度研发投入”须在 100 万元以上（含）（现为 80 万元）",
)
ISSUED = IssuedRefusal(
    reason="研发投入不足",
    cites=(GROUND.clause,),
    how_to_object=REMEDIES.with_words("可向章贡区科技局（0797-1234567）提出意见"),
    grounds=(GROUND,),
    remedies=REMEDIES,
)


def refusal_answers(case_id: str = "case-2") -> dict[str, Any]:
    """What review answers about them."""
    grounds = RefusalGrounds(case_id=case_id, grounds=(GROUND,), remedies=REMEDIES, version=2)
    return {
        "get_refusal_grounds": grounds.model_dump(mode="json"),
        "preview_refusal": ISSUED.model_dump(mode="json"),
    }
