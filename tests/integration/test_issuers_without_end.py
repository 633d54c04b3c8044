"""Identity providers that never come to an end, or lie where nobody is asked: the page for signing in says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sign_in_kit import HERE_ALONE, DoorOfTests, signed_in

from chassis.edge.frame import Frame
from chassis.outside.client import Limits
from chassis.outside.reach import Reach
from gateway.identity.issuers.connection import Connections
from tests.outside_kit import NEVER_DONE, RudeServer, answers, rude


@pytest.fixture
def door(service_frame: Callable[..., Frame]) -> DoorOfTests:
    return DoorOfTests(service_frame)


def leaves_for(door: DoorOfTests, server: RudeServer, reach: Reach) -> str:
    """What somebody reads who wants to sign in with a provider that is this server."""
    door.signing_in.connections = Connections(reach, limits=Limits(0.5))
    terms = {
        "issuer": server.url,
        "client_id": "zhida",
        "audience": "enterprise",
        "label_zh": "市平台",
        "label_en": "City",
    }
    registered = door.api("POST", "/issuers", {"issuer_id": "city", "client_secret": "secret-of-ours", "terms": terms})
    assert registered.status_code == 201, registered.text
    page = door.browser().open("/sign-in/oidc/city")
    door.signing_in.connections.close()
    assert page.status_code == 503
    assert 'href="/sign-in"' in page.text
    return page.text


@pytest.mark.parametrize("conduct", ["drip", "half-open", "endless"])
def test_a_provider_that_never_comes_to_an_end_is_told_on_the_page(door: DoorOfTests, conduct: str) -> None:
    zhang = door.person("zhang")
    with rude(NEVER_DONE[conduct]) as server:
        assert "身份认证平台暂时无法使用" in leaves_for(door, server, HERE_ALONE)
        assert len(server.asked) == 1
        assert signed_in(zhang.signs_in()), "the other ways are open"


def test_a_provider_inside_our_own_network_is_not_asked_unless_the_operator_names_it(door: DoorOfTests) -> None:
    with rude(answers(b"{}")) as server:
        assert "身份认证平台暂时无法使用" in leaves_for(door, server, Reach())
        assert server.asked == []
