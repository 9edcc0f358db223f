"""What a query's text says before any engine reads it: its form, an update, a SERVICE clause."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from talkoot.graph.engine.errors import ServiceRefused, UpdateRefused

READ_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
UPDATE_FORMS = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})

_SPACE = r"(?>[ \t\r\n]|\#[^\r\n]*+)"  # atomic: a row of # must not be tried in every way
_LETTER = r"[^\W\d_]"
_MORE = r"\w·\u0300-\u036f\u203f\u2040"
_PREFIX = rf"{_LETTER}(?:[{_MORE}.-]*[{_MORE}-])?"
_LOCAL_ESCAPE = r"\\[_~.\-!$&'()*+,;=/?#@%]|%[0-9A-Fa-f]{2}"
_LOCAL = rf"(?:[\w:]|{_LOCAL_ESCAPE})(?:(?:[{_MORE}.:-]|{_LOCAL_ESCAPE})*(?:[{_MORE}:-]|{_LOCAL_ESCAPE}))?"
_SHORT_STRING = r"\"(?:\\.|[^\"\\\r\n])*\"|'(?:\\.|[^'\\\r\n])*'"

_PATTERNS = {
    "space": rf"{_SPACE}++",
    "iri": r"<[^\x00-\x20<>\"{}|^`]*>",
    "string": rf"\"\"\"(?s:\\.|[^\\])*?\"\"\"|'''(?s:\\.|[^\\])*?'''|{_SHORT_STRING}",
    "variable": rf"[?$]\w[{_MORE}]*",
    "tag": r"@[A-Za-z]+(?:-+[A-Za-z0-9]+)*",
    "node": rf"_:\w(?:[{_MORE}.-]*[{_MORE}-])?",
    "name": rf"(?:{_PREFIX})?:(?:{_LOCAL})?",
    "word": rf"{_LETTER}\w*",
    "number": r"[0-9]+",
    "open": r"\"\"\"|'''|\"|'",
    "mark": r"\^\^|&&|\|\||[<>!]=|(?s:.)",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()))

_SHORT = re.compile(_SHORT_STRING)
_FORM = re.compile(
    rf"(?:{_SPACE}++|PREFIX{_SPACE}*+(?:{_PREFIX})?:{_SPACE}*+<[^>]*>|BASE{_SPACE}*+<[^>]*>"
    rf"|VERSION{_SPACE}*+(?:\"[^\"\r\n]*\"|'[^'\r\n]*'))*+({'|'.join(sorted(READ_FORMS | UPDATE_FORMS))})",
    re.IGNORECASE,
)
_SERVICE_CLAUSE = re.compile(
    rf"SERVICE{_SPACE}*+(?:SILENT{_SPACE}*+)?"
    rf"(?:<[^>]*>|[?$]\w[{_MORE}]*|(?:{_PREFIX})?:(?:{_LOCAL})?){_SPACE}*+\{{",
    re.IGNORECASE,
)
_BEFORE_GRAPH_NAME = frozenset({"GRAPH", "FROM", "NAMED", "DESCRIBE"})


class Token(NamedTuple):
    """One piece of a query: its kind, its text and where it starts."""

    kind: str
    text: str
    start: int


def tokens(query: str) -> Iterator[Token]:
    """The tokens of a query without white space and comments; every character that fits nowhere is a mark.

    Source: https://www.w3.org/TR/sparql11-query/#sparqlGrammar, terminals.
    """
    for match in _TOKEN.finditer(query):
        if match.lastgroup is not None and match.lastgroup != "space":
            yield Token(match.lastgroup, match.group(), match.start())


def query_form(query: str) -> str | None:
    """SELECT, ASK, CONSTRUCT or DESCRIBE, or None where the text is none of them."""
    keyword = _first_keyword(query)
    return keyword if keyword in READ_FORMS else None


def refuse_update(query: str) -> None:
    """Raise :class:`UpdateRefused` where the first keyword after the prologue starts an update."""
    keyword = _first_keyword(query)
    if keyword in UPDATE_FORMS:
        raise UpdateRefused(keyword)


@lru_cache(maxsize=64)  # one query is asked several times on its way
def _first_keyword(query: str) -> str | None:
    match = _FORM.match(query)
    return match[1].upper() if match else None


def refuse_service(query: str) -> None:
    """Raise :class:`ServiceRefused` where any reading of the text contains a SERVICE clause.

    The engine reads keywords without looking where a word ends (``SERVICE:x``, ``1SERVICE ex:x``) and takes
    ``<`` for an operator or for the start of an IRI as the place demands. So every way of cutting the text
    into tokens is followed; each position is visited once.
    """
    if "service" not in query.lower():
        return
    plain: dict[int, str] = {}  # the plain reading: where its tokens start, and the word before each
    word = ""
    for token in tokens(query):
        plain[token.start] = word
        word = token.text.upper() if token.kind == "word" else ""
        if "SERVICE" in word:
            raise ServiceRefused
    waiting, seen = [0], {0}
    while waiting:
        start = waiting.pop()
        match = _TOKEN.match(query, start)
        if match is None:
            continue
        if match.lastgroup in {"word", "name"} and plain.get(start) not in _BEFORE_GRAPH_NAME:
            for found in re.finditer("service", match.group().partition(":")[0], re.IGNORECASE):
                if _SERVICE_CLAUSE.match(query, start + found.start()):
                    raise ServiceRefused
        ends = {match.end()}
        if match.lastgroup == "iri":
            ends.add(start + 1)
        elif match.lastgroup == "string" and (short := _SHORT.match(query, start)):
            ends.add(short.end())
        waiting += ends - seen
        seen |= ends
