"""What a verification found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console.operating.checks.findings import Finding, Notice
from console.operating.checks.invariants import INVARIANTS

OVERALL = "全部"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found for `tenants`. Nothing found is what we hope for."""

    tenants: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every invariant holds for everybody."""
        return not self.findings

    def verdicts(self, tenant: str | None = None) -> dict[str, bool]:
        """Letter → whether it holds: for one tenant, or overall."""
        broken = {each.invariant for each in self.findings if tenant is None or each.tenant == tenant}
        return {letter: letter not in broken for letter in INVARIANTS}

    def about(self, tenant: str) -> Report:
        """The same for one tenant; what is nobody's in particular concerns it too."""
        mine = (tenant, None)
        return Report(
            tenants=(tenant,),
            findings=tuple(each for each in self.findings if each.tenant in mine),
            notices=tuple(each for each in self.notices if each.tenant in mine),
        )


def together(tenants: Sequence[str], findings: Sequence[Finding], notices: Sequence[Notice]) -> Report:
    """A report in a stable order: by invariant, then by tenant, what is nobody's last."""
    ordered = sorted(findings, key=lambda each: (each.invariant, each.tenant is None, each.tenant or "", each.text))
    return Report(tuple(tenants), tuple(ordered), tuple(notices))
