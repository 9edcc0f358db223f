"""Sitemaps (sitemaps.org): the pages of a site, through indexes, as robots.txt or custom names them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from urllib.parse import urljoin
from xml.etree import ElementTree

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import Answer, FetchError, Request
from talkoot.harvesters.readers.pages import Link, Site
from talkoot.harvesters.readers.paging import Page, listed
from talkoot.harvesters.readers.rows import Reading, Row

_CUSTOM = ("/wp-sitemap.xml", "/sitemap_index.xml", "/sitemap.xml")
_LONGEST = 52_428_800


def read_sitemap(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each page of a sitemap that is a record's; a page that has not changed is not sent again (304)."""
    site = Site(definition, reading)
    yield from site.records(_links(site, reading))


def _links(site: Site, reading: Reading) -> Iterator[Link | Issue]:
    waiting = _starts(site.definition.address, reading)
    known = set(waiting)

    def read(answer: Answer, _: int) -> Page[str]:
        pages = [answer.url]  # itself, for a sitemap without pages is no sign of a listing without end
        for kind, address in _entries(answer):
            if kind == "url":
                pages.append(address)
            elif address not in known:
                known.add(address)
                waiting.append(address)
        return Page({page: page for page in pages}, Request(waiting.pop(0)) if waiting else None)

    for item in listed(site.definition, reading, Request(waiting.pop(0)), read):
        if isinstance(item, Issue):
            yield item
        elif link := site.link(item[1]):
            yield link


def _starts(address: str, reading: Reading) -> list[str]:
    """The sitemaps to begin with: the entry, if it is one, else those of robots.txt, else one under a custom name."""
    if re.search(r"\.xml(\.gz)?$", address):
        return [address]
    for way in ("/robots.txt", *_CUSTOM):
        at = urljoin(address, way)
        try:
            body = reading.ask(Request(at)).body
        except FetchError:
            continue
        if way in _CUSTOM:
            return [at]
        if named := re.findall(r"(?im)^\s*sitemap\s*:\s*(\S+)", body.decode("utf-8-sig", "replace")):
            return [urljoin(at, each) for each in dict.fromkeys(named)]
    return [at]


def _entries(answer: Answer) -> Iterator[tuple[str, str]]:
    body = answer.body
    if body.startswith(b"\x1f\x8b"):
        unzip = zlib.decompressobj(31)
        try:
            body = unzip.decompress(body, _LONGEST)
        except zlib.error as error:
            raise FetchError("cut-short", f"the sitemap is damaged: {error}", answer.url) from error
        if not unzip.eof:
            raise FetchError("cut-short", f"the sitemap is cut, or has more than {_LONGEST:,} bytes", answer.url)
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  # no entity of it is fetched, and expat bounds what they grow to
    except ElementTree.ParseError as error:
        raise FetchError("not-xml", f"the sitemap is broken: {error}", answer.url) from error
    if root.tag.rpartition("}")[2] not in ("urlset", "sitemapindex"):
        raise FetchError("unknown-layout", f"a {root.tag} came, expected a sitemap", answer.url)
    for entry in root:
        for child in entry:
            if child.tag.rpartition("}")[2] == "loc" and child.text:
                yield entry.tag.rpartition("}")[2], child.text.strip()
