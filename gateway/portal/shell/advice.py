"""What can be done about a condition that is not met or not known: the same for the enterprise and for whoever decides. Pure."""

from __future__ import annotations

from contracts.rule import ConditionResult, MissingFact, State


def advice_on(
    result: ConditionResult, source: str | None, missing: MissingFact | None, *, expired: bool, declarable: bool = False
) -> tuple[str, dict[str, str]]:
    """The key of its text below an audience's `advice`, and what fills it in; blank where nothing is to be done.

    `source` is who said the fact that is known, None where none is; `declarable`: the form asks the applicant for it.
    """
    if result.state is State.MET:
        return "", {}
    if result.state is State.NOT_MET:
        return ("required" if source is None else "correct"), {"required": result.required, "source": source or ""}
    if missing is not None and missing.kind != "fact":
        return missing.kind, {"label": missing.label}
    if missing is not None and missing.why == "contradicts":
        return "contradicts", {}
    if declarable:
        return "declare", {}
    if source is not None and expired:
        return "renew", {"source": source}
    return "ask", {}
