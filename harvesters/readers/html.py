"""Web pages read by label, not by markup: a known label begins a field, what follows up to the next is its value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from talkoot.graph.issues import MAIL_ADDRESS
from talkoot.harvesters.definition import Definition, Field
from talkoot.harvesters.fetching.request import strict_json
from talkoot.harvesters.readers.fields import pick

_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd label mark q s samp small span strong sub sup time tt u "
    "var wbr".split()
)
_LEFT_OUT = frozenset("script style template svg noscript nav footer select textarea iframe object canvas".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6 summary legend caption button dt th".split())
_SPACE = re.compile(r"[ \t\r\n\f]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_CHARSET = re.compile(r"""(?i)charset\s*=\s*["']?\s*([\w-]+)""")
_CONTENT_LINKS = "body a:not(nav a, footer a, header a)"
_LONGER = 60
"""Characters that a label may have beyond its known beginning; more is prose."""
_LATIN = dict.fromkeys(("iso-8859-1", "latin1", "us-ascii", "windows-1252"), "cp1252")


def decode(body: bytes, content_type: str) -> tuple[str, str]:
    """The text of a page, and what is wrong with its encoding: header and page disagree, or characters are damaged."""
    said = [_CHARSET.search(text) for text in (content_type, body[:4096].decode("latin-1"))]
    names = list(dict.fromkeys(_LATIN.get(name := each[1].lower(), name) for each in said if each)) or ["utf-8"]
    fault = f"the header says {names[0]}, the page {names[1]}" if len(names) > 1 else ""
    # UTF-8 is not right by chance, so it goes first where it is named; what is not named is not guessed.
    for name in sorted(names, key=lambda name: name != "utf-8"):
        try:
            return body.decode(name).removeprefix("\ufeff"), fault
        except (UnicodeError, LookupError):
            continue
    text = body.decode("utf-8", "replace")
    return text, f"{text.count(chr(0xFFFD))} characters are damaged: the page is not in {' or '.join(names)}"


def clean(text: str) -> str:
    """A text as it is shown: white space as HTML has it, nothing invisible."""
    text = _SPACE.sub(" ", text)
    return (text if text.isascii() else _INVISIBLE.sub("", text).replace("\u00a0", " ")).strip()


def resolved(base: str, address: str) -> str:
    """An address as a page at ``base`` gives it, in full; empty where it is none."""
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""


def label(text: str) -> str:
    """A label as it is compared: without case, doubled spaces, a colon and the stars of required fields."""
    return " ".join(text.split()).casefold().rstrip(" :*")


class Block(NamedTuple):
    """A text of its own on a page with its links; ``head`` is its first part if it has several, all elements."""

    text: str
    links: tuple[str, ...] = ()
    head: str = ""
    shape: tuple[Any, ...] = ()
    ends: bool = False
    labels: bool = True
    within: tuple[int, ...] = ()


class Labels:
    """The labels that a definition knows: its fields' sources, those to drop, and those at which reading ends."""

    def __init__(self, definition: Definition) -> None:
        sources = [name for field, spec in definition.fields.items() for name in spec.sources or (field,)]
        dropped, until = (definition.reading.get(option, ()) for option in ("drop", "until"))
        self.dropped, self.until = frozenset(map(label, dropped)), frozenset(map(label, until))
        of_fields = [name for name in sources if not name.startswith(("@", "json-ld:"))]
        self._known = frozenset(map(label, (*of_fields, *dropped, *until)))
        self._prefixes = [label(name) for name in (*of_fields, *dropped, *until) if name.endswith("*")]
        self.linked = any(name.startswith("json-ld:") for name in sources)
        self.expected = self.linked or (bool(of_fields) and definition.reader != "wordpress")

    def split(self, block: Block) -> tuple[str, str]:
        """The label that a block is or begins with, and the rest of it; empty where it has none."""
        head, colon, _ = block.text.partition(":")
        starts = (head + colon if colon else "", block.head)
        for text in (*(() if label(block.text) in self._known else starts), block.text) if block.labels else ():
            asked = label(text)
            found = asked if asked in self._known else next(filter(asked.startswith, self._prefixes), "")
            if asked and found and len(asked) <= len(found) + _LONGER:
                rest = block.text.removeprefix(text).strip(" :")
                return found, rest if any(map(str.isalnum, rest)) else ""
        return "", ""


def read_labels(blocks: Iterable[Block], labels: Labels) -> tuple[dict[str, list[Block]], list[str]]:
    """The values of each known label, and labels that nobody knows: they end a field, so that none takes their values.

    A label that nobody knows is told by its place in the markup, which is that of known labels and not of values.
    """
    split = [(block, *labels.split(block)) for block in blocks]
    followed, alike = Counter[Any](), Counter[Any]()
    for (before, name, rest), (after, other, _) in pairwise(split):
        if name and name not in labels.dropped and (rest or not (other or after.ends)):
            followed[before.shape] += 1
            alike[before.shape] += bool(rest) or before.shape == after.shape
    shapes = {shape for shape, times in followed.items() if 2 * alike[shape] < times}
    found: dict[str, list[Block]] = {}
    unknown: list[str] = []
    current, within = "", tuple[int, ...]()
    values: list[Block] | None = None  # of the label that is being read; none where they are not wanted
    for block, name, rest in split:
        if name in labels.until:
            break
        if name and name != current:
            values, within = found.setdefault(name, []), block.within
            values = None if values or name in labels.dropped else values
        elif not name and (block.ends or block.shape in shapes or block.within[: len(within)] != within):
            if current not in labels.dropped and block.shape in shapes:
                unknown.append(block.text)
            if current not in labels.dropped or block.ends:  # what follows a dropped label is told nowhere
                current, values = "", None
        current = name or current
        value = rest if name else block.text
        if values is not None and value and not (values and values[-1].text == value):
            values.append(Block(value, block.links))
    return found, unknown


class WebPage:
    """A page: its blocks of text, and what its head, its address and its JSON-LD say."""

    def __init__(self, markup: str, address: str, fault: str = "") -> None:
        self._tree, self.address, self.fault = LexborHTMLParser(markup), address, fault

    @cached_property
    def blocks(self) -> list[Block]:
        """The texts of the page in their order, each element that is no mere part of a text for itself."""
        return list(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        parts: list[tuple[int, str]] = []  # texts with the element of the block that each stands in, if any
        links: list[str] = []
        stack = [(self._tree.body, False)] if self._tree.body else []
        owners: list[LexborNode] = [node for node, _ in stack]
        inline, within, columns, main = [0], tuple[int, ...](), 0, 0
        while stack:
            node, leaving = stack.pop()
            tag, step = node.tag or "", -1 if leaving else 1
            if tag == "-text":
                parts.append((inline[-1], node.text_content or ""))
                continue
            href = node.attributes.get("href") or "" if tag == "a" else ""
            if tag[0] in "-!" or tag in _LEFT_OUT or (tag == "header" and not main) or href.startswith("mailto:"):
                continue  # the text of a mail address may well be a name
            if tag in _INLINE:
                links += [resolved(self.address, href)] if href and not leaving else []
                inline = inline[:-1] if leaving else [*inline, inline[-1] or node.mem_id]
            else:
                if parts and any(map(str.isalnum, text := clean("".join([text for _, text in parts])))):
                    owner, contents = owners[-1], owners[-1].tag == "li" and any("#" in address for address in links)
                    ends = bool(columns) or contents or owner.tag in _HEADINGS
                    yield Block(
                        text, tuple(links), _head(parts), _shape(owner), ends, not columns and not contents, within
                    )
                parts, links = [], []
                main += step * (tag in ("main", "article", "section"))
                columns += step * (tag == "tr" and [each.tag for each in node.iter()][:2] == ["th", "th"])
                if tag in ("dl", "table"):
                    within = within[:-1] if leaving else (*within, node.mem_id)
                owners = owners[:-1] if leaving else [*owners, node]
            if not leaving:
                stack.append((node, True))
                stack += [(each, False) for each in [*node.iter(include_text=True)][::-1]]

    def pseudo(self, source: str) -> list[Block]:
        """What stands outside the fields: ``@title``, ``@h1``, ``@lang``, ``@canonical``, ``@address``, ``@link:PART``.

        ``@address:PATTERN`` is the first group of a pattern that is found in the address.
        """
        word, _, rest = source.partition(":")
        if word == "@address":
            match = re.search(rest, self.address) if rest else None
            return [Block(match[1])] if match else [] if rest else [Block(self.address)]
        if word in ("@canonical", "@link"):
            links = self.links("link[rel~=canonical]" if word == "@canonical" else _CONTENT_LINKS)
            return [Block(text or address, (address,)) for text, address in links if rest in address]
        if word == "@lang":
            languages = [node.attributes.get("lang") or "" for node in self._tree.css("html")]
            return [Block(language.partition("-")[0].lower()) for language in languages]
        places = {"@h1": ("main h1, article h1", "h1"), "@title": ("head title",)}.get(word, ())
        node = next((found for place in places if (found := self._tree.css_first(place))), None)
        return [Block(clean(node.text()))] if node else []

    def linked_data(self) -> list[dict[str, Any]]:
        """The nodes of the page's JSON-LD. Raises ValueError where it is broken."""
        nodes: list[Any] = []
        for script in self._tree.css('script[type="application/ld+json"]'):
            found = strict_json(script.text().encode())
            for each in found if isinstance(found, list) else [found]:
                nodes += each["@graph"] if isinstance(each, dict) and isinstance(each.get("@graph"), list) else [each]
        return [node for node in nodes if isinstance(node, dict)]

    def links(self, of: str = "body a") -> list[tuple[str, str]]:
        """Text and address of the links that a selector finds, each once."""
        nodes = (node for node in self._tree.css(of) if node.attributes.get("href"))
        pairs = ((clean(node.text()), resolved(self.address, node.attributes["href"] or "")) for node in nodes)
        return list(dict.fromkeys(pairs))

    def text(self) -> str:
        """All its text."""
        return clean(self._tree.body.text(separator=" ")) if self._tree.body else ""


def _head(parts: list[tuple[int, str]]) -> str:
    filled = [(element, text) for element, text in parts if len(parts) > 1 and text.strip()]
    elements = {element for element, _ in filled}
    if len(elements) < 2 or 0 in elements:
        return ""
    return clean("".join(text for element, text in filled if element == filled[0][0]))


def _shape(node: LexborNode) -> tuple[Any, ...]:
    parent, before = node.parent, node.prev
    while before is not None and before.tag == "-text":
        before = before.prev
    theirs = (parent.tag, parent.attributes.get("class")) if parent else ()
    return node.tag, node.attributes.get("class"), theirs, before is None


def of_json(value: Any) -> Block:
    """A value of JSON as a block: a text, maybe in HTML, or a node by its name and its address."""
    node = value if isinstance(value, dict) else {}
    link = str(node.get("url") or node.get("@id") or "")
    text = str(node.get("name") or node.get("@value") or link if node else value)
    if "<" in text or "&" in text:
        text = LexborHTMLParser(text).text()
    return Block(clean(text), (link,) if link else ())


def shaped(spec: Field, blocks: Iterable[Block]) -> Any:
    """The value of a field from the blocks that its source has; None where they hold nothing. No mail addresses."""
    address = "iri" in (spec.type, spec.of)
    texts = [text for block in blocks for text in ((address and block.links) or (block.text,))]
    texts = [clean(MAIL_ADDRESS.sub("", text)) if "@" in text else text for text in texts]
    given = "\n".join(filter(None, texts)) if spec.type == "text" else texts
    return pick({"value": replace(spec, sources=("value",))}, {"value": given}).get("value")
