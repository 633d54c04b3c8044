"""The newest confirmed account of a holder, as far as it is known here. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from contracts.enterprises import Payee
from contracts.message import Id, TenantId
from contracts.payee_holders import PayeeHolder

HolderKey = tuple[TenantId, Id]
"""Where a holder or an enterprise was registered, and its id."""


@dataclass(frozen=True, slots=True)
class ReceiverAccount:
    """The account of `wanted`. `holder` is who holds it: an enterprise that was merged is paid to where it goes on.

    Account versions are counted by holder, so that those of two holders say nothing about one another.
    """

    wanted: Id
    holder: PayeeHolder
    payee: Payee

    def replaces(self, known: ReceiverAccount | None) -> bool:
        """Whether it is news beside what is known of the same receiver."""
        if known is None or known.holder.holder_id != self.holder.holder_id:
            # What was merged is never taken apart: another holder is the one in which this one ended.
            return known is None or self.holder.holder_id != self.wanted
        return self.payee.account_version > known.payee.account_version


def newest_of(
    known: Iterable[ReceiverAccount], news: Iterable[ReceiverAccount], wanted: Collection[Id]
) -> tuple[ReceiverAccount, ...]:
    """Of those wanted the account that counts, by id."""
    kept = {each.wanted: each for each in known if each.wanted in wanted}
    for each in news:
        if each.wanted in wanted and each.replaces(kept.get(each.wanted)):
            kept[each.wanted] = each
    return tuple(kept[id] for id in sorted(kept))
