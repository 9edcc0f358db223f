"""Pages: listings that lead to a page for each record, which is read by its labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import Answer, FetchError, Request
from talkoot.harvesters.readers.fields import found
from talkoot.harvesters.readers.files import beside
from talkoot.harvesters.readers.html import Labels, WebPage, decode, label, of_json, read_labels, resolved, shaped
from talkoot.harvesters.readers.paging import Page, listed, next_links, numbered, whole_number
from talkoot.harvesters.readers.rows import Reading, Row, fetch_issue

Link = tuple[str, str]
"""A record's page: its address as records know it, and as the site gives it."""


class Site:
    """A site's pages: which are a record's, under which address each is known, and what it says."""

    def __init__(self, definition: Definition, reading: Reading) -> None:
        self.definition, self.options, self._reading = definition, definition.reading, reading
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

    def records(self, links: Iterable[Link | Issue]) -> Iterator[Row | Issue]:
        """The record on each page, once; a page that cannot be read is an issue with the record's key."""
        seen = set[str]()
        for link in links:
            if isinstance(link, Issue):
                yield link
            elif (key := self.key(link[0]) or link[0]) not in seen:
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
        page = self.page(self._reading.ask(self.request(link[1])))
        pages, path = [page], urlsplit(page.address).path.rstrip("/")
        for tab in self.options.get("tabs", ()):
            try:
                pages.append(self.page(self._reading.ask(self.request(urljoin(page.address, path + tab)))))
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
        inside = {to for _, to in pages[0].links() if urlsplit(to).netloc == urlsplit(address).netloc} - {address}
        if (
            data is None
            and not nodes
            and not any(tab for tab, _ in tabs)
            and (self._labels.expected or len(inside) < 2)
        ):
            yield issue("unknown-layout", "the page has no label that is known, or leads nowhere into its site",
                        "a record's page")  # fmt: skip
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
    yield from site.records(_links(site, reading))


def _links(site: Site, reading: Reading) -> Iterator[Link | Issue]:
    options = site.options
    known: list[str] = []
    for address in options.get("addresses", ()):
        try:
            known += [address] if "://" in address else beside(site.definition, address).split()
        except FetchError as error:
            yield fetch_issue(site.definition, error)
    yield from (link for address in known if (link := site.link(address)))
    for address in options.get("list", () if "addresses" in options else (site.definition.address,)):
        listing, counted = _Listing(site, address), "{n}" in options.get("next", "")
        for item in listed(site.definition, reading, site.request(address), listing.read, counted=counted):
            yield item if isinstance(item, Issue) else item[1]


class _Listing:
    """A listing of a site; a page that stands in for one of its pages shares no link with the first one."""

    def __init__(self, site: Site, address: str) -> None:
        self._site, self._address, self._frame = site, address, set[str]()

    def read(self, answer: Answer, number: int) -> Page[Link]:
        page, options = self._site.page(answer), self._site.options
        links = {address: self._site.link(address) for _, address in page.links()}
        items = {link[0]: link for link in links.values() if link}
        frame = {address for address, link in links.items() if not link}
        if not items and (number == 1 or (self._frame and not self._frame & frame)):
            raise FetchError("unknown-layout", "no record's page is linked from the listing", answer.url)
        self._frame = self._frame or frame
        told = re.search(options["announced"], page.text()) if "announced" in options else None
        if number == 1 and "announced" in options and not told:
            raise FetchError("unknown-layout", "the listing does not say how many records it has", answer.url)
        return Page(items, self._following(answer, page, number), whole_number(told[1]) if told else None)

    def _following(self, answer: Answer, page: WebPage, number: int) -> Request | None:
        onward = self._site.options.get("next", "")
        if "{n}" in onward:
            return numbered(self._site.definition, onward, self._address, number)
        if onward == "rel":
            told = [resolved(answer.final_url, each) for each in next_links(answer)]
            told += [address for _, address in page.links("[rel~=next]")]
        else:
            told = [address for text, address in page.links() if onward and label(text) == label(onward)]
        return self._site.request(told[0]) if any(told[:1]) else None
