"""What a verification found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

INVARIANTS: Mapping[str, tuple[str, str]] = {
    "A": ("不重付：一个指令号至多一笔入账", "nothing is paid twice"),
    "B": ("账实相符：已付、已退与银行账本逐笔一致", "our payments are the bank's"),
    "C": ("预算到分：每条指标平衡，不为负", "every budget line, to the fen"),
    "D": ("逾期必报：过期未结必有告警，定时工作不积压", "nothing is late in silence"),
    "E": ("消息不失：发件箱清空，已发必达，搁置有名", "no message is lost or nameless"),
    "F": ("审计可验：封存的审计链完整、连续", "the audit chain is whole"),
}
"""Letter → what must hold, in Chinese and in English."""

OVERALL = "全部"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: which invariant it breaks, whose it is (None: nobody's in particular), and what it
    is."""

    invariant: str
    tenant: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something an operator should know or do that breaks no invariant; `command` is what to type, if
    anything."""

    tenant: str | None
    text: str
    command: str = ""


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
