"""Requests go to public addresses only, and elsewhere only where the steward's own route leads."""

from __future__ import annotations

import socket

import pytest

from talkoot.harvesters.fetching.request import FetchError, Request
from talkoot.harvesters.fetching.transport import is_public
from tests.harvesters.fetching.conftest import SITE, Bench, Fetch
from tests.harvesters.fetching.fault_server import FaultServer, answer

HERE = (
    "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0.0.0.0", "0",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255",
    "[fe80::1]", "[fc00::1]", "[fec0::1]", "[ff02::1]", "[64:ff9b:1::808:808]", "[2001:db8::1]", "192.0.2.1",
)  # fmt: skip


@pytest.mark.parametrize("host", HERE)
def test_a_definition_cannot_lead_into_a_private_network(bench: Bench, server: FaultServer, host: str) -> None:
    with pytest.raises(FetchError) as caught:
        bench.begin().fetch(Request(f"http://{host}:{server.port}/a"))
    assert caught.value.code == "private-address"
    assert server.asked == []


@pytest.mark.parametrize("host", HERE)
def test_a_redirect_cannot_lead_into_a_private_network(fetch: Fetch, server: FaultServer, host: str) -> None:
    server.rules["/a"] = answer(
        status="302 Found", Location=f"http://{host}:{server.port}/secret".encode().decode("latin-1")
    )
    with pytest.raises(FetchError) as caught:
        fetch("/a")
    assert caught.value.code == "private-address"
    assert server.paths() == ["/a"]


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    bench: Bench, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name whose first answer is public and whose second is not is looked up once."""
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, *given: object, **options: object) -> object:
        looked_up.append(host)
        return real("1.1.1.1" if looked_up.count(host) % 2 else "127.0.0.1", *given, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with pytest.raises(Warning, match=r'connect\(\) with host "1\.1\.1\.1"'):  # the tests' own guard refuses it
        bench.begin().fetch(Request(f"http://rebinding.example:{server.port}/a"))
    assert looked_up == ["rebinding.example"]
    assert server.asked == []


@pytest.mark.parametrize(
    "url", ["ftp://site.example/a", "file:///etc/passwd", "http:///a", "http://a:b@site.example/", "http://[::1", "http://a:0/",
            "http://" + "a" * 70 + ".example/"],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(bench: Bench, url: str) -> None:
    with pytest.raises(FetchError) as caught:
        bench.begin().fetch(Request(url))
    assert caught.value.code == "connection"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_route_sends_a_host_elsewhere_and_keeps_its_name(fetch: Fetch, server: FaultServer, scheme: str) -> None:
    server.rules["/a?b=c"] = answer(b"here")
    found = fetch("/a?b=c", scheme=scheme)
    assert (found.body, found.final_url) == (b"here", f"{scheme}://{SITE}/a?b=c")
    assert {asked.headers["Host"] for asked in server.asked} == {SITE}


def test_a_port_stays_in_the_name(bench: Bench, server: FaultServer) -> None:
    server.rules["/a"] = answer(b"here")
    assert bench.begin().fetch(Request(f"https://{SITE}:8443/a")).body == b"here"
    assert server.asked[-1].headers["Host"] == f"{SITE}:8443"


def test_an_address_without_a_scheme_keeps_that_of_the_request(bench: Bench, server: FaultServer) -> None:
    server.address = f"127.0.0.1:{server.port}"
    bench.new_network()
    server.rules["/a"] = answer(b"here")
    assert bench.begin().fetch(Request(f"http://{SITE}/a")).body == b"here"
    with pytest.raises(FetchError) as caught:  # TLS is spoken to a server that does not know it
        bench.begin().fetch(Request(f"https://{SITE}/a"))
    assert caught.value.code == "tls"


def test_a_redirect_to_a_routed_host_goes_there_too(bench: Bench, fetch: Fetch, server: FaultServer) -> None:
    bench.new_network(SITE, "other.example")
    server.rules |= {"/a": answer(status="301 M", Location="http://other.example/b"), "/b": answer(b"there")}
    secret = (("Authorization", "Bearer 1"), ("X-Key", "2"), ("Accept", "text/html"))
    assert fetch("/a", headers=secret).body == b"there"
    first, second = (asked.headers for asked in server.asked if asked.path != "/robots.txt")
    assert (first["Host"], first["Authorization"], first["X-Key"]) == (SITE, "Bearer 1", "2")
    assert (second["Host"], second["Accept"]) == ("other.example", "text/html")
    assert not {"Authorization", "X-Key"} & set(second)


@pytest.mark.parametrize("address", ["", "host", "ftp://host:1", "http://host:x", "host:99999", "http://host/path"])
def test_a_route_that_cannot_be_used_is_refused(bench: Bench, address: str) -> None:
    bench.server.address = address
    with pytest.raises(ValueError, match=r"site\.example=.* expected host:port"):
        bench.new_network()


def test_the_one_name_is_said_in_every_request(fetch: Fetch, server: FaultServer) -> None:
    server.rules["/a"] = answer(b"here")
    fetch("/a", headers=(("User-Agent", "another"), ("X-Asked", "yes")))
    for asked in server.asked:
        assert asked.headers["User-Agent"].startswith("Talkoot/")
        assert "(+https://w3id.org/talkoot/)" in asked.headers["User-Agent"]
    assert server.asked[-1].headers["X-Asked"] == "yes"


def test_settings_of_the_machine_do_not_change_the_way(
    fetch: Fetch, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.rules["/a"] = answer(b"here")
    assert fetch("/a").body == b"here"
