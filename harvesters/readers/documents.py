"""Documents: JSON, JSON Lines and XML read as streams and strictly, and RDF."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError, iterparse

import pyoxigraph
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Triple

from talkoot.graph.issues import Issue
from talkoot.graph.rdf_text import lines_of, n_triples
from talkoot.harvesters.fetching.request import StrictDecoder, strict_json
from talkoot.harvesters.readers.files import File, Reading, Row
from talkoot.ontology.namespaces import RDF

LONGEST_DOCUMENT = 2**29
"""Bytes of a JSON document, which is held whole; JSON Lines are not."""
_SPACE = re.compile(r"[ \t\r\n]*")
_DECLARATION = re.compile(rb"\A(\s*<\?xml\s+version\s*=\s*['\"])1\.1(['\"])")
_CONTROL = bytes({*range(32), 127} - {9, 10, 13})
_REFERENCE = re.compile(rb"&#(?:x0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F])|0*(?:[0-8]|1[1245-9]|2\d|3[01]));")
_NAMED = (NamedNode, Literal, DefaultGraph)


def read_json_lines(file: File, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each line that is a JSON object; empty lines are passed over (https://jsonlines.org)."""
    decoder = StrictDecoder()
    for item in file.lines(reading.longest):
        if isinstance(item, Issue):
            yield item
        elif item[1].strip():
            try:
                values = decoder.decode(item[1])
            except (ValueError, RecursionError) as error:
                yield _not_json(file, item[0], error, item[1])
            else:
                yield _checked(file, item[0], values, decoder.fault, item[1])


def read_json(file: File, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each object of a document that is one JSON array (RFC 8259), or of the array at ``items``."""
    body, text, at, path = file.stream.read(LONGEST_DOCUMENT + 1), "", 0, file.definition.reading.get("items")
    if len(body) > LONGEST_DOCUMENT:
        yield file.issue("too-large", f"a JSON document may have {LONGEST_DOCUMENT:,} bytes; JSON Lines may have more")
        return
    try:
        if path:
            listed = items(strict_json(body), path)
            yield from (_checked(file, *item, "", "") for item in enumerate(listed, start=1))
            return
        text, decoder, line, counted = body.decode(), StrictDecoder(), 1, 0
        if (at := _past_space(text, 0)) == len(text):
            return
        if text[at] != "[":
            raise ValueError("the document is not an array")
        mark, at = ",", _past_space(text, at + 1)
        if text[at : at + 1] == "]":
            mark, at = "]", _past_space(text, at + 1)
        while mark == ",":
            values, end = decoder.raw_decode(text, at)
            line, counted = line + text.count("\n", counted, at), at
            if end - at <= reading.longest:
                yield _checked(file, line, values, decoder.fault, text[at:end])
            else:
                yield file.issue("line-too-long", f"the record has more than {reading.longest:,} characters", line)
            at = _past_space(text, end)
            if (mark := text[at : at + 1]) not in (",", "]"):
                raise ValueError("a comma or ] is missing")
            at = _past_space(text, at + 1)
        if at < len(text):
            raise ValueError("something stands after the array")
    except UnicodeDecodeError as error:
        yield file.not_utf_8(body.count(b"\n", 0, error.start) + 1, error)
    except (ValueError, RecursionError) as error:
        line = 0 if path else text.count("\n", 0, getattr(error, "pos", at)) + 1
        yield _not_json(file, line, error, text[at : at + 200])


def _past_space(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it always matches


def items(document: Any, path: str) -> list[Any]:
    """The list at a path of names within a document. Raises :class:`ValueError` where there is none."""
    for name in path.split(".") if path else ():
        if not isinstance(document, dict) or name not in document:
            raise ValueError(f"nothing stands at {path}")
        document = document[name]
    return document if isinstance(document, list) else [] if document is None else [document]


def _checked(file: File, line: int, values: Any, fault: str, text: str) -> Row | Issue:
    if fault:
        return _not_json(file, line, ValueError(fault), text)
    if isinstance(values, dict):
        return file.row(line, values)
    message = f"a {type(values).__name__} stands where a record was expected"
    return file.issue("not-an-object", message, line, text.strip(), "an object")


def _not_json(file: File, line: int, error: Exception, text: str) -> Issue:
    reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    if isinstance(error, json.JSONDecodeError):
        reason = f"{error.msg}, column {error.colno}"
    return file.issue("not-json", reason, line, text.strip(), "JSON (RFC 8259), each key once")


def read_xml(file: File, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each element, its children by local name; ``line`` is its number in the document."""
    name, number, above = file.definition.reading.get("record", ""), 0, list[Element]()
    try:
        for event, element in iterparse(Clean(file.stream), ("start", "end")):  # noqa: S314  # expat asks for nothing
            if event == "start":
                above.append(element)
                continue
            above.pop()
            if _local(element.tag) == name:
                number += 1
                content = _content(element)
                yield Row(number, content if isinstance(content, dict) else {"text()": content})
                for holder in above:
                    holder.clear()  # what was read is not held
    except ParseError as error:
        yield file.issue("not-xml", str(error), error.position[0], expected="well-formed XML")


class Clean:
    """A stream without what XML 1.0 has not: the declaration of XML 1.1, and control characters."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._kept, self._first = stream, b"", True

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, nothing at the end."""
        piece = self._stream.read(max(size, 1024))
        text = (self._kept + piece).translate(None, _CONTROL)
        end = text.rfind(b"&", max(0, len(text) - 12)) if piece else -1  # a reference may go on in the next piece
        text, self._kept = (text, b"") if end < 0 else (text[:end], text[end:])
        if self._first:
            text, self._first = _DECLARATION.sub(rb"\g<1>1.0\2", text), False
        return _REFERENCE.sub(b"", text) or (self.read(size) if piece else b"")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _content(element: Element) -> Any:
    """An element's text, or its attributes and children by local name."""
    text = (element.text or "").strip()
    if not len(element) and not element.attrib:
        return text
    content: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    for child in element:
        content.setdefault(_local(child.tag), []).append(_content(child))
    return {**content, "text()": text} if text else content


def read_rdf(file: File, reading: Reading) -> Iterator[Row | Issue]:
    """``record`` is the graph's or thing's IRI, ``triples`` what it says, ``things`` the classes of what that names.

    A record for each named graph, or for each thing where there is one graph or ``subjects`` asks for it. Statements
    that touch a blank node are left out: no record could be told from another by them.
    """
    definition, options = file.definition, file.definition.reading
    name = options.get("format") or file.place.partition("?")[0].rpartition(".")[2].removesuffix("#")
    form, base = RdfFormat.from_extension(name), definition.address or definition.publisher_page
    try:
        if form is None:
            raise ValueError(f"{name!r} is no form of RDF that is known")
        quads: list[Any] = list(pyoxigraph.parse(input=file.stream, format=form, base_iri=base))
    except (SyntaxError, ValueError) as error:
        yield file.issue("not-rdf", str(error), getattr(error, "lineno", None) or 0, expected=name)
        return
    statements = [quad for quad in quads if all(isinstance(term, _NAMED) for term in quad)]
    if len(statements) < len(quads):
        yield file.issue("blank-node", f"{len(quads) - len(statements)} statements left out")
    subjects = {said.subject.value for said in statements}
    classes: dict[str, list[str]] = {}
    records: dict[str, dict[Triple, None]] = {}
    for said in statements:
        if said.predicate == RDF["type"]:
            classes.setdefault(said.subject.value, []).append(said.object.value)
        whole = said.subject.value.partition("#")[0]
        record = whole if whole in subjects else said.subject.value
        if isinstance(said.graph_name, NamedNode) and not options.get("subjects"):
            record = said.graph_name.value
        records.setdefault(record, {})[Triple(said.subject, said.predicate, said.object)] = None
    for number, (record, triples) in enumerate(records.items(), start=1):
        terms = [term for triple in triples for term in (triple.subject, triple.object)]
        named = dict.fromkeys(term.value for term in terms if isinstance(term, NamedNode))
        things = [{"iri": iri, "type": kind} for iri in named for kind in classes.get(iri, ())]
        yield Row(number, {"record": record, "triples": lines_of(n_triples(triples)), "things": things})
