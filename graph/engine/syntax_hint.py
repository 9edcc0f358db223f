"""The engine's syntax errors, said again with a place and in plain words.

The engine names the furthest place that any of its rules looked at, which lies up to one keyword behind the
mistake, and a list of all it would have accepted there. So the text itself is looked at first for the
mistakes that people make; only where none is found, the engine's place stands.
"""

import re
from functools import lru_cache
from pathlib import Path

from talkoot.graph.engine.errors import QuerySyntaxError
from talkoot.graph.engine.query_text import Token, query_form, tokens
from talkoot.graph.table_files import table_rows
from talkoot.ontology.namespaces import PREFIXES

_PLACE = re.compile(r"error at (\d+):(\d+): (?:expected )?(?:one of )?(.*)", re.DOTALL)
_BRACKETS = {"(": (")", "round bracket"), "[": ("]", "square bracket"), "{": ("}", "brace")}
_TERMS = frozenset({"iri", "variable", "name", "string", "number", "node"})
_BLOCK_WORDS = frozenset({"where", "construct", "optional", "minus", "union", "exists", "graph", "not"})
_LONGEST_EXCERPT = 120

_Finding = tuple[int, str]  # where, and what is wrong there


def explain(query: str, details: str) -> QuerySyntaxError:
    """A syntax error with line, column, excerpt with caret and a hint, from the engine's own text."""
    offset, hint = (
        _wrong_start(query)
        or _not_closed(query)
        or ("Prefix not found" in details and _unknown_prefix(query))
        or _engine_sentence(query, details)
        or _unknown_prefix(query)
        or _incomplete_triple(query)
        or _engine_place(query, details)
    )
    start = query.rfind("\n", 0, offset) + 1
    shown = query[start:].partition("\n")[0].rstrip("\r").replace("\t", " ")
    column = offset - start
    cut = max(0, column - _LONGEST_EXCERPT // 2)
    excerpt = f"{shown[cut : cut + _LONGEST_EXCERPT]}\n{' ' * (column - cut)}^"
    return QuerySyntaxError(query.count("\n", 0, offset) + 1, column + 1, hint, excerpt, details)


def _engine_place(query: str, details: str) -> _Finding:
    """The place that the engine names, and the one thing that it misses there, if it is one."""
    match = _PLACE.match(details)
    if match is None:
        return 0, "something is wrong in this query"
    line, column, expected = int(match[1]), int(match[2]), match[3]
    offset = sum(len(text) + 1 for text in query.split("\n")[: max(line - 1, 0)]) + column - 1
    hint = "something is wrong at or shortly before this place"
    if expected in {'"{"', '"("', "BY"}:
        hint = expected.strip('"') + " is missing at this place"
    return max(0, min(offset, len(query))), hint


@lru_cache(maxsize=1)
def _engine_sentences() -> list[tuple[str, str]]:
    """What the engine says of a mistake, each with what a person is told."""
    return [(row["engine"], row["hint"]) for _, row in table_rows(Path(__file__).with_name("syntax_hints.csv"))]


def _engine_sentence(query: str, details: str) -> _Finding | None:
    for sentence, hint in _engine_sentences():
        if sentence in details:
            offset, _ = _engine_place(query, details)
            if sentence.startswith("IRI"):  # the engine stops behind the IRI; the reader looks for where it starts
                offset = max(query.rfind("<", 0, offset), 0)
            return offset, hint
    return None


def _wrong_start(query: str) -> _Finding | None:
    if query_form(query) is not None:
        return None
    stream = tokens(query)
    for token in stream:
        word = token.text.upper()
        if word not in {"PREFIX", "BASE"} and token.kind not in {"iri", "name"}:
            return token.start, f"a query starts with SELECT, ASK, CONSTRUCT or DESCRIBE, not with {token.text!r}"
        name = next(stream, None) if word == "PREFIX" else None
        iri = next(stream, None) if word in {"PREFIX", "BASE"} else None
        if (name is not None and not name.text.endswith(":")) or iri is None or iri.kind != "iri":
            return token.start, "a declaration has the form PREFIX name: <IRI> or BASE <IRI>"
    return len(query), "there is no query: it starts with SELECT, ASK, CONSTRUCT or DESCRIBE"


def _not_closed(query: str) -> _Finding | None:
    opened: list[Token] = []
    for token in tokens(query):
        if token.kind == "open":
            return token.start, f"the text that starts with {token.text} here is not closed"
        if token.text in _BRACKETS:
            opened.append(token)
        elif token.text in {")", "]", "}"}:
            if not opened:
                return token.start, f"this {token.text} closes nothing"
            if _BRACKETS[opened[-1].text][0] != token.text:
                break
            opened.pop()
    if not opened:
        return None
    return opened[-1].start, f"the {_BRACKETS[opened[-1].text][1]} that is opened here is not closed"


def _unknown_prefix(query: str) -> _Finding | None:
    declared: set[str] = set()
    last = ""
    for token in tokens(query):
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and last == "PREFIX":
            declared.add(prefix)
        elif token.kind == "name" and prefix not in declared:
            line = f"PREFIX {prefix}: <{PREFIXES.get(prefix, '…')}>"
            hint = f"the prefix {prefix}: is not declared; put this line before the query: {line}"
            if prefix not in PREFIXES:
                hint += f". Prefixes of this data: {', '.join(f'{name}:' for name in PREFIXES)}"
            return token.start, hint
        last = token.text.upper()
    return None


def _incomplete_triple(query: str) -> _Finding | None:
    """The first place where a run of one or two plain terms ends as if it were a triple."""
    terms = 0
    plain = False  # whether the run began at the start of a statement and holds nothing but terms
    last = ""
    for token in tokens(query):
        text = token.text.lower()
        if token.kind in _TERMS or text in {"a", "true", "false"}:
            terms += 1
        elif text in {".", ";", "}"}:
            if plain and terms in {1, 2} and not (text == "}" and terms == 1 and last == ";"):
                return token.start, "a triple needs three parts: subject, predicate and object"
            plain, terms = text != "}", 1 if text == ";" and terms else 0
        elif text == "{":
            plain, terms = last in _BLOCK_WORDS | {"", "{", "}", ".", "*", ")"}, 0
        else:
            plain = False
        last = text if token.kind in {"word", "mark"} else last if token.kind in _TERMS else ""
    return None
