"""Paging: every listing ends, is read whole, and says so where it may not be whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from talkoot.graph.issues import Issue
from talkoot.harvesters.fetching.request import Answer, FetchError, Request
from talkoot.harvesters.readers import Reading
from talkoot.harvesters.readers.services import Page, listed, next_links, numbered, whole_number
from tests.replicas.bench import benched, definition
from tests.replicas.server import ReplicaServer, Reply

FIRST = "https://list.example/list"
Listing = Callable[..., tuple[list[str], list[Issue]]]


def lines(*words: str) -> Reply:
    """A page of a listing: an item a line; *next* and *total* say what they say."""
    return Reply("\n".join(words), kind="text/plain")


@pytest.fixture
def server() -> ReplicaServer:
    return ReplicaServer()


@pytest.fixture
def listing(tmp_path: Path, server: ReplicaServer) -> Iterator[Listing]:
    """Read the server's listing: its items and issues."""
    with benched(tmp_path, server, "list.example") as bench:

        def reading(pattern: str = "", ceiling: int = 0, **options: int) -> tuple[list[str], list[Issue]]:
            told = "".join(f"{name} = {value}\n" for name, value in options.items())
            site = definition(
                tmp_path, "pages", FIRST, f"keys = ['x']\n[reading]\n{told}[fields]\nx = {{type = 'text'}}"
            )

            def read(answer: Answer, number: int) -> Page[str]:
                words = answer.body.decode().split("\n")
                if "fault" in words:
                    raise FetchError("unknown-layout", "this is no list", answer.url)
                following = [Request(f"https://list.example{word[5:]}") for word in words if word.startswith("next ")]
                following += [Request(f"https://list.example{link}") for link in next_links(answer)]
                following += [numbered(site, pattern, FIRST, number)] if pattern else []
                total = [int(word[6:]) for word in words if word.startswith("total ")]
                items = {word: word.upper() for word in words if word and " " not in word}
                return Page(items, following[0] if following else None, total[0] if total else None)

            fetcher = bench.bench.begin()
            found = list(
                listed(site, Reading(1000, fetcher.fetch), Request(FIRST), read, counted=bool(pattern), ceiling=ceiling)
            )
            items = [item for item in found if not isinstance(item, Issue)]
            assert all(text == key.upper() for key, text in items)
            return [key for key, _ in items], [item for item in found if isinstance(item, Issue)]

        yield reading


def incomplete(issues: list[Issue], reason: str) -> bool:
    """Whether the one issue is that the listing may not be whole, for this reason; then nothing is taken as gone."""
    (issue,) = issues
    return (issue.code, issue.key, issue.sets_aside) == ("listing-incomplete", "", True) and reason in issue.message


def test_a_listing_of_one_page(server: ReplicaServer, listing: Listing) -> None:
    server.answers["/list"] = lines("a", "b", "total 2")
    assert listing() == (["a", "b"], [])


def test_links_are_followed_to_the_last_page(server: ReplicaServer, listing: Listing) -> None:
    server.answers |= {"/list": lines("a", "next /p?x=1"), "/p?x=1": lines("b", "next /p?x=2"), "/p?x=2": lines("c")}
    assert listing() == (["a", "b", "c"], [])
    assert server.asked == ["/list", "/p?x=1", "/p?x=2"]


def test_a_link_header_leads_on(server: ReplicaServer, listing: Listing) -> None:
    told = {"Link": '</first>; rel="prev", </p2>; rel="next"'}
    server.answers |= {"/list": Reply("a", kind="text/plain", headers=told), "/p2": lines("b")}
    assert listing() == (["a", "b"], [])


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        ({"pattern": "?page={n}", "first": 0}, ["/list", "/list?page=1", "/list?page=2"]),
        ({"pattern": "?page={n}"}, ["/list", "/list?page=2", "/list?page=3"]),
        ({"pattern": "/list/{n}/"}, ["/list", "/list/2/", "/list/3/"]),
        ({"pattern": "?offset={n}", "first": 0, "step": 20}, ["/list", "/list?offset=20", "/list?offset=40"]),
    ],
)
@pytest.mark.parametrize(
    "end", [lines(""), lines("b"), Reply("", 404), Reply("", 400)], ids=["empty", "the last again", "404", "400"]
)
def test_numbers_are_counted_up_until_nothing_new_comes(
    server: ReplicaServer, listing: Listing, options: dict[str, Any], paths: list[str], end: Reply
) -> None:
    server.answers |= dict(zip(paths, (lines("a"), lines("a", "b"), end), strict=True))
    assert listing(**options) == (["a", "b"], [])
    assert server.asked == paths


def test_a_refusal_is_the_end_of_no_listing_whose_pages_the_site_tells(server: ReplicaServer, listing: Listing) -> None:
    server.answers |= {"/list": lines("a", "next /p2"), "/p2": Reply("", 404)}
    items, (issue,) = listing()
    assert items == ["a"]
    assert (issue.code, issue.key, issue.file) == ("http-status", "", "https://list.example/p2")


def test_a_first_page_that_is_not_there_is_no_empty_listing(listing: Listing) -> None:
    items, (issue,) = listing("?page={n}")
    assert (items, issue.code, issue.sets_aside) == ([], "http-status", True)


@pytest.mark.parametrize("pattern", ["", "?page={n}"])
def test_a_page_that_is_none_of_the_listing_ends_it_with_an_issue(
    server: ReplicaServer, listing: Listing, pattern: str
) -> None:
    server.answers |= {"/list": lines("a", "next /list?page=2"), "/list?page=2": lines("fault")}
    items, (issue,) = listing(pattern)
    assert (items, issue.code, issue.key) == (["a"], "unknown-layout", "")


def test_a_last_page_that_leads_to_itself_is_the_end(server: ReplicaServer, listing: Listing) -> None:
    server.answers |= {"/list": lines("a", "next /p2"), "/p2": lines("b", "next /p2")}
    assert listing() == (["a", "b"], [])


def test_pages_in_a_ring_are_read_once_and_told(server: ReplicaServer, listing: Listing) -> None:
    server.answers |= {"/list": lines("a", "next /p2"), "/p2": lines("b", "next /p3"), "/p3": lines("c", "next /list")}
    items, issues = listing()
    assert items == ["a", "b", "c"]
    assert incomplete(issues, "leads on, but to nothing new")
    assert server.asked == ["/list", "/p2", "/p3"]


def test_pages_without_end_that_bring_nothing_new_are_left(server: ReplicaServer, listing: Listing) -> None:
    server.site = lambda path: lines("a", f"next /p{len(server.asked)}")
    items, issues = listing()
    assert items == ["a"]
    assert incomplete(issues, "leads on, but to nothing new")
    assert len(server.asked) == 2


@pytest.mark.parametrize("pattern", ["", "?page={n}"])
def test_pages_without_end_that_always_bring_something_new_are_left_at_the_cap(
    server: ReplicaServer, listing: Listing, pattern: str
) -> None:
    server.site = lambda path: lines(f"x{len(server.asked)}", f"next /p{len(server.asked)}")
    items, issues = listing(pattern, pages=7)
    assert len(items) == len(server.asked) == 7
    assert incomplete(issues, "it goes on after 7 pages")


def test_fewer_items_than_announced_are_incomplete(server: ReplicaServer, listing: Listing) -> None:
    server.answers |= {"/list": lines("a", "total 3", "next /p2"), "/p2": lines("b")}
    items, issues = listing()
    assert items == ["a", "b"]
    assert incomplete(issues, "2 items listed: 3 are announced")
    assert (issues[0].value, issues[0].expected) == ("2", "3")


def test_the_number_that_the_last_page_announces_counts(server: ReplicaServer, listing: Listing) -> None:
    server.answers |= {"/list": lines("a", "total 3", "next /p2"), "/p2": lines("b", "total 2", "next /p2?again")}
    server.answers["/p2?again"] = lines("b", "next /list")
    assert listing() == (["a", "b"], [])


@pytest.mark.parametrize(
    ("text", "number"), [("1,204", 1204), ("1 204", 1204), ("0", 0), ("", None), ("²", None), ("9" * 5000, None)]
)
def test_a_number_is_read_by_its_digits(text: str, number: int | None) -> None:
    assert whole_number(text) == number


def test_exactly_as_many_as_a_source_ever_gives_are_incomplete(server: ReplicaServer, listing: Listing) -> None:
    server.answers["/list"] = lines("a", "b", "c", "total 3")
    items, issues = listing(ceiling=3)
    assert items == ["a", "b", "c"]
    assert incomplete(issues, "never gives more than 3")
    assert listing(ceiling=4) == (["a", "b", "c"], [])
