"""Requests to /sparql that nobody should send, each made from a seed and its number."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from tests.graph.engine.releases import ENDLESS, ENDLESS_SORT, EX

SEED = 7
ROOT = Path(__file__).resolve().parents[2]
FORM, DIRECT = b"application/x-www-form-urlencoded", b"application/sparql-query"

FRAGMENTS = [
    "{", "}", "{ {", "} }", "(", ")", "[]", "*", ".", ";", ",", "?", "$", "<", ">", "<<", ">>", "\\", "'", '"', '"""',
    "'''", "@", "@en", "^^", "^", "/", "|", "!", "+", "-", "#", "\x00", "\ufeff", "\u2028", "\U0001f600", "\ufffe",
    "\u202e", "\\u12", "\\uD800", "\\U0011FFFF", "\\u0000", "%zz", "1e999999", "-0", "1" * 400, "0x10", "1.", ".5e+",
    "_:", "a", "FILTER", "FILTER EXISTS", "MINUS", "OPTIONAL", "UNION", "GRAPH", "GRAPH ?g", "SERVICE",
    "BIND(1 AS ?x)", "UNDEF", "VALUES ?v { 1 }", "GROUP BY ?s", "HAVING(?x > 1)", "ORDER BY ?s",
    "LIMIT 99999999999999999999", "OFFSET -1", "LIMIT 0", "SELECT", "SELECT *", "ASK", "CONSTRUCT", "DESCRIBE *",
    "FROM <x>", "FROM NAMED <http://x/>", "REDUCED", "DISTINCT", "INSERT DATA", "CLEAR ALL", "WITH <x>",
    "PREFIX : <>", "PREFIX a: <", "BASE <//>", "VERSION '1.2'", "LATERAL", "regex(?x, '(a+)+$')",
    "replace('aaaa', '(', 'b')", "substr('a', -1e308)", "xsd:integer('9' )", "1/0", "strdt(1,2)",
    "<http://example.org/f>(?x)", "RAND()", "UUID()", "NOW()", "IRI('\\u0020')", "(:a|:b)*", "!(^:a|:b)", ":a{1,3}",
    "true",
]  # fmt: skip
ACCEPTS = [
    b"*/*", b"*/*", b"text/csv, */*;q=0.1", b"application/json", b"text/turtle, */*;q=0.1", b"text/html", b"",
    b"application/rdf+xml;q=0.1, */*;q=0", b"application/sparql-results+xml, text/turtle", b"image/png", b";q=",
    b"a/b;q=1e9", b"*/*;q=nan", b"text/*;q=-1", b"*", b"/", b"\xff", b"text/*, application/*;q=0.5",
    b"application/n-quads", b"text/plain", b"q" * 3000, b"text/csv," * 3000,
]  # fmt: skip
TYPES = [FORM, DIRECT, DIRECT + b"; charset=utf-8", DIRECT + b"; charset=\xff", FORM + b"; charset=utf-16",
         b"text/plain", b"", b"application/sparql-update", b"multipart/form-data; boundary=x", b"multipart/form-data",
         b"\xff/\xff", b"a;b;c=d;;", DIRECT.upper(), b"application/json"]  # fmt: skip
HEADERS = [
    b"If-None-Match: *", b"If-None-Match: W/\"", b"If-Modified-Since: x", b"Range: bytes=0-1",
    b"Accept-Encoding: gzip, zstd;q=x", b"Accept-Encoding: *;q=0", b"Accept-Language: \xff, fi;q=9",
    b"Accept-Language: " + b"sv," * 500, b"Accept-Charset: x", b"X-Forwarded-For: \xff, ,::1,999.1.1.1",
    b"X-Forwarded-Proto: gopher", b"Forwarded: for=\"", b"Origin: null", b"Access-Control-Request-Method: \xff",
    b"Cookie: " + b"a=b;" * 500, b"Authorization: Basic !", b"Expect: 100-continue", b"Content-Encoding: gzip",
    b"Upgrade: websocket", b"X: " + b"\xe4" * 100, b"Connection: close, \xff", b"TE: trailers",
]  # fmt: skip
BROKEN = [b"Host: a b", b"Content-Length: -1", b"Content-Length: 1x", b"Content-Length: 5\r\nContent-Length: 6",
          b"No colon", b"Transfer-Encoding: chunked, x", b" folded: line", b"N\x00ame: x", b"X: \x00", b": empty",
          b"Big: " + b"x" * 500_000]  # fmt: skip
HOSTS = [b"127.0.0.1"] * 40 + [b"a b", b"<x>", b'x"y', b"\xff", b"", b"[::1", b"x:y:z", b"sv.example:80", b"%", b"{}"]
METHODS = [b"GET"] * 20 + [b"POST"] * 20 + [b"HEAD", b"HEAD", b"OPTIONS", b"PUT", b"QUERY", b"get"]


class Case(NamedTuple):
    """Bytes to send, how many answers they ask for, and whether they are HTTP at all."""

    number: int
    sent: bytes
    methods: list[bytes]
    whole: bool


def corpus() -> list[str]:
    """The queries of the ontology's questions and of the pages, and some that never end."""
    files = [*(ROOT / "ontology" / "questions").rglob("*.rq"), *(ROOT / "web" / "templates" / "queries").rglob("*.rq")]
    short = [
        "SELECT * { ?s ?p ?o }",
        "ASK {}",
        f"DESCRIBE <{EX}actor/1>",
        "CONSTRUCT WHERE { ?s ?p ?o }",
        ENDLESS,
        ENDLESS_SORT,
    ]
    return [*(file.read_text(encoding="utf-8") for file in sorted(files)), *short * 3]


QUERIES = corpus()


def case(number: int) -> Case:
    """The request of a number."""
    chance = random.Random(f"{SEED}-{number}")
    kind = chance.random()
    if kind < 0.8:
        method, request = http_request(chance)
        return Case(number, request, [method], True)
    if kind < 0.88:  # several requests at once on one connection
        several = [http_request(chance) for _ in range(chance.randint(2, 5))]
        return Case(number, b"".join(request for _, request in several), [method for method, _ in several], True)
    method, request = http_request(chance)
    return Case(number, broken(chance, request), [method], False)


def query(chance: random.Random) -> str:
    """A query or what is left of one."""
    text = chance.choice(QUERIES)
    for _ in range(chance.choice([0, 0, 1, 1, 1, 2, 3, 8])):
        text = chance.choice(MUTATIONS)(text, chance)[:70_000]
    return text


def _insert(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text) + 1)
    return f"{text[:place]} {chance.choice(FRAGMENTS)} {text[place:]}"


def _drop(text: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    return text[:start] + text[start + chance.randint(1, 20) :]


def _swap_words(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    for _ in range(3):
        one, other = chance.randrange(len(words)), chance.randrange(len(words))
        words[one], words[other] = words[other], words[one]
    return " ".join(words)


def _splice(text: str, chance: random.Random) -> str:
    other = chance.choice(QUERIES)
    return text[: chance.randrange(len(text) + 1)] + other[chance.randrange(len(other)) :]


def _repeat(text: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    piece = text[start : start + chance.randint(1, 30)]
    return text[:start] + piece * chance.choice([2, 5, 100, 1000]) + text[start:]


def _nest(text: str, chance: random.Random) -> str:
    depth = chance.choice([2, 20, 100, 1000, 5000])
    opened, closed = chance.choice(
        [("{ ", " }"), ("(", ")"), ("[ <p:p> ", " ]"), ("FILTER(!", ")"), ("{ SELECT * ", " }")]
    )
    place = chance.randrange(len(text) + 1)
    return text[:place] + opened * depth + (closed * depth if chance.random() < 0.7 else "") + text[place:]


def _noise(text: str, chance: random.Random) -> str:
    noise = "".join(
        chr(chance.choice([*range(32), *range(0x80, 0x2FF), 0x1F600, 0xFFFF])) for _ in range(chance.randint(1, 9))
    )
    place = chance.randrange(len(text) + 1)
    return text[:place] + noise + text[place:]


def _flip_case(text: str, chance: random.Random) -> str:
    return "".join(letter.swapcase() if chance.random() < 0.3 else letter for letter in text)


MUTATIONS: list[Callable[[str, random.Random], str]] = [
    _insert, _insert, _insert, _drop, _drop, _swap_words, _splice, _repeat, _nest, _noise, _flip_case,
]  # fmt: skip


def http_request(chance: random.Random) -> tuple[bytes, bytes]:
    """A method, and a request with it that is HTTP, whatever it asks."""
    method = chance.choice(METHODS)
    text = query(chance).encode("utf-8", "surrogatepass")
    if chance.random() < 0.05:
        text = bytes(chance.randrange(256) for _ in range(chance.randint(0, 60))) + text[:200]
    parameters = [b"query=" + chance.choice([quote, quote_plus])(text).encode()]
    extras = ["format=json", "format=" + "".join(chance.choices(string.printable, k=5)), "default-graph-uri=" + EX, "x",
              "default-graph-uri=%00", "named-graph-uri=a", "named-graph-uri=" + EX + "graph/1", "query=ASK{}",
              "update=x", "timeout=0.1", "timeout=nan", "timeout=-1", "rows=1", "rows=1e400", "release=0",
              "release=9", "release=x", "%=%&%zz=%E4", "&&&=", "using-graph-uri=x"]  # fmt: skip
    parameters += [
        quote(extra, safe="=%&").encode() for extra in chance.choices(extras, k=chance.choice([0, 0, 0, 0, 1, 2]))
    ]
    if chance.random() < 0.03:
        parameters = parameters[1:]  # asks for the description, or posts nothing
    lines = [b"Host: " + chance.choice(HOSTS)]
    if chance.random() < 0.5:
        lines.append(b"Accept: " + chance.choice(ACCEPTS))
    lines += chance.sample(HEADERS, chance.choice([0, 0, 1, 2]))
    target, body = b"/sparql", b""
    if method == b"POST":
        kind = chance.choice([FORM, FORM, DIRECT, DIRECT, chance.choice(TYPES)])
        lines.append(b"Content-Type: " + kind)
        body = text if kind.startswith(DIRECT) else b"&".join(parameters)
        if kind.startswith(DIRECT) and len(parameters) > 1:
            target += b"?" + b"&".join(parameters[1:])
        if chance.random() < 0.2:
            lines.append(b"Transfer-Encoding: chunked")
            pieces = [body[start : start + 777] for start in range(0, len(body), 777)]
            body = b"".join(b"%x;x=y\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        else:
            lines.append(b"Content-Length: %d" % len(body))
    else:
        target += b"?" + b"&".join(parameters)[:60_000]
    return method, method + b" " + target + b" HTTP/1.1\r\n" + b"\r\n".join(lines) + b"\r\n\r\n" + body


def broken(chance: random.Random, request: bytes) -> bytes:
    """A request that is no longer HTTP, or that does not end as it said."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, _, rest = head.partition(b"\r\n")
    match chance.randrange(6):
        case 0:
            return request[: chance.randrange(len(request))]
        case 1:
            return b"\r\n".join([line, chance.choice(BROKEN), rest]) + b"\r\n\r\n" + body
        case 2:
            return request.replace(b"Content-Length: ", b"Content-Length: 9", 1).replace(b"\r\n777", b"\r\nzz", 1)
        case 3:
            return request.replace(b"HTTP/1.1", chance.choice([b"HTTP/9.9", b"HTTP/1.0", b"", b"ICY", b"HTTP/2.0"]), 1)
        case 4:
            return bytes(chance.randrange(256) for _ in range(chance.randint(1, 300)))
    return request.replace(b"/sparql?", b"/sparql?" + bytes([chance.randrange(256)]) * chance.choice([1, 90_000]), 1)
