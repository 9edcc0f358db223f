"""robots.txt is read and obeyed as RFC 9309 has it."""

from __future__ import annotations

import sqlite3
from itertools import pairwise

import pytest

from talkoot.harvesters.fetching.request import FetchError, Request
from tests.harvesters.fetching.conftest import SITE, Bench, Fetch
from tests.harvesters.fetching.fault_server import FaultServer, Rule, answer

RULES = b"""User-agent: other
Disallow: /
User-agent: *
Disallow: /private*
Disallow: /*.pdf$
Disallow: /shop
Allow: /shop/open
"""
PAGES = ("/a", "/private-1", "/a.pdf", "/a.pdf?x", "/shop/closed", "/shop/open/1")


def allowed(fetch: Fetch, path: str) -> bool:
    try:
        fetch(path)
    except FetchError as error:
        if error.code not in ("robots", "postponed"):
            raise
        return False
    return True


@pytest.fixture
def pages(server: FaultServer) -> None:
    server.rules |= dict.fromkeys(PAGES, answer(b"x"))


def text(body: bytes, **options: object) -> bytes:
    return answer(body, **{"Content_Type": "text/plain", **options})


@pytest.mark.usefixtures("pages")
def test_wildcards_and_the_longest_match_decide(fetch: Fetch, server: FaultServer) -> None:
    server.rules["/robots.txt"] = text(RULES)
    assert [path for path in PAGES if allowed(fetch, path)] == ["/a", "/a.pdf?x", "/shop/open/1"]
    assert server.paths() == ["/a", "/a.pdf?x", "/shop/open/1"]
    assert [asked.path for asked in server.asked].count("/robots.txt") == 1


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    "body",
    [b"\xef\xbb\xbfUser-agent: *\nDisallow: /", b"User-agent: Talkoot\r\nDisallow: /a\r\n\r\nUser-agent: *\r\nAllow: /",
     b"User-agent: *\nAllow: /\nUser-agent: talkoot\nUser-agent: x\nDisallow: /",
     b"\xff\xfe\nuser-agent:*\ndisallow:/a"],
    ids=["byte order mark", "our name", "our name among others", "not UTF-8"],
)  # fmt: skip
def test_a_rule_for_us_is_obeyed(fetch: Fetch, server: FaultServer, body: bytes) -> None:
    server.rules["/robots.txt"] = text(body)
    assert not allowed(fetch, "/a")
    assert server.paths() == []


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("status", ["400 Bad", "401 No", "403 No", "404 Not Found", "410 Gone"])
def test_a_site_without_robots_txt_is_free(fetch: Fetch, server: FaultServer, status: str) -> None:
    server.rules["/robots.txt"] = answer(b"User-agent: *\nDisallow: /", status)
    assert allowed(fetch, "/a")


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("rule", [answer(status="500 Error"), answer(status="503 Busy"), answer(status="429 Wait")])
def test_a_site_whose_robots_txt_fails_is_left_alone(fetch: Fetch, server: FaultServer, rule: Rule) -> None:
    server.rules["/robots.txt"] = rule
    assert not allowed(fetch, "/a")
    assert not allowed(fetch, "/shop/open/1")
    assert [asked.path for asked in server.asked] == ["/robots.txt"] * 3


@pytest.mark.usefixtures("pages")
def test_where_robots_txt_fails_the_last_good_copy_holds(bench: Bench, fetch: Fetch, server: FaultServer) -> None:
    server.rules["/robots.txt"] = text(RULES)
    assert allowed(fetch, "/a")
    grow_old(bench)
    server.rules["/robots.txt"] = answer(status="500 Error")
    bench.new_network()
    assert allowed(fetch, "/a")
    assert not allowed(fetch, "/private-1")


@pytest.mark.usefixtures("pages")
def test_a_copy_serves_other_processes_for_a_day(bench: Bench, fetch: Fetch, server: FaultServer) -> None:
    server.rules["/robots.txt"] = text(RULES)
    for _ in range(2):
        assert not allowed(fetch, "/private-1")
        bench.new_network()
    assert [asked.path for asked in server.asked] == ["/robots.txt"]
    grow_old(bench)
    server.rules["/robots.txt"] = answer(status="404 Not Found")
    assert allowed(fetch, "/private-1")


def grow_old(bench: Bench) -> None:
    connection = sqlite3.connect(bench.home / "workbench.sqlite")
    with connection:
        connection.execute("UPDATE robots SET read_at = '2020-01-01T00:00:00Z'")
    connection.close()


@pytest.mark.usefixtures("pages")
def test_robots_txt_is_followed_through_five_redirects_and_free_after(
    bench: Bench, fetch: Fetch, server: FaultServer
) -> None:
    bench.new_network(SITE, "www.example")
    server.rules["/robots.txt"] = lambda asked: (
        answer(status="301 M", Location="http://www.example/r1") if asked.headers["Host"] == SITE else text(b"")
    )
    server.rules |= {f"/r{number}": answer(status="302 F", Location=f"/r{number + 1}") for number in range(1, 5)}
    server.rules["/r5"] = text(RULES)
    assert not allowed(fetch, "/private-1")
    server.rules["/r5"] = answer(status="302 F", Location="/r1")
    grow_old(bench)
    bench.new_network(SITE, "www.example")
    assert allowed(fetch, "/private-1")


@pytest.mark.usefixtures("pages")
def test_only_the_first_500_kibibytes_count(fetch: Fetch, server: FaultServer) -> None:
    line = b"Disallow: /shop\n"
    server.rules["/robots.txt"] = text(b"User-agent: *\n" + line * (500 * 1024 // len(line)) + b"Disallow: /a")
    assert not allowed(fetch, "/shop/closed")
    assert allowed(fetch, "/a")


@pytest.mark.usefixtures("pages")
def test_a_crawl_delay_slows_the_host(bench: Bench, server: FaultServer) -> None:
    server.rules["/robots.txt"] = text(b"User-agent: *\nCrawl-delay: 0.3\n")
    server.clock = bench.turn
    fetcher = bench.begin()
    for path in ("/a", "/shop/open/1"):
        fetcher.fetch(Request(f"http://{SITE}{path}"))
    times = [asked.at for asked in server.asked]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.29


@pytest.mark.usefixtures("pages")
def test_a_redirect_is_held_to_the_rules_of_the_site_that_it_leads_to(
    bench: Bench, fetch: Fetch, server: FaultServer
) -> None:
    bench.new_network(SITE, "other.example")
    server.rules["/robots.txt"] = lambda asked: text(RULES if asked.headers["Host"] == "other.example" else b"")
    server.rules["/go"] = answer(status="302 F", Location="http://other.example/private-1")
    assert not allowed(fetch, "/go")
    assert server.paths() == ["/go"]
