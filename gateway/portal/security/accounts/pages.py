"""The accounts of the tenant (登录账号): whose each is, and how it stands."""

from __future__ import annotations

from contracts.accounts import ListAccounts
from gateway.door import Door
from gateway.identity.accounts.views import list_accounts
from gateway.portal.shell.pages import Pages, Values

pages = Pages("security")


@pages.show("/security/accounts", ListAccounts, template="accounts.html", nav=("security.nav.accounts", 130))
async def show_accounts(door: Door, query: ListAccounts) -> Values:
    """All of them, by login; what is done about one, is done on the page of the person."""
    return {"page": await door.found(query, list_accounts), "query": query}
