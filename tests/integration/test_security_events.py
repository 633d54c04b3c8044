"""What happens at the door is written down for the auditor, and changed by nobody."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sign_in_kit import HERE, DoorOfTests, capacity, signed_in

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.case_files import ReadCaseFile
from contracts.message import Actor
from contracts.security_events import ListSecurityEvents
from gateway.identity.case_files.opened import opened_case_file
from gateway.identity.case_files.use_cases import OPEN_FOR
from gateway.identity.certificates.signed_answers import SignedAnswers
from gateway.identity.security.events import Origin, SecurityEvent
from gateway.identity.security.store import record_apart
from gateway.identity.security.views import list_security_events
from gateway.rate_limits import RateLimits
from gateway.signing_in import SignInSettings

AUDITOR = "Bearer audit_admin@platform"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def door(service_frame: Callable[..., Frame], clock: FixedClock) -> DoorOfTests:
    return DoorOfTests(service_frame, clock)


def test_nobody_changes_or_removes_an_event_not_even_who_owns_the_table(
    service_database: Callable[[str], Dsns], service_frame: Callable[..., Frame]
) -> None:
    dsns = service_database("gateway")
    door = DoorOfTests(service_frame, frame=service_frame("gateway", dsns=dsns))
    door.person("zhang").signs_in()
    for role, url in (("owner", dsns.owner), ("app", dsns.app), ("frame", dsns.frame)):
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("SELECT set_config('zhida.tenants', 'platform', false)")
            for table in ("security_event", "notice_acceptance"):
                for statement in (f"UPDATE {table} SET tenant = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                    with pytest.raises((psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)) as e:
                        connection.execute(statement)
                    assert role != "owner" or isinstance(e.value, psycopg.errors.RestrictViolation)


def test_a_replica_in_name_is_bound_as_well(service_database: Callable[[str], Dsns], pg_admin: object) -> None:
    name = service_database("gateway").owner.rpartition("/")[2]
    admin = str(getattr(pg_admin, "dsn", ""))
    with psycopg.connect(admin, dbname=name, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute("DELETE FROM security_event")


def test_an_event_of_an_act_is_there_exactly_when_the_act_is(door: DoorOfTests) -> None:
    door.invite("p-1", "lisi")
    assert len(door.events(kind="invitation")) == 1
    refused = door.api("POST", "/accounts", {"person_id": "p-2", "login": "lisi"})
    assert refused.status_code == 409
    assert len(door.events(kind="invitation")) == 1


def test_who_opened_a_case_file_is_seen_by_the_auditor_of_that_department_alone(door: DoorOfTests) -> None:
    event = SecurityEvent(
        kind="case_file_opened", tenant="xingguo", actor_id="discipline-1", department_id="discipline-office",
        details={"case_id": "case-1", "document_number": "章纪函〔2026〕7号", "reason": "核查"},
    )  # fmt: skip
    record_apart(door.frame, event)

    def seen_by(department_id: str | None) -> list[str]:
        actor = Actor(id="auditor", roles=frozenset({"platform"}), department_id=department_id)
        envelope = {
            "name": "ListSecurityEvents", "body": {"kind": "case_file_opened"}, "tenant": "xingguo",
            "actor": actor.model_dump(mode="json"),
        }  # fmt: skip
        found = door.frame.run_query(ListSecurityEvents, list_security_events, envelope)["ok"]["items"]
        return [each["actor_id"] for each in found]

    assert seen_by("discipline-office") == ["discipline-1"]
    assert seen_by("platform-office") == []
    assert seen_by(None) == []


def test_a_case_file_is_open_to_whoever_opened_it_for_half_an_hour(door: DoorOfTests, clock: FixedClock) -> None:
    opener, other = (Actor(id=each, roles=frozenset({"supervisor"})) for each in ("discipline-1", "audit-1"))
    event = SecurityEvent(
        kind="case_file_opened",
        tenant="xingguo",
        actor_id=opener.id,
        department_id="office",
        details={"case_id": "case-1", "document_number": "章纪函〔2026〕7号"},
    )
    record_apart(door.frame, event)

    def looked(tenant: str, actor: Actor, case: str) -> str:
        envelope = {
            "name": "ReadCaseFile",
            "body": {"case_id": case},
            "tenant": tenant,
            "actor": actor.model_dump(mode="json"),
        }
        wire = door.frame.run_query(ReadCaseFile, opened_case_file, envelope)
        return wire["ok"]["document_number"] if "ok" in wire else wire["refused"]["code"]

    assert looked("xingguo", opener, "case-1") == "章纪函〔2026〕7号"
    others = (("xingguo", other, "case-1"), ("xingguo", opener, "case-2"), ("ganzhou", opener, "case-1"))
    assert [looked(*each) for each in others] == ["case_file_not_open"] * 3
    clock.advance(OPEN_FOR)
    assert looked("xingguo", opener, "case-1") == "case_file_not_open"


def test_an_event_says_who_whom_from_where_and_in_which_request(door: DoorOfTests) -> None:
    door.person("zhang")
    browser = door.browser("198.51.100.77")
    browser.open("/sign-in")
    browser.send("/sign-in", login="zhang", password="not the password at all")
    (event,) = door.events(kind="sign_in_refused")
    assert (event["person_id"], event["client_address"]) == ("person-zhang", "198.51.100.77")
    assert event["account_id"] == door.account("zhang")["account_id"]
    assert (event["outcome"], event["details"]) == ("refused", {"reason": "password"})
    assert len(event["request_id"]) == 32


def events_by_hour(door: DoorOfTests, clock: FixedClock) -> None:
    for hour in range(7):
        for tenant, person in (("platform", f"p-{hour % 2}"), ("xingguo", "p-9")):
            event = SecurityEvent(
                kind="sign_in" if hour % 3 else "sign_out",
                tenant=tenant,
                actor_id="admin" if hour == 6 else person,
                person_id=person,
                origin=Origin(client_address="198.51.100.1"),
                details={"hour": hour, "why": "=HYPERLINK(1)"},
            )
            record_apart(door.frame, event)
        clock.advance(timedelta(hours=1))


def test_the_auditor_lists_them_by_kind_person_time_and_tenant_a_page_at_a_time(
    door: DoorOfTests, clock: FixedClock
) -> None:
    events_by_hour(door, clock)

    def hours(query: str) -> list[int]:
        answer = door.api("GET", f"/security-events?{query}", Authorization=AUDITOR)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return [each["details"]["hour"] for each in answer.json()["items"]]

    assert hours("") == [6, 5, 4, 3, 2, 1, 0]
    assert hours("kind=sign_out") == [6, 3, 0]
    assert hours("person_id=p-1") == [5, 3, 1]
    assert hours("person_id=admin") == [6]
    assert hours("about=xingguo&kind=sign_in") == [5, 4, 2, 1]
    since, until = NOON + timedelta(hours=2), NOON + timedelta(hours=5)
    period = {"since": since.isoformat(), "until": until.isoformat()}
    assert hours("&".join(f"{name}={value.replace('+', '%2B')}" for name, value in period.items())) == [4, 3, 2]
    seen: list[int] = []
    cursor = ""
    while True:
        page = door.api("GET", f"/security-events?limit=3{cursor}", Authorization=AUDITOR).json()
        seen += [each["details"]["hour"] for each in page["items"]]
        if not page["next_cursor"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [6, 5, 4, 3, 2, 1, 0]
    assert door.api("GET", "/security-events?cursor=bm90", Authorization=AUDITOR).status_code == 422


def test_the_auditor_takes_them_home_as_lines_or_as_a_table_and_that_is_an_event_too(
    door: DoorOfTests, clock: FixedClock
) -> None:
    events_by_hour(door, clock)
    lines = door.api("GET", "/security-events.ndjson?kind=sign_out", Authorization=AUDITOR)
    assert lines.headers["content-disposition"] == 'attachment; filename="security-events.ndjson"'
    assert [json.loads(line)["details"]["hour"] for line in lines.text.splitlines()] == [6, 3, 0]
    written = door.api("GET", "/security-events.csv?person_id=p-1", Authorization=AUDITOR).text
    table = list(csv.DictReader(io.StringIO(written.lstrip("\ufeff"))))
    assert [json.loads(row["details"])["hour"] for row in table] == [5, 3, 1]
    assert not any(value.startswith("=") for row in table for value in row.values())
    assert [each["details"] for each in door.events(kind="events_exported")] == [
        {"format": "csv"},
        {"format": "ndjson"},
    ]


def test_only_auditors_read_them_and_a_countys_auditor_those_of_the_county(
    door: DoorOfTests, clock: FixedClock
) -> None:
    events_by_hour(door, clock)
    own = door.api("GET", "/security-events", Authorization="Bearer audit_admin@xingguo").json()["items"]
    assert {each["tenant"] for each in own} == {"xingguo"}
    others = door.api("GET", "/security-events?about=platform", Authorization="Bearer audit_admin@xingguo")
    assert others.json()["code"] == "security_events_of_others"
    for who in ("security_admin@platform", "system_admin@platform", "payment_check@xingguo"):
        assert door.api("GET", "/security-events", Authorization=f"Bearer {who}").status_code == 403, who
    assert door.api("GET", "/security-events", Authorization="Bearer nobody").status_code == 401
    assert door.browser().ask("GET", "/api/v1/security-events.csv").status_code == 401


# -- certificates: the sandbox form of the port, over the pages ------------------------------------------------


@pytest.fixture
def authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "市级 CA")])
    return key, certificate_of(key, name, name, key)


def certificate_of(
    signing: ec.EllipticCurvePrivateKey, issuer: x509.Name, subject: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOON - timedelta(days=1))
        .not_valid_after(NOON + timedelta(days=1))
        .sign(signing, SHA256())
    )


def test_a_ukey_comes_in_by_an_invitation_first_and_by_its_signature_from_then_on(
    service_frame: Callable[..., Frame],
    clock: FixedClock,
    authority: tuple[ec.EllipticCurvePrivateKey, x509.Certificate],
) -> None:
    signing, root = authority
    settings = SignInSettings(rates=RateLimits(), certificates={"ukey": SignedAnswers(root.public_bytes(Encoding.PEM))})
    door = DoorOfTests(service_frame, clock, settings=settings)
    door.people.acting["p-1"] = [capacity("兑付经办", "payment_maker")]
    key = ec.generate_private_key(ec.SECP256R1())
    holder = x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, "913607")])
    pem = certificate_of(signing, root.subject, holder, key).public_bytes(Encoding.PEM).decode()

    def signs(text: str) -> str:
        signature = base64.b64encode(key.sign(text.encode(), ec.ECDSA(SHA256()))).decode()
        return json.dumps({"certificate": pem, "signature": signature})

    def challenge(page: str) -> str:
        return page.partition('id="challenge"')[2].partition(">")[2].partition("</textarea>")[0]

    stranger = door.browser()
    page = stranger.open("/sign-in/certificate/ukey")
    assert challenge(page.text).startswith(f"zhida sign-in\n{HERE}\n")
    refused = stranger.send("/sign-in/certificate/ukey", answer=signs(challenge(page.text)))
    assert (refused.status_code, "尚未在本系统登记" in refused.text) == (403, True)
    assert challenge(refused.text) != challenge(page.text)

    invited = door.api("POST", "/accounts/links", {"person_id": "p-1", "issuer_id": "certificate-ukey"}).json()
    browser = door.browser()
    assert "UKey 数字证书" in browser.open(invited["path"]).text
    token = invited["path"].rpartition("/")[2]
    page = browser.open(f"/sign-in/certificate/ukey?invitation={token}")
    signed = signs(challenge(page.text))
    assert browser.send("/sign-in/certificate/ukey", answer=signed).url.path == "/sign-in/notice"
    browser.send("/sign-in/notice", accepted="true")
    assert signed_in(browser), "a key that asks for its PIN is a second factor"

    again = door.browser()
    page = again.open("/sign-in/certificate/ukey")
    assert again.post("/sign-in/certificate/ukey", answer=signed).status_code == 403, "signed for another challenge"
    page = again.open("/sign-in/certificate/ukey")
    assert again.send("/sign-in/certificate/ukey", answer=signs(challenge(page.text))).url.path == "/"
    assert signed_in(again)
