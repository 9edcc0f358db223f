"""An answer is cut right behind the last row that it may have, however its blocks fall."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store

from talkoot.graph.engine.row_limit import JSON, XML, RowLimit

CSV, TSV = "text/csv", "text/tab-separated-values"
AWKWARD = ['}},{"', '},{"a":{"type":"', "\\", '"', "<result>", "\r\n", "a,b\n\nc", '"",""', "[{", ",", "", "Łódź"]


def document(texts: list[str], media: str) -> bytes:
    """An answer of the engine with a row for each text, in their order."""
    store = Store()
    node = NamedNode("http://example.org/a")
    for number, text in enumerate(texts):
        store.add(Quad(NamedNode(f"http://example.org/{number:03}"), node, Literal(text)))
    found = store.query("SELECT ?o ?nothing { ?s ?p ?o } ORDER BY ?s")
    assert isinstance(found, QuerySolutions)
    return found.serialize(format=QueryResultsFormat.from_media_type(media)) or b""


def limited(body: bytes, media: str, rows: int, size: int) -> tuple[bytes, bool]:
    limit = RowLimit(media, rows)
    passed = b"".join(limit.take(body[at : at + size]) for at in range(0, len(body), size)) + limit.rest()
    return (passed + limit.closing() if limit.reached else passed), limit.reached


texts = st.lists(st.one_of(st.sampled_from(AWKWARD), st.text(st.characters(codec="utf-8", exclude_characters="\r\0"))))


@pytest.mark.parametrize("media", [JSON, XML, CSV, TSV])
@given(texts=texts, rows=st.integers(0, 12), size=st.integers(1, 400))
def test_any_answer_is_whole_or_cut_behind_its_last_row(media: str, texts: list[str], rows: int, size: int) -> None:
    if media == XML:
        texts = [text for text in texts if text.isprintable()]
    body = document(texts, media)
    given_out, cut = limited(body, media, rows, size)
    assert cut == (len(texts) > rows)
    if not cut:
        assert given_out == body
    elif media == JSON:
        told = json.loads(given_out)
        assert [row["o"]["value"] for row in told["results"]["bindings"]] == texts[:rows]
        assert told["truncated"]["rows"] == rows
    elif media == XML:
        assert len(ElementTree.fromstring(given_out).findall(".//{*}result")) == rows
    else:
        kept, _, mark = given_out.partition(b'\n"<The answer is not complete.')
        assert mark
        assert kept == document(texts[:rows], media)


def test_rows_without_values_have_no_mark_in_json_and_are_not_counted() -> None:
    body = b'{"head":{"vars":["a"]},"results":{"bindings":[{},{},{}]}}'
    assert limited(body, JSON, 2, 7) == (body, False)


def test_a_cut_table_cannot_be_read_as_whole() -> None:
    given_out, _ = limited(document(["a", "b"], CSV), CSV, 1, 100)
    with pytest.raises(csv.Error):
        list(csv.reader(io.StringIO(given_out.decode()), strict=True))


def test_graphs_pass_whole() -> None:
    assert limited(b"<a> <b> <c> .\n" * 5, "text/turtle", 2, 9) == (b"<a> <b> <c> .\n" * 5, False)
