"""The canonical form of our Turtle and TriG files: same layout, same order, comments kept where they stood.

A file is a head of prefixes and then blocks, each the statements of one subject. Comments stand between blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<comment>\#[^\n]*)
    | (?P<term>
        <[^<>]*>
      | (?:\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
        (?:@[A-Za-z0-9-]+|\^\^(?:<[^<>]*>|[^\s;,.()\[\]{}]+))?
      | @prefix|@base|_:\w+
      | (?:[^\s<>"'(){}\[\];,.\\\#]|\\.|[.\#](?=[^\s<>"'(){}\[\];,.]))+ )
    | (?P<mark>[.;,()\[\]{}])""",
    re.VERBOSE,
)
_WIDTH = 120
_SLASH, _ESCAPED = "\\/", r"\\(?=.)"
_FIRST = (
    "a rdfs:subClassOf rdfs:subPropertyOf rdfs:isDefinedBy owl:versionIRI owl:versionInfo skos:inScheme "
    "skos:topConceptOf skos:broader skos:notation skos:prefLabel skos:altLabel skos:hiddenLabel skos:definition "
    "skos:scopeNote dct:title dct:identifier dct:isPartOf sh:targetClass sh:targetSubjectsOf sh:targetObjectsOf "
    "sh:path sh:minCount sh:maxCount"
).split()
_LAST = "sh:severity sh:message skos:example skos:note skos:editorialNote".split()

Node = str | tuple[str, list["Node"]] | list[tuple[str, list["Node"]]]
"""An object: a term as written, a list ``("(", items)``, or the properties of a blank node."""


class FormError(ValueError):
    """Turtle that cannot be put into form; the message gives the line and what to do."""


def canonical(text: str, namespaces: Mapping[str, str]) -> str:
    """A Turtle or TriG document in canonical form; prefixes stand in the order of ``namespaces``.

    The document must be sound Turtle. Raises :class:`FormError` for a comment inside a statement.
    """
    parser = _Parser(text, namespaces)
    blocks = list(parser.blocks())
    body = "\n\n".join(blocks)
    order = {prefix: number for number, prefix in enumerate(namespaces)}
    used = sorted(parser.used, key=lambda prefix: (order.get(prefix, len(order)), prefix))
    head = [f"@base {parser.base} ."] if parser.base else []
    head += [f"@prefix {prefix}: <{parser.names[prefix]}> ." for prefix in used]
    return "\n".join([*parser.opening, *head]) + f"\n\n{body}\n"


class _Parser:
    """Reads blocks one after the other; knows just enough of the grammar for sound documents."""

    def __init__(self, text: str, namespaces: Mapping[str, str]) -> None:
        self.prefixes: dict[str, str] = {}
        self.names = dict(namespaces)
        self.used: set[str] = set()
        self.base = ""
        self.opening: list[str] = []
        self._text = text
        self._tokens = [(m.lastgroup or "", m.group(), m.start()) for m in _TOKEN.finditer(text)]
        self._at = 0

    def blocks(self) -> Iterator[str]:
        """Each block as text: a run of comment lines, or comment lines and the statements below them."""
        remarks: list[str] = []
        while self._at < len(self._tokens):
            kind, token, _ = self._tokens[self._at]
            if kind == "comment":
                remarks.append(token.rstrip())
                self._at += 1
            elif kind == "space":
                self._at += 1
                if remarks and token.count("\n") > 1 and (self.prefixes or self.base):
                    yield "\n".join(remarks)
                    remarks = []
            elif token in ("@prefix", "@base"):
                self.opening += remarks
                remarks = []
                self._directive()
            else:
                yield "\n".join([*remarks, self._block("")])
                remarks = []
        if remarks:
            yield "\n".join(remarks)

    def _directive(self) -> None:
        if self._next() == "@base":
            self.base = self._next()
        else:
            prefix, namespace = self._next(), self._next()
            self.prefixes[prefix[:-1]] = namespace[1:-1]
            self.names.setdefault(prefix[:-1], namespace[1:-1])
        self._next()

    def _block(self, indent: str) -> str:
        """The statements of one subject, or a named graph with all of its blocks."""
        subject = self._term(self._next())
        if self._peek() == "{":
            self._next()
            inner = []
            while self._peek() != "}":
                inner.append(self._block(indent + "  "))
            self._next()
            return f"{indent}{subject} {{\n" + "\n".join(inner) + f"\n{indent}}}"
        said = self._properties((".", "}"))
        if self._peek() == ".":
            self._next()
        return f"{indent}{subject} {_lines(said, indent + '  ')} ."

    def _properties(self, ends: tuple[str, ...]) -> list[tuple[str, list[Node]]]:
        found: dict[str, list[Node]] = {}
        while self._peek() not in ends:
            if self._peek() == ";":
                self._next()
                continue
            name = self._term(self._next())
            objects = found.setdefault("a" if name == "rdf:type" else name, [])
            objects.append(self._object())
            while self._peek() == ",":
                self._next()
                objects.append(self._object())
        return sorted(((name, sorted(objects, key=_object_key)) for name, objects in found.items()), key=_rank)

    def _object(self) -> Node:
        word = self._next()
        if word == "(":
            items = []
            while self._peek() != ")":
                items.append(self._object())
            self._next()
            return ("(", items)
        if word == "[":
            said = self._properties(("]",))
            self._next()
            return said
        return self._term(word)

    def _term(self, word: str) -> str:
        """A term with the shortest name its namespace allows; notes the prefixes that are used."""
        head, sep, datatype = word.rpartition("^^")
        if sep and word[0] in "\"'":
            return f"{self._term(head)}^^{self._term(datatype)}"
        if word.startswith("'"):
            text, _, language = word[1:].rpartition("'")
            return '"' + text.replace("\\'", "'").replace('"', '\\"') + '"' + language
        prefix, colon, local = word.partition(":")
        if colon and prefix in self.prefixes and word[0] not in '"<':
            word = f"<{self.prefixes[prefix]}{re.sub(_ESCAPED, '', local)}>"
        if not word.startswith("<"):
            return word
        prefix = next((p for p, namespace in self.names.items() if word[1:].startswith(namespace)), "")
        local = word[1 + len(self.names.get(prefix, "")) : -1]
        if not prefix or not re.fullmatch(r"[A-Za-z0-9]([\w/-]*\w)?", local, re.ASCII):
            return word
        self.used.add(prefix)
        return f"{prefix}:{local.replace('/', _SLASH)}"

    def _peek(self) -> str:
        while self._at < len(self._tokens) and self._tokens[self._at][0] in ("space", "comment"):
            kind, _word, start = self._tokens[self._at]
            if kind == "comment":
                line = self._text.count("\n", 0, start) + 1
                raise FormError(f"line {line}: a comment stands inside a statement: put it above, between two blocks")
            self._at += 1
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token


def _lines(said: list[tuple[str, list[Node]]], indent: str) -> str:
    """Predicates one a line; objects beside one another where they fit, else one a line."""
    found = []
    for name, objects in said:
        texts = [_node(node, indent + "  ", len(name)) for node in objects]
        line = f"{name} {' , '.join(texts)}"
        fits = len(indent) + len(line) + 2 <= _WIDTH and "\n" not in line
        found.append(line if fits else f"{name} " + f" ,\n{indent}  ".join(texts))
    return f" ;\n{indent}".join(found)


def _node(node: Node, indent: str, before: int) -> str:
    if isinstance(node, str):
        return node
    if isinstance(node, tuple):
        items = [_node(item, indent + "  ", 2) for item in node[1]]
        return _wrapped("( ", items, " ", " )", indent, before)
    inner = [f"{name} {' , '.join(_node(o, indent + '  ', 0) for o in objects)}" for name, objects in node]
    return _wrapped("[ ", inner, " ; ", " ]", indent, before)


def _wrapped(start: str, items: list[str], between: str, end: str, indent: str, before: int) -> str:
    line = start + between.join(items) + end if items else f"{start.strip()}{end.strip()}"
    if len(indent) + before + len(line) + 2 <= _WIDTH and "\n" not in line:
        return line
    lines = [""]
    for item in items:
        room = between == " " and "\n" not in item and len(indent) + len(lines[-1]) + len(item) < _WIDTH
        if lines[-1] and not room:
            lines[-1] += between.rstrip()
            lines.append(item)
        else:
            lines[-1] += (between if lines[-1] else "") + item
    return f"{start.strip()}\n{indent}" + f"\n{indent}".join(lines) + f"\n{indent[:-2]}{end.strip()}"


def _rank(said: tuple[str, list[Node]]) -> tuple[int, int, str]:
    name = said[0]
    if name in _FIRST:
        return 0, _FIRST.index(name), name
    return (2, _LAST.index(name), name) if name in _LAST else (1, 0, name)


def _object_key(node: Node) -> tuple[str, list[object]]:
    """Texts by language, then in the order people count: level-2 before level-10."""
    text = node if isinstance(node, str) else repr(node)
    language = text.rpartition("@")[2] if text[0] in "\"'" and re.search(r"@[\w-]+$", text) else ""
    return language, [(0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d+)", text)]
