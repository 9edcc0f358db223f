"""Sites: a page for each record, read by its labels; listings, sitemaps and WordPress lead to them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import Answer, FetchError, Request, strict_json
from talkoot.harvesters.readers.fields import found
from talkoot.harvesters.readers.files import Reading, Row, beside, fetch_issue
from talkoot.harvesters.readers.html import Labels, WebPage, decode, label, of_json, read_labels, resolved, shaped
from talkoot.harvesters.readers.services import Page, in_json, listed, next_links, numbered, whole_number

Link = tuple[str, str]
"""A record's page: its address as records know it, and as the site gives it."""
_SITEMAPS = ("/wp-sitemap.xml", "/sitemap_index.xml", "/sitemap.xml")
_LONGEST_SITEMAP = 52_428_800
_EACH = 100
_CLOSED = (401, 403, 404, 410)


class Site:
    """A site's pages: which are a record's, under which address each is known, and what it says."""

    def __init__(self, definition: Definition, reading: Reading) -> None:
        self.definition, self.options, self.reading = definition, definition.reading, reading
        item = self.options.get("item", "**")
        glob = "^" + re.escape(item).replace(r"\*\*", ".+").replace(r"\*", "[^/?&]+") + "/?$"
        self._item, self._query = re.compile(item if item.startswith("^") else glob), "?" in item
        self._scheme, self._host = urlsplit(definition.address)[:2]
        self._labels, self._unknown = Labels(definition), set[str]()

    def request(self, address: str) -> Request:
        """The request for a page, in the site's language where the definition names it."""
        languages = self.options.get("language")
        headers = (("Accept-Language", languages),) if languages else ()
        return Request(address, headers=headers, accept=("text/html", "application/xhtml+xml"))

    def link(self, address: str) -> Link | None:
        """A record's page, if this is one: on the host of the entry, without tab and fragment."""
        parts = urlsplit(urldefrag(resolved(self.definition.address, address)).url)
        path = parts.path + (f"?{parts.query}" if self._query and parts.query else "")
        for tab in self.options.get("tabs", ()):
            path = path.removesuffix(tab)
        if parts.netloc not in (self._host, *self.options.get("fold_hosts", ())) or not self._item.search(path):
            return None
        return f"{self._scheme}://{self._host}{path}", f"{parts.scheme}://{parts.netloc}{path}"

    def key(self, address: str) -> str:
        """The key of the record at an address; empty where it is made of something else."""
        page, values = WebPage("", address), {}
        for name in self.definition.keys:
            spec = self.definition.fields[name]
            sources = [each for each in spec.sources if each.startswith("@address")]
            values[name] = shaped(spec, (block for each in sources for block in page.pseudo(each)))
        return self.definition.key(values) if all(values.values()) else ""

    def records(self, links: Iterable[Link | Issue | None]) -> Iterator[Row | Issue]:
        """The record on each page, once; a page that cannot be read is an issue with the record's key."""
        seen = set[str]()
        for link in links:
            if isinstance(link, Issue):
                yield link
            elif link and (key := self.key(link[0]) or link[0]) not in seen:
                seen.add(key)
                try:
                    pages = self._pages(link)
                except FetchError as error:
                    gone = Issue("page-gone", self.definition.id, error.message, file=error.url)
                    yield gone if error.gone else fetch_issue(self.definition, error, self.key(link[0]))
                    continue
                address = pages[0].address
                if (moved := self.key(address) or address) == key or moved not in seen:
                    seen.add(moved)
                    yield from self.record(pages)

    def _pages(self, link: Link) -> list[WebPage]:
        page = self.page(self.reading.fetch(self.request(link[1])))
        pages, path = [page], urlsplit(page.address).path.rstrip("/")
        for tab in self.options.get("tabs", ()):
            try:
                pages.append(self.page(self.reading.fetch(self.request(urljoin(page.address, path + tab)))))
            except FetchError as error:
                if not error.gone:
                    raise
        page.address = (self.link(page.address) or link)[0]
        return pages

    def page(self, answer: Answer) -> WebPage:
        """The page of an answer. Raises :class:`FetchError` where it is not whole."""
        markup, fault = decode(answer.body, answer.headers.get("Content-Type", ""))
        if "</html" not in markup.lower():
            raise FetchError("cut-short", "the page ends before </html>", answer.url)
        return WebPage(markup, answer.final_url, fault)

    def record(self, pages: list[WebPage], data: Mapping[str, Any] | None = None) -> Iterator[Row | Issue]:
        """What a record's page and its tabs say, or a JSON object and the page within it."""
        key, address = self.key(pages[0].address), pages[0].address

        def issue(code: str, message: str, expected: str, field: str = "") -> Issue:
            return Issue(code, self.definition.id, message, key, address, field=field, expected=expected)

        yield from (issue("wrong-encoding", page.fault, "one encoding, truly named") for page in pages if page.fault)
        tabs = [read_labels(page.blocks, self._labels) for page in pages]
        for unknown in sorted({label(text)[:80] for _, names in tabs for text in names} - self._unknown):
            self._unknown.add(unknown)
            yield issue("unknown-label", "no field has it, and it is not dropped", "a label of the definition", unknown)
        try:
            nodes = [node for page in pages if self._labels.linked for node in page.linked_data()]
        except (ValueError, RecursionError) as error:
            yield issue("not-json", f"the page's JSON-LD: {error}", "JSON (RFC 8259), each key once")
            return
        kinds = {*self.options.get("types", ())}
        nodes = [node for node in nodes if not kinds or kinds & {*found(node, "@type")}]
        if data is None and not nodes and not any(tab for tab, _ in tabs):
            inside = {to for _, to in pages[0].links() if urlsplit(to).netloc == urlsplit(address).netloc} - {address}
            if self._labels.expected or len(inside) < 2:
                message = "the page has no label that is known, or leads nowhere into its site"
                yield issue("unknown-layout", message, "a record's page")
                return
        values = {}
        for name, spec in self.definition.fields.items():
            for source in spec.sources or (name,):
                if source.startswith("json-ld:"):
                    blocks = [of_json(value) for node in nodes for value in found(node, source[8:])]
                elif source.startswith("@"):
                    blocks = pages[0].pseudo(source)
                else:
                    blocks = [of_json(value) for value in found(data, source)] if data else []
                    blocks = blocks or next((tab[at] for tab, _ in tabs if tab.get(at := label(source))), [])
                if (value := shaped(spec, blocks)) is not None:
                    values[name] = value
                    break
        if any("\ufffd" in str(value) for value in values.values()):
            yield issue("damaged-text", "a value holds damaged characters", "the page's own encoding")
        else:
            yield Row(0, values, address)


def read_pages(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each page that the listings lead to, or whose address is known beforehand."""
    site = Site(definition, reading)
    return site.records(_links(site))


def _links(site: Site) -> Iterator[Link | Issue | None]:
    options = site.options
    for address in options.get("addresses", ()):
        try:
            known = [address] if "://" in address else beside(site.definition, address).split()
            yield from map(site.link, known)
        except FetchError as error:
            yield fetch_issue(site.definition, error)
    for address in options.get("list", () if "addresses" in options else (site.definition.address,)):
        read, counted = _listing(site, address), "{n}" in options.get("next", "")
        for item in listed(site.definition, site.reading, site.request(address), read, counted=counted):
            yield item if isinstance(item, Issue) else item[1]


def _listing(site: Site, start: str) -> Callable[[Answer, int], Page[Link]]:
    """Read a listing's pages; one that stands in for another shares no link with the first."""
    onward, announced = site.options.get("next", ""), site.options.get("announced")
    first_frame = set[str]()

    def read(answer: Answer, number: int) -> Page[Link]:
        nonlocal first_frame
        page = site.page(answer)
        links = {address: site.link(address) for _, address in page.links()}
        items = {link[0]: link for link in links.values() if link}
        frame = {address for address, link in links.items() if not link}
        if not items and (number == 1 or (first_frame and not first_frame & frame)):
            raise FetchError("unknown-layout", "no record's page is linked from the listing", answer.url)
        first_frame = first_frame or frame
        total = re.search(announced, page.text()) if announced else None
        if number == 1 and announced and not total:
            raise FetchError("unknown-layout", "the listing does not say how many records it has", answer.url)
        told = [address for text, address in page.links() if onward and label(text) == label(onward)]
        if onward == "rel":
            told = [resolved(answer.final_url, each) for each in next_links(answer)]
            told += [address for _, address in page.links("[rel~=next]")]
        following = site.request(told[0]) if any(told[:1]) else None
        if "{n}" in onward:
            following = numbered(site.definition, onward, start, number)
        return Page(items, following, whole_number(total[1]) if total else None)

    return read


def read_sitemap(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each page of a sitemap (sitemaps.org) that is a record's; unchanged pages are not sent again.

    Asked for what changed since a day, it leaves out the pages and sitemaps that tell an earlier one.
    """
    site, waiting = Site(definition, reading), _starts(definition.address, reading)
    known = set(waiting)

    def read(answer: Answer, _: int) -> Page[str]:
        pages = [answer.url]  # itself, for a sitemap without pages is no sign of a listing without end
        kind, addresses = _entries(answer, reading.since)
        if kind == "urlset":
            pages += addresses
        else:
            waiting.extend(new := [each for each in dict.fromkeys(addresses) if each not in known])
            known.update(new)
        return Page({page: page for page in pages}, Request(waiting.pop(0)) if waiting else None)

    items = listed(definition, reading, Request(waiting.pop(0)), read)
    return site.records(item if isinstance(item, Issue) else site.link(item[1]) for item in items)


def _starts(address: str, reading: Reading) -> list[str]:
    """The sitemaps to begin with: the entry, if it is one, else those of robots.txt, else one under a custom name."""
    if re.search(r"\.xml(\.gz)?$", address):
        return [address]
    for way in ("/robots.txt", *_SITEMAPS):
        at = urljoin(address, way)
        try:
            body = reading.fetch(Request(at)).body
        except FetchError:
            continue
        if way in _SITEMAPS:
            return [at]
        if named := re.findall(r"(?im)^\s*sitemap\s*:\s*(\S+)", body.decode("utf-8-sig", "replace")):
            return [urljoin(at, each) for each in dict.fromkeys(named)]
    return [at]


def _entries(answer: Answer, since: str) -> tuple[str, list[str]]:
    """Whether a sitemap is one of pages or of sitemaps, and the addresses of those that did not change before a day."""
    body = answer.body
    try:
        if body.startswith(b"\x1f\x8b"):
            unzip = zlib.decompressobj(31)
            body = unzip.decompress(body, _LONGEST_SITEMAP)
            if not unzip.eof:
                raise zlib.error(f"it is cut, or has more than {_LONGEST_SITEMAP:,} bytes")
        root = ElementTree.fromstring(body)  # noqa: S314  # no entity of it is fetched, and expat bounds what they grow to
    except zlib.error as error:
        raise FetchError("cut-short", f"the sitemap is damaged: {error}", answer.url) from error
    except ElementTree.ParseError as error:
        raise FetchError("not-xml", f"the sitemap is broken: {error}", answer.url) from error
    if (kind := root.tag.rpartition("}")[2]) not in ("urlset", "sitemapindex"):
        raise FetchError("unknown-layout", f"a {root.tag} came, expected a sitemap", answer.url)
    entries = [(each.findtext("{*}loc"), each.findtext("{*}lastmod")) for each in root]
    recent = (place for place, day in entries if place and not (day and day.strip()[: len(since)] < since))
    return kind, [place.strip() for place in recent]


def read_wordpress(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each item of the content types; fields by JSON path, or by label within the content.

    The REST interface is found by discovery; where it is closed, the sitemap's pages are read.
    """
    if (routes := _routes(definition, reading)) is None:
        yield Issue("rest-closed", definition.id, "REST or a content type is not open: the sitemap's pages are read",
                    file=definition.address)  # fmt: skip
        yield from read_sitemap(definition, reading)
        return
    site, options = Site(definition, reading), definition.reading
    for route in routes:
        mark = "&" if "?" in route else "?"
        since = f"&modified_after={reading.since}T00:00:00" if reading.since else ""
        address = f"{route}{mark}per_page={_EACH}&{options.get('query', '')}".rstrip("&") + since

        def read(answer: Answer, number: int, address: str = address) -> Page[Mapping[str, Any]]:
            found = [item for item in _decoded(answer, list) if isinstance(item, dict)]
            items = {str(item.get("id", item.get("link"))): item for item in found}
            last = whole_number(answer.headers.get("X-WP-TotalPages", ""))
            more = (number < last if last is not None else len(found) == _EACH) or next_links(answer)
            following = _in_json(f"{address}&page={number + 1}") if more else None
            return Page(items, following, whole_number(answer.headers.get("X-WP-Total", "")))

        for item in listed(definition, reading, _in_json(f"{address}&page=1"), read, counted=True):
            if isinstance(item, Issue):
                yield item
            else:
                content = {} if "content" in options.get("drop", ()) else item[1].get("content")
                markup = content.get("rendered", "") if isinstance(content, dict) else ""
                yield from site.record([WebPage(markup, str(item[1].get("link", "")))], item[1])


def _in_json(address: str) -> Request:
    return Request(address, accept=("application/json",))


def _decoded(answer: Answer, kind: type) -> Any:
    with in_json(answer):
        document = strict_json(answer.body)
        if not isinstance(document, kind):
            raise ValueError(f"a {type(document).__name__} came, expected a {kind.__name__}")
    return document


def _routes(definition: Definition, reading: Reading) -> list[str] | None:
    """Where the content types are to be had; None where the interface is closed or lacks one of them."""
    wanted = definition.reading.get("types", ("posts",))
    for way in ("/wp-json/", "/?rest_route=/"):
        root = definition.address.rstrip("/") + way
        try:
            routes: Mapping[str, Any] = _decoded(reading.fetch(_in_json(root)), dict).get("routes", {})
            bases = {each: each for each in wanted if f"/wp/v2/{each}" in routes}
            if len(bases) < len(wanted) and "/wp/v2/types" in routes:
                types = _decoded(reading.fetch(_in_json(f"{root}wp/v2/types")), dict)
                bases = {each: types[each].get("rest_base", each) for each in wanted if each in types} | bases
        except FetchError as error:
            if error.code != "media-type" and error.status not in _CLOSED:
                raise
            continue
        return [f"{root}wp/v2/{bases[each]}" for each in wanted] if len(bases) == len(wanted) else None
    return None
