"""Every adapter that calls somebody outside, and what its caller is to hear when no whole answer comes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.operations.work import SourceAway
from chassis.outside.client import Limits
from chassis.outside.reach import Reach
from chassis.papers.seal import SealClient, SealUnavailable
from contracts.issuers import IssuerTerms
from gateway.identity.issuers.connection import Connections, IssuerUnavailable
from gateway.identity.issuers.domain import IdentityProvider
from services.catalog.imports.exchange import ExchangeClient
from services.catalog.links.probe import LinkProbe
from services.notify.messages.sms import SmsClient
from services.review.dispatches.department_system import DepartmentSystemClient, SystemAt
from services.review.dispatches.domain import CheckQuestion
from services.treasury.rails.bank import BankUnreachable, Payment
from services.treasury.rails.bank_client import BankClient
from tests.outside_kit import RudeServer

SHORT = Limits(seconds=0.6, connect_seconds=0.4, answer_bytes=100_000)


def _bank(server: RudeServer) -> BankClient:
    return BankClient(server.url, limits=SHORT)


def pays(server: RudeServer) -> None:
    paid = _bank(server).pay([Payment("P-1", "POOL", "6222", "样本公司", 100, "奖励")])
    assert {key: word.status for key, word in paid.items()} == {"P-1": "silent"}, "it may have been paid"


def asks_the_bank(server: RudeServer) -> None:
    with pytest.raises(BankUnreachable):
        _bank(server).ask(["P-1"])


def reads_returns(server: RudeServer) -> None:
    with pytest.raises(BankUnreachable):
        _bank(server).returns(0)


def sends_a_message(server: RudeServer) -> None:
    assert SmsClient(server.url, limits=SHORT).send("m-1", "13800001234", "资金已到账").standing == "silent"


def asks_about_a_message(server: RudeServer) -> None:
    assert SmsClient(server.url, limits=SHORT).ask("m-1").standing == "silent"


def takes_a_page(server: RudeServer) -> None:
    with pytest.raises(SourceAway):
        ExchangeClient(server.url, "whsec_c2VjcmV0", limits=SHORT).page("enterprises", 0, 500)


def looks_at_a_link(server: RudeServer) -> None:
    reach = Reach(Reach.from_env({"LINK_NETWORKS": "127.0.0.0/8"}).inside, frozenset({server.port}))
    status_comes = getattr(server.conduct, "__name__", "") in STATUS_COMES
    assert LinkProbe(reach, limits=SHORT).look(f"{server.url}/a").state == ("ok" if status_comes else "unknown")


def signs_in(server: RudeServer) -> None:
    terms = IssuerTerms(issuer=server.url, client_id="us", audience="staff", label_zh="省平台", label_en="Province")
    issuer = IdentityProvider.register("province", "ganzhou", terms)
    with pytest.raises(IssuerUnavailable):
        Connections(Reach.from_env({"LINK_NETWORKS": "127.0.0.0/8"}), limits=SHORT).provider(issuer)


def _department(server: RudeServer) -> tuple[DepartmentSystemClient, SystemAt]:
    reach = Reach(Reach.from_env({"LINK_NETWORKS": "127.0.0.0/8"}).inside, frozenset({server.port}))
    return DepartmentSystemClient(reach, limits=SHORT), SystemAt(server.url, "secret-of-both-sides")


def sends_a_check(server: RudeServer) -> None:
    client, at = _department(server)
    question = CheckQuestion(receipt="R-1", uscc="91360702DEM000014H", enterprise_name="样本公司", grounds=("无欠税",))
    assert client.send(at, "c-1", question).words is None, "nothing that could be taken for an answer"


def asks_about_a_check(server: RudeServer) -> None:
    client, at = _department(server)
    assert client.ask(at, "c-1").words is None


def asks_for_a_seal(server: RudeServer) -> None:
    with pytest.raises(SealUnavailable):
        SealClient(server.url, "whsec_c2VjcmV0", limits=SHORT).seal(b"%PDF-1.7", "d-1", "文〔2026〕1号")


STATUS_COMES = {"drips", "endless_body", "closes_in_the_middle", "compressed_bomb"}
"""A link is known by its status alone: where that came, nobody waits for the rest."""

CLIENTS: dict[str, dict[str, Callable[[RudeServer], None]]] = {
    "services/treasury/rails/bank_client.py": {"pay": pays, "ask": asks_the_bank, "returns": reads_returns},
    "services/notify/messages/sms.py": {"send": sends_a_message, "ask": asks_about_a_message},
    "services/catalog/imports/exchange.py": {"page": takes_a_page},
    "services/catalog/links/probe.py": {"look": looks_at_a_link},
    "services/review/dispatches/department_system.py": {"send": sends_a_check, "ask": asks_about_a_check},
    "chassis/papers/seal.py": {"seal": asks_for_a_seal},
    "gateway/identity/issuers/connection.py": {"provider": signs_in},
}
"""By the module that has the client: each of its calls, which also sees that its caller hears the right thing."""

EVERY_CALL = [
    pytest.param(call, id=f"{file.rsplit('/', 1)[-1]} {name}")
    for file, calls in CLIENTS.items()
    for name, call in calls.items()
]
