"""JSON Lines and JSON documents: every record is read or reported, whatever stands beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition, Field, read_definition
from talkoot.harvesters.readers import READERS, Reading, Row

SOUND = b'{"url": "https://example.org/%d", "title": "A"}'


def rows_and_issues(definition: Definition, longest: int = 100_000) -> tuple[list[Row], list[Issue]]:
    items = list(READERS[definition.reader](definition, Reading(longest)))
    return [i for i in items if isinstance(i, Row)], [i for i in items if isinstance(i, Issue)]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bytes], Definition]:
    """A definition of which only the file's content matters."""
    folder = tmp_path_factory.mktemp("readers")

    def make(reader: str, content: bytes) -> Definition:
        (folder / "facts.txt").write_bytes(content)
        path = folder / f"{reader}.toml"
        if not path.exists():
            path.write_text(
                f'title = "T"\npublisher = "P"\ncountry = "FI"\nlicence = "unknown"\nterms = "T"\nfrequency = "once"\n'
                f'personal_data = false\nobtained = "page"\nas_of = "2026"\nprecedence = 1\nreader = "{reader}"\n'
                'entry = "facts.txt"\nmapping = "consortia"\nkeys = ["url"]\npublisher_page = "https://example.org/"\n'
                '[fields]\nurl = { type = "iri" }\n',
                encoding="utf-8",
            )
        return read_definition(path)

    return make


Source = Callable[[str, bytes], Definition]

BROKEN_LINES = {
    "a brace is missing": (b'{"url": "https://example.org/2"', "delimiter"),
    "nothing but words": (b"hello", "Expecting value"),
    "two values on a line": (b'{"url": "x"} {"url": "y"}', "Extra data"),
    "NaN": (b'{"url": NaN}', "NaN is not JSON"),
    "minus infinity, nested": (b'{"hosts": [{"name": -Infinity}]}', "-Infinity is not JSON"),
    "a repeated key": (b'{"url": "a", "title": "b", "url": "c"}', "the key 'url' stands twice"),
    "a repeated key, nested": (b'{"hosts": [{"name": "a", "name": "b"}]}', "the key 'name' stands twice"),
    "brackets without end": (b"[" * 50_000, "nested too deeply"),
    "objects without end": (b'{"a":' * 20_000, "nested too deeply"),
    "half a surrogate pair": (b'{"url": "https://example.org/\\ud800"}', "surrogate"),
    "a number of 5,000 digits": (b'{"url": ' + b"9" * 5000 + b"}", "digit"),
}


@pytest.mark.parametrize("case", BROKEN_LINES)
def test_a_line_that_is_not_json_is_set_aside_and_the_rest_goes_on(source: Source, case: str) -> None:
    line, reason = BROKEN_LINES[case]
    rows, issues = rows_and_issues(source("json-lines", b"\n".join((SOUND % 1, line, SOUND % 3, b""))))
    assert [row.line for row in rows] == [1, 3]
    (issue,) = issues
    assert (issue.code, issue.file, issue.line) == ("not-json", "facts.txt", 2)
    assert reason in issue.message
    assert issue.expected == "JSON (RFC 8259), each key once"
    assert issue.sets_aside


@pytest.mark.parametrize(
    ("line", "kind"), [(b"[1]", "list"), (b'"text"', "str"), (b"12", "int"), (b"null", "NoneType")]
)
def test_a_line_that_holds_no_object_is_set_aside(source: Source, line: bytes, kind: str) -> None:
    rows, issues = rows_and_issues(source("json-lines", line + b"\n" + SOUND % 2))
    assert [row.line for row in rows] == [2]
    assert [(issue.code, issue.line) for issue in issues] == [("not-an-object", 1)]
    assert kind in issues[0].message


def test_empty_lines_are_passed_over_but_counted(source: Source) -> None:
    rows, issues = rows_and_issues(source("json-lines", b"\n  \r\n" + SOUND % 3 + b"\r\n\n" + SOUND % 5))
    assert [row.line for row in rows] == [3, 5]
    assert not issues


def test_a_byte_order_mark_is_skipped_and_said(source: Source) -> None:
    rows, issues = rows_and_issues(source("json-lines", b"\xef\xbb\xbf" + SOUND % 1 + b"\n" + SOUND % 2))
    assert [row.line for row in rows] == [1, 2]
    assert [(issue.code, issue.line, issue.sets_aside) for issue in issues] == [("byte-order-mark", 1, False)]


def test_bytes_that_are_not_utf_8_spoil_their_line_alone(source: Source) -> None:
    latin = '{"url": "https://example.org/2", "title": "Jyväskylä"}'.encode("latin-1")
    rows, issues = rows_and_issues(source("json-lines", b"\n".join((SOUND % 1, latin, SOUND % 3))))
    assert [row.line for row in rows] == [1, 3]
    assert [(issue.code, issue.file, issue.line, issue.expected) for issue in issues] == [
        ("file-not-utf-8", "facts.txt", 2, "UTF-8")
    ]
    place = latin.index(b"\xe4") + 1
    assert f"byte {place} " in issues[0].message


def test_a_line_as_long_as_allowed_is_read_and_a_longer_one_is_not(source: Source) -> None:
    line = SOUND % 1
    content = b"\n".join((line, line + b" ", line))
    rows, issues = rows_and_issues(source("json-lines", content), longest=len(line))
    assert [row.line for row in rows] == [1, 3]
    assert [(issue.code, issue.line) for issue in issues] == [("line-too-long", 2)]


def test_a_long_line_after_a_byte_order_mark_is_one_issue(source: Source) -> None:
    content = b"\xef\xbb\xbf" + b"x" * 100 + b"\n" + SOUND % 2
    rows, issues = rows_and_issues(source("json-lines", content), longest=99)
    assert [row.line for row in rows] == [2]
    assert [(issue.code, issue.line) for issue in issues] == [("byte-order-mark", 1), ("line-too-long", 1)]
    assert "101 bytes" in issues[1].message


def test_a_missing_file_is_an_issue(source: Source) -> None:
    definition = source("json-lines", b"")
    definition.entry.unlink()
    rows, issues = rows_and_issues(definition)
    assert not rows
    assert [(issue.code, issue.file) for issue in issues] == [("file-missing", "facts.txt")]


def test_a_document_gives_each_element_with_its_line(source: Source) -> None:
    content = b'[\n{"a": 1},\n\n {"b":\n 2}, {"c": 3}\n]\n'
    rows, issues = rows_and_issues(source("json", content))
    assert [(row.line, dict(row.values)) for row in rows] == [(2, {"a": 1}), (4, {"b": 2}), (5, {"c": 3})]
    assert not issues


@pytest.mark.parametrize("content", [b"", b" \n", b"[]", b"\n[ \n ]\n"])
def test_an_empty_document_has_no_record_and_no_fault(source: Source, content: bytes) -> None:
    assert rows_and_issues(source("json", content)) == ([], [])


BROKEN_DOCUMENTS: dict[str, tuple[bytes, list[int], int]] = {
    "an object in place of the array": (b'{"a": 1}', [], 1),
    "a comma is missing": (b'[\n{"a": 1}\n{"b": 2}]', [2], 3),
    "a comma too many": (b'[\n{"a": 1},\n]', [2], 3),
    "a comma at the start": (b'[,{"a": 1}]', [], 1),
    "the end is missing": (b'[\n{"a": 1},\n', [2], 3),
    "cut off within a record": (b'[\n{"a": 1},\n{"b"', [2], 3),
    "a second array": (b'[{"a": 1}]\n[{"b": 2}]', [1], 2),
    "words after the end": (b'[\n{"a": 1}]\n\nthe end', [2], 4),
}


@pytest.mark.parametrize("case", BROKEN_DOCUMENTS)
def test_a_broken_document_keeps_what_was_read_and_names_the_line(source: Source, case: str) -> None:
    content, lines, fault = BROKEN_DOCUMENTS[case]
    rows, issues = rows_and_issues(source("json", content))
    assert [row.line for row in rows] == lines
    assert [(issue.code, issue.line) for issue in issues] == [("not-json", fault)]


def test_an_element_that_is_no_record_does_not_stop_the_document(source: Source) -> None:
    content = b'[{"a": NaN},\n{"b": 1, "b": 2},\n7,\n{"c": "\\udfff"},\n{"d": 4}]'
    rows, issues = rows_and_issues(source("json", content))
    assert [row.line for row in rows] == [5]
    assert [(issue.code, issue.line) for issue in issues] == [
        ("not-json", 1),
        ("not-json", 2),
        ("not-an-object", 3),
        ("not-json", 4),
    ]


def test_a_document_with_a_hole_is_no_document(source: Source) -> None:
    content = b'[{"a": 1},\n{"b": "\xe4"},\n{"c": 3}]'
    rows, issues = rows_and_issues(source("json", content))
    assert not rows
    assert [(issue.code, issue.line) for issue in issues] == [("file-not-utf-8", 2)]


def test_a_large_document_takes_time_in_proportion(source: Source) -> None:
    content = b"[" + b",\n".join(SOUND % number for number in range(20_000)) + b"]"
    rows, _ = rows_and_issues(source("json", content))
    assert [row.line for row in rows] == list(range(1, 20_001))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
records = st.dictionaries(st.text(), values, max_size=4)


@given(st.lists(records, max_size=8), st.booleans(), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=60, deadline=None)
def test_records_written_one_a_line_come_back_as_they_were(
    source: Source, given: list[dict[str, Any]], ascii_only: bool, end: str
) -> None:
    text = "".join(json.dumps(record, ensure_ascii=ascii_only) + end for record in given)
    rows, issues = rows_and_issues(source("json-lines", text.encode()))
    assert not issues
    assert [(row.line, dict(row.values)) for row in rows] == list(enumerate(given, start=1))


@given(st.lists(records, max_size=8), st.sampled_from([None, 1, "\t"]))
@settings(max_examples=60, deadline=None)
def test_a_document_of_records_comes_back_as_it_was(source: Source, given: list[dict[str, Any]], indent: Any) -> None:
    rows, issues = rows_and_issues(source("json", json.dumps(given, indent=indent).encode()))
    assert not issues
    assert [dict(row.values) for row in rows] == given


@given(
    st.lists(
        st.sampled_from([SOUND % 1, *(line for line, _ in BROKEN_LINES.values() if len(line) < 200)])
        | st.binary().filter(lambda line: line[:2] not in (b"PK", b"\x1f\x8b"))  # no zip, no gzip
    )
)
@settings(max_examples=100, deadline=None)
def test_every_line_is_a_record_or_an_issue_and_none_is_both(source: Source, lines: list[bytes]) -> None:
    content = b"\n".join(line.replace(b"\n", b" ") for line in lines)
    rows, issues = rows_and_issues(source("json-lines", content), longest=60)
    marked = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    full = {number for number, line in enumerate(marked, start=1) if line.decode("utf-8", "replace").strip()}
    spoken = [row.line for row in rows] + [issue.line for issue in issues if issue.sets_aside]
    assert sorted(spoken) == sorted(full)


@pytest.mark.parametrize("reader", ["csv", "json", "json-lines", "rdf", "xlsx", "xml"])
@given(content=st.binary(max_size=400) | st.text(alphabet='[]{}",:\\u0d8 \n\r1aN', max_size=200).map(str.encode))
@settings(max_examples=150, deadline=None)
def test_no_reader_fails_on_any_bytes(source: Source, reader: str, content: bytes) -> None:
    for item in READERS[reader](source(reader, content), Reading(50)):
        assert isinstance(item, Row | Issue)
        assert item.line >= isinstance(item, Row)


def test_the_file_is_closed_when_reading_stops_early(source: Source, tmp_path: Path) -> None:
    reading = READERS["json-lines"](source("json-lines", SOUND % 1 + b"\n" + SOUND % 2), Reading(1000))
    assert isinstance(next(reading), Row)
    reading.close()


def test_numbers_keep_their_digits_and_a_wrapped_list_is_found(source: Source) -> None:
    definition = source("json", b'{"a": {"b": [{"amount": 12345678901234567.10}, {"amount": 7}]}}')
    fields = {"amount": Field("amount", sources=("amount",))}
    wrapped = replace(definition, reading={"items": "a.b"}, keys=("amount",), fields=fields)
    rows, issues = rows_and_issues(wrapped)
    assert [dict(row.values) for row in rows] == [{"amount": "12345678901234567.10"}, {"amount": "7"}]
    assert not issues
    for content, reason in ((b'{"a": {}}', "nothing stands at a.b"), (b"[]", "nothing stands"), (b'{"a": NaN}', "NaN")):
        (definition.entry).write_bytes(content)
        rows, (issue,) = rows_and_issues(wrapped)
        assert not rows
        assert (issue.code, issue.sets_aside) == ("not-json", True)
        assert reason in issue.message
