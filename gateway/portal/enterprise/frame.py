"""What every page of an enterprise has around its own: where else one can go there, and what the person may do."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, NamedTuple, TypeVar

from contracts.application_drafts import ListApplicationDrafts
from contracts.consents import ListDisclosures
from contracts.enterprises import GetDossierSheet, ListContactChanges, ListPayeeAccounts
from contracts.entitlements import ListEntitlements
from contracts.integrity_records import ListOwnRecords
from contracts.materials import ListMaterials
from contracts.message import Contract
from contracts.notify import ListMessages
from contracts.oversight import TrackOwnCases
from contracts.payee_holder_accounts import ListPayeeHolders
from contracts.people import ListMandates
from contracts.refusal import Refused
from gateway.access import allows
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.permissions import permission_for
from gateway.portal.shell.pages import Values

T = TypeVar("T")


class OwnPage(NamedTuple):
    """One of the enterprise's pages; `text` is the key of its name below `enterprise.nav`."""

    path: str
    text: str
    asks: type[Contract]


PLACES = (
    OwnPage("/my", "home", TrackOwnCases),
    OwnPage("/my/entitlements", "entitlements", ListEntitlements),
    OwnPage("/my/cases", "cases", TrackOwnCases),
    OwnPage("/my/drafts", "drafts", ListApplicationDrafts),
    OwnPage("/my/messages", "messages", ListMessages),
    OwnPage("/my/dossier", "dossier", GetDossierSheet),
    OwnPage("/my/materials", "materials", ListMaterials),
    OwnPage("/my/accounts", "accounts", ListPayeeAccounts),
    OwnPage("/my/receivers", "receivers", ListPayeeHolders),
    OwnPage("/my/contacts", "contacts", ListContactChanges),
    OwnPage("/my/people", "people", ListMandates),
    OwnPage("/my/consents", "consents", ListDisclosures),
    OwnPage("/my/credit", "credit", ListOwnRecords),
)
"""In the order in which they are wanted."""


def framed(door: Door, **values: Any) -> Values:
    """The page's values with the places that this person may go to."""
    return {"places": [place for place in PLACES if may(door, place.asks)], **values}


def may(door: Door, contract: type[Contract]) -> bool:
    """Whether the person's mandate allows it: what is not allowed is not shown."""
    return allows(permission_for(contract, own_enterprise=True), door.principal.actor)


async def unless_away(asked: Awaitable[T]) -> T | None:
    """The answer; None while its owner does not answer just now. The rest of the page is worth reading all the same."""
    try:
        return await asked
    except (BusError, Faulted):
        return None
    except Refused as refused:
        if not refused.refusal().retryable:
            raise
        return None
