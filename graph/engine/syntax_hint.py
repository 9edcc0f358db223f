"""The engine's syntax errors, said again with a place and in plain words.

The engine names the furthest place that any of its rules looked at, which lies up to one keyword behind the
mistake, and a list of all it would have accepted there. So the text itself is looked at first for the
mistakes that people make; only where none is found, the engine's place stands.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from talkoot.graph.engine.errors import QuerySyntaxError
from talkoot.graph.engine.query_text import Token, query_form, tokens
from talkoot.ontology.namespaces import PREFIXES

_PLACE = re.compile(r"error at (\d+):(\d+): (?:expected )?(?:one of )?(.*)", re.DOTALL)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_NOT_CLOSED = {"(": "round bracket", "[": "square bracket", "{": "brace"}
_TERMS = frozenset({"iri", "variable", "name", "string", "number", "node"})
_BLOCK_WORDS = frozenset({"where", "construct", "optional", "minus", "union", "exists", "graph", "not"})
_LONGEST_EXCERPT = 120

_ENGINE_SENTENCES = {
    "The SELECT contains a variable that is unbound": (
        "a selected variable is neither in GROUP BY nor inside an aggregate such as COUNT or SAMPLE"
    ),
    "Duplicated variable name in SELECT": "the same variable is selected twice",
    "The SELECT overrides an existing variable": (
        "the name after AS is already in use in the pattern; choose another variable"
    ),
    "IRI parsing failed": (
        "this is not a full IRI: it needs a scheme such as https:// and no spaces; relative IRIs need a BASE"
    ),
    "language tag parsing failed": "this is not a language tag such as @fi or @en-GB",
}


class _Finding(NamedTuple):
    offset: int
    hint: str


def explain(query: str, details: str) -> QuerySyntaxError:
    """A syntax error with line, column, excerpt with caret and a hint, from the engine's own text."""
    finding = (
        _wrong_start(query)
        or _not_closed(query)
        or ("Prefix not found" in details and _unknown_prefix(query))
        or _engine_sentence(query, details)
        or _unknown_prefix(query)
        or _incomplete_triple(query)
        or _Finding(_engine_offset(query, details), _what_was_expected(details))
    )
    line, column = _place(query, finding.offset)
    return QuerySyntaxError(line, column, finding.hint, details, _excerpt(query, finding.offset))


def _place(query: str, offset: int) -> tuple[int, int]:
    before = query[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _excerpt(query: str, offset: int) -> str:
    """The line of the mistake with a caret under it, cut to what fits on a screen."""
    start = query.rfind("\n", 0, offset) + 1
    line = query[start:].split("\n", 1)[0].rstrip("\r").replace("\t", " ")
    column = offset - start
    cut = max(0, column - _LONGEST_EXCERPT // 2)
    return f"{line[cut : cut + _LONGEST_EXCERPT]}\n{' ' * (column - cut)}^"


def _engine_offset(query: str, details: str) -> int:
    match = _PLACE.match(details)
    if match is None:
        return 0
    line, column = int(match[1]), int(match[2])
    start = 0
    for _ in range(line - 1):
        start = query.find("\n", start) + 1
    return max(0, min(start + column - 1, len(query)))


def _what_was_expected(details: str) -> str:
    match = _PLACE.match(details)
    expected = match[3] if match else ""
    if expected in {'"{"', '"("', "BY"}:
        mark = expected.strip('"')
        return f"{mark} is missing at this place"
    return "something is wrong at or shortly before this place"


def _wrong_start(query: str) -> _Finding | None:
    if query_form(query) is not None:
        return None
    after_prologue = _after_prologue(query)
    if after_prologue is None:
        return _Finding(len(query), "there is no query: it starts with SELECT, ASK, CONSTRUCT or DESCRIBE")
    if after_prologue.kind in {"iri", "name"} or after_prologue.text.upper() in {"PREFIX", "BASE"}:
        return _Finding(after_prologue.start, "a declaration has the form PREFIX name: <IRI> or BASE <IRI>")
    return _Finding(
        after_prologue.start,
        f"a query starts with SELECT, ASK, CONSTRUCT or DESCRIBE, not with {after_prologue.text!r}",
    )


def _after_prologue(query: str) -> Token | None:
    stream = tokens(query)
    for token in stream:
        if token.text.upper() == "PREFIX":
            name, iri = next(stream, None), next(stream, None)
            if name is None or not name.text.endswith(":") or iri is None or iri.kind != "iri":
                return token
        elif token.text.upper() == "BASE":
            iri = next(stream, None)
            if iri is None or iri.kind != "iri":
                return token
        else:
            return token
    return None


def _not_closed(query: str) -> _Finding | None:
    opened: list[Token] = []
    for token in tokens(query):
        if token.kind == "open":
            return _Finding(token.start, f"the text that starts with {token.text} here is not closed")
        if token.text in _NOT_CLOSED and token.kind == "mark":
            opened.append(token)
        elif token.kind == "mark" and token.text in _PAIRS:
            if not opened:
                return _Finding(token.start, f"this {token.text} closes nothing")
            if opened[-1].text != _PAIRS[token.text]:
                return _unclosed(opened[-1])
            opened.pop()
    return _unclosed(opened[-1]) if opened else None


def _unclosed(token: Token) -> _Finding:
    return _Finding(token.start, f"the {_NOT_CLOSED[token.text]} that is opened here is not closed")


def _unknown_prefix(query: str) -> _Finding | None:
    declared: set[str] = set()
    last = ""
    for token in tokens(query):
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if last == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared:
                return _Finding(token.start, _declare(prefix))
        last = token.text.upper() if token.kind == "word" else ""
    return None


def _declare(prefix: str) -> str:
    if prefix in PREFIXES:
        return (
            f"the prefix {prefix}: is not declared; put this line before the query: "
            f"PREFIX {prefix}: <{PREFIXES[prefix]}>"
        )
    known = ", ".join(f"{name}:" for name in PREFIXES)
    return (
        f"the prefix {prefix}: is not declared; put PREFIX {prefix}: <…> before the query. "
        f"Prefixes of this data: {known}"
    )


def _engine_sentence(query: str, details: str) -> _Finding | None:
    for sentence, hint in _ENGINE_SENTENCES.items():
        if sentence in details:
            offset = _engine_offset(query, details)
            if sentence.startswith("IRI"):
                # The engine stops behind the IRI; the reader looks for where it starts.
                offset = max(query.rfind("<", 0, offset), 0)
            return _Finding(offset, hint)
    return None


def _incomplete_triple(query: str) -> _Finding | None:
    """The first place where a run of one or two plain terms ends as if it were a triple."""
    terms: list[Token] = []
    plain = False  # whether the run began at the start of a statement and holds nothing but terms
    last = ""
    for token in tokens(query):
        text = token.text.lower()
        if token.kind in _TERMS or text == "a" or text in {"true", "false"}:
            terms.append(token)
        elif token.text in {".", ";", "}"}:
            if plain and len(terms) in {1, 2} and not (token.text == "}" and len(terms) == 1 and last == ";"):
                return _Finding(token.start, "a triple needs three parts: subject, predicate and object")
            plain, terms = token.text != "}", terms[:1] if token.text == ";" else []
        elif token.text == "{":
            plain, terms = last in _BLOCK_WORDS | {"", "{", "}", ".", "*", ")"}, []
        else:
            plain = False
        last = text if token.kind in {"word", "mark"} else last if token.kind in _TERMS else ""
    return None
