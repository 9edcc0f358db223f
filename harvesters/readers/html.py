"""Web pages read by label, not by markup: a known label begins a field, what follows up to the next is its value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from html import unescape
from itertools import islice, pairwise
from typing import Any, NamedTuple
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from talkoot.graph.issues import MAIL_ADDRESS
from talkoot.harvesters.definition import Definition, Field
from talkoot.harvesters.fetching.request import strict_json
from talkoot.harvesters.readers.fields import pick

_INLINE = frozenset("a abbr b bdi bdo cite code data del dfn em font i ins kbd label mark q s samp small span strong "
                    "sub sup time tt u var wbr".split())  # fmt: skip
_LEFT_OUT = frozenset("script style template svg noscript nav footer select textarea iframe object canvas".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6 summary legend caption button dt th".split())
_VOID = frozenset(" area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"
                  .split(" "))  # fmt: skip
_TOKEN = re.compile(  # a text or a tag; a comment, or an element with its raw text, has no tag
    r"([^<]++)|<(?:(script|style|iframe|noembed|noframes|xmp)\b.*?</\2>|!--.*?-->|"
    r'(/?)([a-zA-Z][^\s>]*+)([^>"]*+(?:"[^"]*+"[^>"]*+)*+)>)',
    re.DOTALL,
)
_CLASS, _HREF = re.compile(r'\sclass="([^"]*)"'), re.compile(r'\shref="([^"]*)"')
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
    if text.isascii():
        return " ".join(text.split())
    return _INVISIBLE.sub("", _SPACE.sub(" ", text)).replace("\u00a0", " ").strip()


@lru_cache(4096)
def resolved(base: str, address: str) -> str:
    """An address as a page at ``base`` gives it, in full; empty where it is none."""
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""


@lru_cache(4096)
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
        parts: list[tuple[int, str]] = []  # texts with the mark of the inline element that each stands in, if any
        links: list[str] = []
        # What holds within an element, and again behind each that is open: its inline mark, look, the block's shape, …
        outside: tuple[Any, ...] = (0, ("html", ""), ("", "", ("", ""), True), (), False, False)
        opened, filled, skipped = list[tuple[Any, ...]](), True, 0
        inline, look, owner, within, columns, main = outside
        # What the parser made of the page is written out again, each element closed, which reads faster than its nodes.
        tokens = _TOKEN.findall((self._tree.body.html or "") if self._tree.body else "")
        for place, (text, _, slash, tag, attributes) in enumerate(tokens, start=1):
            if text:
                if not skipped and (parts or not text.isspace()):
                    parts.append((inline, unescape(text) if "&" in text else text))
                continue
            if skipped or not tag:
                skipped += 0 if not skipped or tag in _VOID else -1 if slash else 1
                filled = True
                continue
            if not slash:
                first, filled = not filled, True
                href = unescape(found[1]) if tag == "a" and (found := _HREF.search(attributes)) else ""
                if tag in _LEFT_OUT or (tag == "header" and not main) or href.startswith("mailto:"):
                    skipped = 1  # the text of a mail address may well be a name
                    continue
            if tag not in _INLINE:
                if parts and any(map(str.isalnum, text := clean("".join([part for _, part in parts])))):
                    contents = owner[0] == "li" and any("#" in address for address in links)
                    ends = columns or contents or owner[0] in _HEADINGS
                    yield Block(text, tuple(links), _head(parts), owner, ends, not (columns or contents), within)
                parts, links = [], []
            if tag in _VOID:
                continue
            if slash:
                filled = True
                inline, look, owner, within, columns, main = opened.pop() if opened else outside
                continue
            opened.append((inline, look, owner, within, columns, main))
            above, filled = look, False
            look = (tag, named[1] if attributes and (named := _CLASS.search(attributes)) else "")
            if tag in _INLINE:
                links += [resolved(self.address, href)] if href else []
                inline = inline or place
                continue
            owner, main = (*look, above, first), main or tag in ("main", "article", "section")
            columns = columns or (tag == "tr" and _heads_columns(tokens, place))
            within = (*within, place) if tag in ("dl", "table") else within

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
    if len(parts) < 2:
        return ""
    filled = [(element, text) for element, text in parts if text.strip()]
    elements = {element for element, _ in filled}
    if len(elements) < 2 or 0 in elements:
        return ""
    return clean("".join(text for element, text in filled if element == filled[0][0]))


def _heads_columns(tokens: list[tuple[str, ...]], place: int) -> bool:
    """Whether the row that begins before a place has two headers first."""
    depth, names = 0, list[str]()
    for _, _, slash, tag, _ in islice(tokens, place, None):
        if tag not in _VOID:
            names += [tag] if depth == 0 and not slash else []
            depth += -1 if slash else 1
            if len(names) == 2 or depth < 0:
                break
    return names == ["th", "th"]


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
